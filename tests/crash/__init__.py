"""A bridge of its own that is meant to be killed: see tests/laws/test_acknowledged.py."""
