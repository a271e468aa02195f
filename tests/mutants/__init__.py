"""Mutants: patches that each break one law in the sources, and the tests that must notice.

A patch `lawN_what_breaks.patch` begins with `# test: ` and the test that turns red, goes on with a unified diff
(`git diff` makes one), and fits the sources as they are. Run them with `python -m tests.mutants`.
"""
