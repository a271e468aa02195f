"""Mutants do not rot: each patch still fits, its test exists, and every law that can be broken already has one.

Whether each test turns red takes minutes and has a command of its own: `python -m tests.mutants`.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutants.patches import ROOT, DoesNotFit, Mutant, changed, mutants, read

LAWS = range(1, 11)
MUTANTS = mutants()

WITHOUT: dict[int, str] = {}
"""Laws that have no mutant yet, and why."""

SOURCE = "one\ntwo\nthree\nfour\n"
PATCH = "# test: tests/test_a.py::test_a\n--- a/a.py\n+++ b/a.py\n@@ -2,2 +2,2 @@\n two\n-three\n+3\n"


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_and_changes_something(mutant: Mutant) -> None:
    for path, text in changed(mutant, ROOT).items():
        assert text != (ROOT / path).read_text("utf-8")
        ast.parse(text)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_names_a_test_that_exists(mutant: Mutant) -> None:
    file, _, name = mutant.test.partition("::")

    tree = ast.parse((ROOT / file).read_text("utf-8"))

    functions = {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}
    assert name.partition("[")[0].rpartition("::")[2] in functions


def test_every_law_has_a_mutant_or_a_reason() -> None:
    assert {mutant.law for mutant in MUTANTS} | set(WITHOUT) == set(LAWS)
    assert not {mutant.law for mutant in MUTANTS} & set(WITHOUT), "it has one now: take the reason away"


def made(tmp_path: Path, patch: str, source: str = SOURCE) -> Mutant:
    (tmp_path / "a.py").write_text(source)
    file = tmp_path / "law1_breaks.patch"
    file.write_text(patch)
    return read(file)


def test_a_patch_is_applied(tmp_path: Path) -> None:
    mutant = made(tmp_path, PATCH)

    assert (mutant.name, mutant.law, mutant.test) == ("law1_breaks", 1, "tests/test_a.py::test_a")
    assert changed(mutant, tmp_path) == {"a.py": "one\ntwo\n3\nfour\n"}


def test_a_patch_follows_its_lines_to_the_nearest_place(tmp_path: Path) -> None:
    mutant = made(tmp_path, PATCH, "two\nthree\nx\nx\nx\n" + SOURCE)

    assert changed(mutant, tmp_path)["a.py"] == "two\n3\nx\nx\nx\n" + SOURCE


@pytest.mark.parametrize("source", ["one\ntwo\nTHREE\n", "one\nTWO\nthree\n", "two\n\nthree\n"])
def test_a_patch_whose_lines_are_gone_does_not_fit(tmp_path: Path, source: str) -> None:
    with pytest.raises(DoesNotFit):
        changed(made(tmp_path, PATCH, source), tmp_path)


@pytest.mark.parametrize("patch", ["--- a/a.py\n", "# a comment\n"])
def test_a_patch_without_its_test_is_refused(tmp_path: Path, patch: str) -> None:
    with pytest.raises(ValueError, match="test"):
        made(tmp_path, patch)
