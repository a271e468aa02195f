"""What a Discord client makes of markdown, as a tree: its own rules, read strictly where a client might be strict.

After the rules that Discord's clients are known to use (support.discord.com, "Markdown Text 101"; github.com/discord,
SimpleAST's SimpleMarkdownRules; github.com/khan/perseus, simple-markdown), tried at each place in this order. Where
versions differ, the greedier one stands here: what must not be markup shall be none for any of them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

import regex


@dataclass(frozen=True)
class Node:
    """`kind`: "text", "strong", "link" …; `value`: its words, address or id; `inside`: what it is made of."""

    kind: str
    value: str = ""
    inside: tuple[Node, ...] = field(default=())


_LINE_RULES = {
    "quote": r"(?: *>(?!>>)[^\n]*(?:\n|$))+| *>>>(?s:.*)",
    "heading": r" *(?P<level>#{1,3})[^\S\n]+(?P<in>[^\n]+)(?:\n|$)",
    "subtext": r" *-#[^\S\n]+(?P<in>[^\n]+)(?:\n|$)",
    "list": r"[^\S\n]*(?:[-*+]|\d+[.)])[^\S\n]+(?P<in>[^\n]*)(?:\n|$)",
}
_RULES = {
    "block": r"```(?:[a-zA-Z0-9_+\-.#]+\n)?\n*(?P<value>[^\n](?s:.*?))\n*```",
    "escape": r"\\(?P<value>[^0-9A-Za-z\s])",
    "mail": r"<(?P<value>[\w.+-]+@[\w.-]+|\+[\d -]+|(?:mailto|tel|sms):[^\s<>]+)>",
    "autolink": r"<(?P<value>[^: >]+:/[^ >]+)>",
    "url": r"(?P<value>[a-zA-Z][a-zA-Z0-9+.-]*://[^\s<]*[^<.,:;\"'\]\s])",
    "link": r"\[(?P<in>(?:\\.|\[[^\]]*\]|[^\[\]\\]|\](?=[^\[]*\]))*)\]"
    r"\(\s*<?(?P<value>(?:[^\s\\)]|\\.)*?)>?(?:\s+['\"].*?['\"])?\s*\)",
    "strong": r"\*\*(?P<in>(?:\\(?s:.)|[^\\])+?)\*\*(?!\*)",
    "underline": r"__(?P<in>(?:\\(?s:.)|[^\\])+?)__(?!_)",
    "em": r"_(?P<in>(?:__|\\(?s:.)|[^\\_])+?)_(?![0-9A-Za-z_])"
    r"|\*(?=\S)(?P<in>(?:\*\*|\\(?s:.)|\s+(?:\\(?s:.)|[^\s*\\]|\*\*)|[^\s*\\])+?)\*(?!\*)",
    "strike": r"~~(?=\S)(?P<in>(?s:.)+?)~~(?!_)",
    "spoiler": r"\|\|(?P<in>(?s:.)+?)\|\|",
    "code": r"(?P<fence>`+)(?P<value>(?s:.*?)[^`])(?P=fence)(?!`)",
    "user": r"<@!?(?P<value>\d+)>",
    "role": r"<@&(?P<value>\d+)>",
    "channel": r"<#(?P<value>\d+)>",
    "emoji": r"<a?:(?P<value>\w+:\d+)>",
    "time": r"<t:(?P<value>-?\d{1,17}(?::[tTdDfFRsS])?)>",
    "command": r"</(?P<value>[^\n>]+:\d+)>",
    "page": r"<id:(?P<value>\w+(?::\d+)?)>",
    "sound": r"<sound:(?P<value>[\d:]+)>",
    "everyone": r"@(?P<value>everyone|here)",
}
_STARTING = [(kind, regex.compile(rule)) for kind, rule in _LINE_RULES.items()]
_INLINE = [(kind, regex.compile(rule)) for kind, rule in _RULES.items()]
_MARK = regex.compile(r"^ *>(?:>>)? ?", regex.MULTILINE)
_BEGINS = {
    "block": "`",
    "escape": "\\",
    "link": "[",
    "strong": "*",
    "underline": "_",
    "em": "_*",
    "strike": "~",
    "spoiler": "|",
    "code": "`",
    "everyone": "@",
}
"""How what holds within a line begins: the rest with "<", but for a bare address, which begins with a letter."""
_BY_MARK = {
    mark: [(kind, rule) for kind, rule in _INLINE if kind != "url" and mark in _BEGINS.get(kind, "<")]
    for mark in "\\`<[*_~|@"
}
_ADDRESS = [(kind, rule) for kind, rule in _INLINE if kind == "url"]


def read(markdown: str, start: bool = True, banned: frozenset[str] = frozenset()) -> tuple[Node, ...]:
    """`start`: it begins a line of its own. `banned`: kinds that are not looked for, since they cannot nest."""
    nodes: list[Node] = []
    at, addresses = 0, "://" in markdown
    while at < len(markdown):
        rules = _STARTING if (markdown[at - 1] == "\n" if at else start) else []
        if within := _BY_MARK.get(markdown[at]) or (addresses and markdown[at].isalpha() and _ADDRESS):
            rules = [*rules, *within]
        for kind, rule in rules:
            if kind not in banned and (hit := rule.match(markdown, at)) and hit[0]:
                nodes.append(_node(kind, hit, banned))
                at = hit.end()
                break
        else:
            nodes.append(Node("text", markdown[at]))
            at += 1
    return tuple(_joined(nodes))


def _node(kind: str, hit: regex.Match[str], banned: frozenset[str]) -> Node:
    groups = hit.groupdict()
    value, inside = groups.get("value") or "", groups.get("in")
    match kind:
        case "escape":
            return Node("text", value)
        case "quote":
            return Node(kind, "", read(_MARK.sub("", hit[0]), banned=banned | {"quote"}))
        case "heading" | "subtext" | "list":
            return Node(kind, groups.get("level") or "", read(inside or "", start=False, banned=banned))
        case "code":
            return Node(kind, regex.sub(r"^ (?=`)|(?<=`) $", "", value))
        case "em" | "strong" | "underline" | "strike" | "spoiler" | "link":
            more = {kind} | ({"autolink", "url", "mail"} if kind == "link" else set())
            return Node(kind, value, read(inside or "", start=False, banned=banned | more))
        case _:
            return Node(kind, value)


def words(nodes: tuple[Node, ...]) -> str:
    """What a person reads."""
    return "".join(_words(node) for node in nodes)


def _words(node: Node) -> str:
    if node.kind in ("text", "code", "autolink", "url"):
        return node.value
    if node.kind == "block":
        return f"\n{node.value}\n"
    after = "\n" if node.kind in ("quote", "subtext", "heading", "list") else ""
    return (words(node.inside) or f"<{node.kind}:{node.value}>") + after


def each(nodes: tuple[Node, ...]) -> Iterator[Node]:
    for node in nodes:
        yield node
        yield from each(node.inside)


def _joined(nodes: list[Node]) -> Iterator[Node]:
    """Neighbouring letters as one text."""
    held = ""
    for node in nodes:
        if node.kind == "text":
            held += node.value
            continue
        if held:
            yield Node("text", held)
        held = ""
        yield node
    if held:
        yield Node("text", held)
