"""Benchmarks of design.md section 9: `python -m tests.bench NAME`. They generate their data and are never tests."""
