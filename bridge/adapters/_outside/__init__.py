"""What adapters to the outside share: one guarded way out, and reading what strangers send."""
