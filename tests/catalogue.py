"""Brings bridge/locale/*.po up to date with every sentence that people read: `python -m tests.catalogue [de …]`.

A sentence is the first argument of `say`, the first two of `say_n`, the argument of `N_`, or the docstring of a
BridgeError. A language named on the command line gets a new, empty catalogue.
"""

from __future__ import annotations

import ast
import re
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from io import BytesIO
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po, write_po

from bridge.words import FOLDER

PACKAGE = FOLDER.parent
ROOT_ERROR = "BridgeError"
SENTENCES_OF = {"say": 1, "say_n": 2, "N_": 1}
"""How many first arguments of a call are sentences."""

HEAD = """\
# What people read. `python -m tests.catalogue` adds new sentences and drops old ones.
msgid ""
msgstr ""
"Language: {language}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: {plurals}\\n"

"""

KEPT = re.compile(r"\{[^{}]*\}|[✓👍📣~#@]|(?<![\w/])/[a-z]+\b|\bto:\w+")
"""What a translation has just as often as its sentence: places, signs, and what people type."""

Sentence = str | tuple[str, str]


class NotASentence(ValueError):
    """A call that speaks something put together at run time, which no catalogue can hold."""


def collect(folder: Path = PACKAGE) -> list[Sentence]:
    """Every sentence under the folder, sorted; a pair is (one, many). Raises NotASentence for an f-string."""
    trees = {path: ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))}
    found: set[Sentence] = set()
    for path, tree in trees.items():
        found.update(_spoken(path, tree))
    found.update(_error_sentences(trees.values()))
    plurals = {pair[0] for pair in found if isinstance(pair, tuple)}
    return sorted((one for one in found if one not in plurals), key=str)


def updated(catalogue: Catalog, sentences: Iterable[Sentence]) -> Catalog:
    """The catalogue with the new sentences empty, the old translations kept and the unused ones gone."""
    template = Catalog()
    for sentence in sentences:
        template.add(sentence)
    # A guess from a similar sentence reads like a translation and is none.
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    return catalogue


def missing(catalogue: Catalog, sentences: Iterable[Sentence]) -> list[Sentence]:
    """The sentences that the catalogue does not have, or has untranslated."""
    return [sentence for sentence in sentences if not _translated(catalogue, sentence)]


def altered(catalogue: Catalog) -> list[str]:
    """The translations that lost, added or changed a `{place}`, a sign or a command of their sentence."""
    return [
        said
        for message in catalogue
        if message.id
        for meant, said in zip(*_forms(message), strict=True)
        if Counter(KEPT.findall(meant)) != Counter(KEPT.findall(said))
    ]


def read(path: Path) -> Catalog:
    with path.open("rb") as file:
        return read_po(file, locale=path.stem.replace("-", "_"))


def write(path: Path, catalogue: Catalog) -> None:
    """The same catalogue gives the same bytes: its head has no dates."""
    text = BytesIO()
    write_po(text, catalogue, width=110, sort_output=True, no_location=True, omit_header=True)
    path.write_bytes(HEAD.format(language=catalogue.locale, plurals=catalogue.plural_forms).encode() + text.getvalue())


def _translated(catalogue: Catalog, sentence: Sentence) -> bool:
    message = catalogue.get(sentence if isinstance(sentence, str) else sentence[0])
    if message is None or message.fuzzy or message.pluralizable != isinstance(sentence, tuple):
        return False
    said = message.string if isinstance(message.string, tuple | list) else (message.string,)
    return all(said)


def _forms(message: Message) -> tuple[list[str], list[str]]:
    """What is meant and what is said, form by form; whatever is not the singular means the plural."""
    if isinstance(message.id, str):
        return [message.id], [str(message.string)]
    one, many = message.id
    said = list(message.string)
    return [one, *[many] * (len(said) - 1)], said


def _spoken(path: Path, tree: ast.AST) -> Iterator[Sentence]:
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        arguments = node.args[: SENTENCES_OF.get(name, 0)]
        if any(isinstance(argument, ast.JoinedStr | ast.BinOp) for argument in arguments):
            raise NotASentence(f"{path.name}:{node.lineno}: a catalogue holds whole sentences; use {{named}} places")
        sentences = [
            argument.value
            for argument in arguments
            if isinstance(argument, ast.Constant) and isinstance(argument.value, str) and argument.value
        ]
        if name == "say_n" and len(sentences) == 2:
            yield (sentences[0], sentences[1])
        elif sentences:
            yield sentences[0]


def _error_sentences(trees: Iterable[ast.Module]) -> Iterator[str]:
    """Two rooms may each have a class of one name, and one may be called like its base in another package."""
    classes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    bases: dict[str, set[str]] = {}
    for node in classes:
        names = {getattr(base, "id", getattr(base, "attr", "")) for base in node.bases}
        bases.setdefault(node.name, set()).update(names - {node.name})

    def is_error(name: str) -> bool:
        return name == ROOT_ERROR or any(is_error(base) for base in bases.get(name, ()))

    for node in classes:
        if is_error(node.name) and (sentence := ast.get_docstring(node)):
            yield " ".join(sentence.split())


def main(new: list[str]) -> None:
    sentences = collect()
    for language in new:
        path = FOLDER / f"{language}.po"
        if not path.exists():
            write(path, Catalog(locale=language.replace("-", "_"), project="bridge"))
    for path in sorted(FOLDER.glob("*.po")):
        catalogue = updated(read(path), sentences)
        write(path, catalogue)
        print(f"{path.name}: {len(sentences)} sentences, {len(missing(catalogue, sentences))} to translate")


if __name__ == "__main__":
    main(sys.argv[1:])
