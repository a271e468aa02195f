"""What we talk about: frozen dataclasses and pure rules. No await, no I/O."""
