"""The tests, and the tools that work on the sources (`python -m tests.catalogue`, `python -m tests.bench`)."""
