"""Tracked phrases, any number of them, found in a text at the cost of reading it once. Pure."""

from __future__ import annotations

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

import regex

from bridge.model.filters.tokens import Phrase, Said, said

Id = TypeVar("Id", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Tracked:
    """One of `only` has to stand in a text, and none of `without`."""

    only: tuple[Phrase, ...]
    without: tuple[Phrase, ...] = ()

    def is_in(self, text: Said) -> bool:
        return any(phrase.is_in(text) for phrase in self.only) and not any(
            phrase.is_in(text) for phrase in self.without
        )


@dataclass(slots=True)
class _Node:
    """What may come next on the way through a phrase. `ends`: phrases that end here; `begun`: by the beginning of their
    last word, those of which only that is left."""

    next: dict[str, _Node] = field(default_factory=dict)
    ends: list[int] = field(default_factory=list)
    begun: dict[str, int] = field(default_factory=dict)
    sizes: set[int] = field(default_factory=set)


def phrase_name(words: str) -> str:
    """How people call what is tracked, from its words in their one spelling: it always begins with a quotation mark, so
    that it is taken for nobody's name."""
    if words.startswith('"'):
        return words
    first = regex.match(r"[^\s,]*", words)[0]  # type: ignore[index]  # it matches the empty string too
    return f'"{first}"{words[len(first) :]}'


class Phrases(Generic[Id]):
    """An index over the phrases of many: a tree of their words, so that a text is compared with those phrases only
    whose first words stand in it. Built once; not changed."""

    def __init__(self, rows: Iterable[tuple[Id, Tracked]]) -> None:
        self._root = _Node()
        self._numbers: dict[tuple[tuple[str, ...], bool], int] = {}
        self._wanted: dict[int, list[int]] = {}
        self._ids: list[Id] = []
        self._unwanted: list[frozenset[int]] = []
        for row, (id, tracked) in enumerate(rows):
            self._ids.append(id)
            for phrase in tracked.only:
                self._wanted.setdefault(self._number(phrase), []).append(row)
            self._unwanted.append(frozenset(self._number(phrase) for phrase in tracked.without))

    def __len__(self) -> int:
        return len(self._ids)

    def hits(self, *parts: str) -> list[Id]:
        """Whose phrase stands in the text, or in one of several that stand beside each other; in the order of rows."""
        return self.hits_in(said(*parts))

    def hits_in(self, text: Said) -> list[Id]:
        """The same of a text that was taken apart before."""
        found = self._found(text.tokens)
        rows = {
            row for number in found for row in self._wanted.get(number, ()) if self._unwanted[row].isdisjoint(found)
        }
        return [self._ids[row] for row in sorted(rows)]

    def _number(self, phrase: Phrase) -> int:
        """Equal phrases of several have one number and one place in the tree."""
        key = (phrase.words, phrase.open)
        if key in self._numbers:
            return self._numbers[key]
        number = self._numbers[key] = len(self._numbers)
        node = self._root
        whole = phrase.words[:-1] if phrase.open else phrase.words
        for word in whole:
            node = node.next.setdefault(word, _Node())
        if phrase.open:
            node.begun[phrase.words[-1]] = number
            node.sizes.add(len(phrase.words[-1]))
        else:
            node.ends.append(number)
        return number

    def _found(self, tokens: tuple[str, ...]) -> set[int]:
        found: set[int] = set()
        root, count = self._root, len(tokens)
        for at, token in enumerate(tokens):
            if token not in root.next and not root.sizes:
                continue
            node: _Node | None = root
            while node is not None:
                found.update(node.ends)
                if at == count:
                    break
                token = tokens[at]
                for size in node.sizes:
                    if (number := node.begun.get(token[:size])) is not None:
                        found.add(number)
                node = node.next.get(token)
                at += 1
        return found
