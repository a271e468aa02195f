"""No error of somebody else's escapes: whatever httpcore, TLS, the operating system or Unicode raise, at every
step of a request, is one failure of ours, which holds no secret."""

from __future__ import annotations

import asyncio
import builtins
import inspect
import ssl
import traceback
from collections.abc import Sequence
from types import ModuleType

import httpcore
import idna
import pytest

from bridge.adapters._outside import http as _http
from bridge.adapters._outside.http import Fetcher
from bridge.model.errors import SourceFailure, SourceSlow, SourceStrange, SourceUnreachable
from bridge.model.source import Outside
from tests.fakes.outside import Page, Web


def tree(module: ModuleType, *roots: type[Exception]) -> list[type[Exception]]:
    """All errors that a module offers, of these families."""
    kinds = [kind for _, kind in inspect.getmembers(module, inspect.isclass) if issubclass(kind, roots)]
    return sorted(set(kinds), key=lambda kind: kind.__name__)


SECRET = "Bearer s3cret"
FOREIGN = [
    *tree(httpcore, Exception),
    *tree(ssl, OSError),
    *tree(builtins, OSError, UnicodeError, EOFError),
    *tree(idna, UnicodeError),
    *(asyncio.IncompleteReadError, ValueError),
]


def raised(kind: type[Exception]) -> Exception:
    """One of a kind, whatever it wants to be made of."""
    return kind.__new__(kind, f"it says: {SECRET}")


async def failure(fetcher: Fetcher, url: str) -> SourceFailure:
    with pytest.raises(SourceFailure) as caught:
        await fetcher.get(url, accept="*/*", types=("text/",), headers={"Authorization": SECRET})
    return caught.value


def test_the_trees_are_whole() -> None:
    names = {kind.__name__ for kind in FOREIGN}

    assert {"ReadTimeout", "ConnectionNotAvailable"} <= names
    assert {"SSLCertVerificationError", "ConnectionResetError", "UnicodeDecodeError", "IDNAError"} <= names


@pytest.mark.parametrize("kind", FOREIGN, ids=lambda kind: f"{kind.__module__}.{kind.__name__}")
@pytest.mark.parametrize("step", ["handle_async_request", "read", "write", "_body", "open"])
async def test_no_foreign_error_escapes(
    web: Web, monkeypatch: pytest.MonkeyPatch, step: str, kind: type[Exception]
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise raised(kind)

    owner = {"handle_async_request": _http._Connection, "_body": _http}.get(step, _http._Stream)
    monkeypatch.setattr(owner, step, fail)
    web.on("/feed", Page(b"x"))

    failed = await failure(web.fetcher(seconds=0.5), web.url("/feed?token=s3cret"))

    assert failed.params == {"host": "blog.test"}
    assert "s3cret" not in str(failed)


@pytest.mark.parametrize("kind", [ValueError, httpcore.LocalProtocolError])
async def test_what_may_quote_the_request_is_not_shown(
    web: Web, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise raised(kind)

    monkeypatch.setattr(_http._Connection, "handle_async_request", fail)

    failed = await failure(web.fetcher(), web.url("/feed"))

    assert "s3cret" not in "".join(traceback.format_exception(failed))


KINDS = [
    (httpcore.ReadTimeout, SourceSlow),
    (httpcore.ConnectError, SourceUnreachable),
    (ssl.SSLCertVerificationError, SourceUnreachable),
    (ConnectionResetError, SourceUnreachable),
    (httpcore.RemoteProtocolError, SourceStrange),
    (UnicodeEncodeError, SourceStrange),
]


@pytest.mark.parametrize(("kind", "ours"), KINDS)
async def test_each_becomes_the_failure_that_says_it(
    web: Web, monkeypatch: pytest.MonkeyPatch, kind: type[Exception], ours: type[SourceFailure]
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise raised(kind)

    monkeypatch.setattr(_http._Connection, "handle_async_request", fail)

    assert type(await failure(web.fetcher(), web.url("/feed"))) is ours


@pytest.mark.parametrize("found", [[], ["no address"], [""], ["1.2.3.4.5"]])
async def test_a_resolver_that_finds_nothing_or_nonsense(found: list[str]) -> None:
    async def resolve(host: str, port: int) -> Sequence[str]:
        return found

    failed = await failure(Fetcher(Outside(), resolve=resolve), "https://example.org/")

    assert failed.params == {"host": "example.org"}


HEADERS = [
    {"X": "a\r\nHost: inside"},
    {"X": "a\x00b"},
    {"X\r\nY": "a"},
    {"X Y": "a"},
    {"X": "日本"},
    {"ü": "a"},
    {"": "a"},
]


@pytest.mark.parametrize("headers", HEADERS)
async def test_a_header_that_cannot_be_sent_is_not(web: Web, headers: dict[str, str]) -> None:
    with pytest.raises(SourceStrange):
        await web.fetcher().get(web.url("/feed"), accept="*/*", types=("text/",), headers=headers)

    assert web.asked == []


async def test_a_validator_is_sent_back_as_it_came(web: Web) -> None:
    web.on("/feed", Page(b"x", etag='W/"\u00e4 \u00ff"'))
    first = await web.fetcher().get(web.url("/feed"), accept="*/*", types=("text/",))

    again = await web.fetcher().get(
        web.url("/feed"), accept="*/*", types=("text/",), headers={"If-None-Match": first.headers["etag"]}
    )

    assert again.status == 304


async def test_cancelling_is_no_failure(web: Web) -> None:
    web.on("/feed", Page(wait=asyncio.Event()))
    asking = asyncio.create_task(web.fetcher().get(web.url("/feed"), accept="*/*", types=("text/",)))
    await web.until_asked()

    asking.cancel()

    with pytest.raises(asyncio.CancelledError):
        await asking
