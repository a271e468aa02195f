"""Encrypted: the name is what is shown and checked, though the connection goes to an address that was checked."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest

from bridge.adapters._outside.http import Fetched, Fetcher, _public_trust
from bridge.model.errors import SourceFailure, SourceUnreachable
from bridge.model.source import Outside
from tests.adapters.outside import certificates
from tests.adapters.outside.net import PUBLIC, Net
from tests.fakes.outside import Page, Web, open_outside


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificates.make(tmp_path_factory.mktemp("tls"), "example.org", "xn--bcher-kva.example")


async def get(net: Net, url: str, trusted: ssl.SSLContext | None) -> Fetched:
    fetcher = Fetcher(Outside(), resolve=net.resolve, trusted=trusted)
    return await fetcher.get(url, accept="*/*", types=("text/",), headers={"Authorization": "Bearer s3cret"})


@pytest.mark.parametrize(
    ("url", "name"),
    [("https://example.org/", "example.org"), ("https://Bücher.example./", "xn--bcher-kva.example")],
)
async def test_the_name_stays_the_name(
    net: Net, shown: tuple[ssl.SSLContext, ssl.SSLContext], url: str, name: str
) -> None:
    server, trusting = shown
    told: list[str] = []
    server.sni_callback = lambda _, sni, __: told.append(sni)
    async with open_outside(tls=server) as web:
        net.name(name, [PUBLIC])
        net.lead(PUBLIC, 443, web.port)
        web.on("/", Page(b"hello"))

        fetched = await get(net, url, trusting)

    assert fetched.body == b"hello"
    assert (told, web.asked[0].headers["host"]) == ([name], name)
    assert net.connects == [(PUBLIC, 443)]


async def test_a_certificate_for_another_name_is_none(net: Net, shown: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    async with open_outside(tls=shown[0]) as web:
        net.name("other.example.org", [PUBLIC])
        net.lead(PUBLIC, 443, web.port)

        with pytest.raises(SourceUnreachable):
            await get(net, "https://other.example.org/", shown[1])

    assert web.asked == []


async def test_a_certificate_nobody_vouches_for_is_none(
    net: Net, shown: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", "/nowhere")
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:1")
    async with open_outside(tls=shown[0]) as web:
        net.name("example.org", [PUBLIC])
        net.lead(PUBLIC, 443, web.port)

        with pytest.raises(SourceUnreachable):
            await get(net, "https://example.org/", None)

    assert web.asked == []
    assert net.connects == [(PUBLIC, 443)]


def test_the_public_certificates_are_checked_with_their_names() -> None:
    trust = _public_trust()

    assert (trust.check_hostname, trust.verify_mode) == (True, ssl.CERT_REQUIRED)


async def test_a_server_that_does_not_encrypt_is_told_nothing(net: Net, web: Web) -> None:
    net.name("example.org", [PUBLIC])
    net.lead(PUBLIC, 443, web.port)

    with pytest.raises(SourceFailure):
        await get(net, "https://example.org/", None)

    assert web.asked == []


async def test_a_secret_does_not_leave_the_encrypted_way(
    net: Net, web: Web, shown: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    async with open_outside(tls=shown[0]) as encrypted:
        net.name("example.org", [PUBLIC])
        net.lead(PUBLIC, 443, encrypted.port)
        net.lead(PUBLIC, 80, web.port)
        encrypted.on("/", Page(status=302, location="http://example.org/"))
        web.on("/", Page(b"hello"))

        await get(net, "https://example.org/", shown[1])

    assert encrypted.asked[0].headers["authorization"] == "Bearer s3cret"
    assert "authorization" not in web.asked[0].headers


def test_nothing_that_the_environment_trusts_is_trusted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    certificates.make(tmp_path, "evil.example")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))

    trusted = _public_trust.__wrapped__().get_ca_certs()

    assert "evil.example" not in str(trusted)
    assert len(trusted) > 50
