"""Nobody makes us ask inside a network: for every address in the table no socket is connected, whether it is asked for
or redirected to."""

from __future__ import annotations

from dataclasses import replace

import pytest

from bridge.adapters._outside.http import Fetched, Fetcher
from bridge.model.errors import SourceForbidden, SourceNotAllowed, SourceStrange
from bridge.model.source import Outside
from tests.adapters.outside.net import OTHER, PUBLIC, Net
from tests.fakes.outside import Page, Web

LOOPBACK = (
    *("http://127.0.0.1/", "http://127.0.0.1:80/", "https://127.0.0.1/", "http://127.1.2.3/", "http://127.0.0.1./"),
    *("http://2130706433/", "http://0x7f000001/", "http://0x7f.1/", "http://0x7f.0.0.1/", "http://017700000001/"),
    *("http://0177.0.0.1/", "http://127.1/", "http://127.0.1/", "http://0/", "http://0.0.0.0/", "http://00.0.0.0/"),
    *("http://１２７.０.０.１/", "http://127。0。0。1/", "http://①②⑦.0.0.1/", "http://%31%32%37.0.0.1/"),
    *("http://localhost/", "http://LOCALHOST/", "http://localhost./", "http://a.localhost/", "http://ⓛocalhost/"),
    *("http://localhost.localdomain/", "http://[::1]/", "http://[0:0:0:0:0:0:0:1]/", "http://[::]/"),
    *("http://[::ffff:127.0.0.1]/", "http://[::ffff:7f00:1]/", "http://[::127.0.0.1]/", "http://[::1%25lo]/"),
)
NETWORKS = (
    *("http://10.0.0.1/", "http://172.16.0.1/", "http://172.31.255.255/", "http://192.168.1.1/", "http://100.64.0.1/"),
    *("http://169.254.1.1/", "http://192.0.0.1/", "http://192.0.2.1/", "http://198.18.0.1/", "http://198.51.100.1/"),
    *("http://203.0.113.1/", "http://192.88.99.1/", "http://224.0.0.1/", "http://240.0.0.1/"),
    *("http://255.255.255.255/", "http://[fe80::1]/", "http://[fe80::1%25eth0]/", "http://[fc00::1]/"),
    *("http://[fd12:3456::1]/", "http://[ff02::1]/", "http://[2001:db8::1]/", "http://[3fff::1]/", "http://[100::1]/"),
    *("http://[64:ff9b::7f00:1]/", "http://[64:ff9b::8.8.8.8]/", "http://[64:ff9b:1::7f00:1]/"),
    *("http://[2002:7f00:1::]/", "http://[2002:808:808::1]/", "http://[2001:0:808:808::1]/", "http://[5f00::1]/"),
    *("http://[::ffff:10.0.0.1]/", "http://[::ffff:0:127.0.0.1]/", "http://[fec0::1]/"),
)
METADATA = (
    *("http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/", "http://[fd00:ec2::254]/"),
    *("http://100.100.100.200/", "http://192.0.0.192/", "http://168.63.129.16/", "http://[fd20:ce::254]/"),
    *("http://metadata.google.internal/", "http://metadata/", "http://instance-data/", "http://metadata.example.org/"),
    *("http://2852039166/", "http://0xA9FEA9FE/", "http://0251.0376.0251.0376/", "http://[::ffff:a9fe:a9fe]/"),
)
ELSEWHERE = (
    *("http://example.org:22/", "http://example.org:8080/", "https://example.org:8443/", "http://example.org:0/"),
    *("http://example.org:65536/", "http://example.org:-80/", "http://example.org:http/", "http://127.0.0.1:6379/"),
    *("http://ana@example.org/", "http://ana:secret@example.org/", "http://example.org@127.0.0.1/", "http://@a.org/"),
    *("http://example.org\\@127.0.0.1/", "http://127.0.0.1\\.example.org/", "http://[v1.example.org]/"),
    *("ftp://example.org/", "file:///etc/passwd", "gopher://example.org/", "data:text/html,x", "javascript:alert(1)"),
    *("ws://example.org/", "unix:///run/docker.sock", "http+unix://%2Frun%2Fdocker.sock/", "dict://127.0.0.1:11211/"),
    *("http:///feed", "http://", "https:example.org", "example.org", "", "http://[::1/", "http://exa mple.org/"),
    *("http://example.org\x00.127.0.0.1/", "http://example.org/\r\nHost: inside", "http://a..example.org/"),
    *("http://.example.org/", "http://printer/", "http://nas.local/", "http://wiki.internal/", "http://-\x7f/"),
    *(f"http://{'a' * 64}.example.org/", f"http://{'a.' * 200}org/", f"http://example.org/{'a' * 4_000}"),
    *("http://xn--a.example\ud800/", "http://exa\u200bmple\u2028.org/", "http://example.org\u00a0/", "http://⒈⒉/"),
)
NAMES = (
    *("http://private.example.org/", "http://looped.example.org/", "http://linked.example.org/"),
    *("http://mixed.example.org/", "http://mixed6.example.org/", "http://mapped.example.org/"),
    *("http://nat64.example.org/", "https://private.example.org/", "http://scoped.example.org/"),
)
TABLE = (*LOOPBACK, *NETWORKS, *METADATA, *ELSEWHERE, *NAMES)


@pytest.fixture
def fetcher(net: Net) -> Fetcher:
    for host, found in {
        "example.org": [PUBLIC],
        "metadata.example.org": ["169.254.169.254"],
        "private.example.org": ["10.1.2.3"],
        "looped.example.org": ["127.0.0.1"],
        "linked.example.org": ["fe80::1"],
        "scoped.example.org": ["fe80::1%eth0"],
        "mixed.example.org": [PUBLIC, "192.168.0.1"],
        "mixed6.example.org": [OTHER, "::1"],
        "mapped.example.org": ["::ffff:10.0.0.1"],
        "nat64.example.org": ["64:ff9b::a00:1"],
        "localhost.localdomain": ["127.0.0.1"],
        "a.localhost": ["127.0.0.1"],
        "localhost": ["::1", "127.0.0.1"],
    }.items():
        net.name(host, found)
    return Fetcher(Outside(), resolve=net.resolve)


async def get(fetcher: Fetcher, url: str) -> Fetched:
    return await fetcher.get(url, accept="*/*", types=("text/",))


def test_the_table_is_long_enough_and_says_nothing_twice() -> None:
    assert len(TABLE) == len(set(TABLE)) >= 60


@pytest.mark.parametrize("url", TABLE)
async def test_nothing_inside_is_asked(net: Net, fetcher: Fetcher, url: str) -> None:
    with pytest.raises(SourceForbidden):
        await get(fetcher, url)

    assert net.connects == []


@pytest.mark.parametrize("url", ["http://private.example.org/", "http://127.0.0.1/", "http://example.org:8080/"])
async def test_what_whoever_runs_bridge_could_allow_is_said_to_be_so(net: Net, fetcher: Fetcher, url: str) -> None:
    with pytest.raises(SourceNotAllowed, match=r"can allow it in bridge\.toml"):
        await get(fetcher, url)


async def test_what_nobody_could_allow_is_not(net: Net, fetcher: Fetcher, web: Web) -> None:
    net.lead(PUBLIC, 80, web.port)
    web.on("/feed", Page(status=302, location="http://private.example.org/"))

    with pytest.raises(SourceForbidden) as forbidden:
        await get(fetcher, "http://example.org/feed")

    assert not isinstance(forbidden.value, SourceNotAllowed)
    assert "bridge.toml" not in forbidden.value.english()


ONWARD = [url for url in TABLE if url not in ("", "example.org", "https:example.org", "http:///feed", "http://")]
"""Relative where it stands in a redirect: those lead nowhere else."""


@pytest.mark.parametrize("url", ONWARD)
async def test_nothing_inside_is_asked_because_a_server_sends_us_there(
    net: Net, fetcher: Fetcher, web: Web, url: str
) -> None:
    net.lead(PUBLIC, 80, web.port)
    web.on("/feed", Page(status=302, location=_sendable(url)))

    with pytest.raises((SourceForbidden, SourceStrange)):
        await get(fetcher, "http://example.org/feed")

    assert net.connects == [(PUBLIC, 80)]


def _sendable(url: str) -> str:
    """As a server writes it into a header: UTF-8, and without what would end the line."""
    return url.replace("\r\n", "\x01").encode("utf-8", "surrogatepass").decode("latin-1")


@pytest.mark.parametrize("url", TABLE)
async def test_what_is_allowed_opens_no_other_door(net: Net, fetcher: Fetcher, url: str) -> None:
    allowing = Fetcher(Outside(allowed=frozenset({("intranet.test", 0), ("example.org", 81)})), resolve=net.resolve)

    with pytest.raises(SourceForbidden):
        await get(allowing, url)

    assert net.connects == []


async def test_a_name_is_resolved_once_and_what_was_checked_is_what_is_asked(net: Net, web: Web) -> None:
    net.name("rebinding.example.org", [PUBLIC], ["127.0.0.1"])
    net.lead(PUBLIC, 80, web.port)
    web.on("/", Page(b"hello"))
    fetcher = Fetcher(Outside(), resolve=net.resolve)

    fetched = await get(fetcher, "http://rebinding.example.org/")

    assert (fetched.body, net.resolved) == (b"hello", ["rebinding.example.org"])
    assert (net.connects, web.asked[0].headers["host"]) == ([(PUBLIC, 80)], "rebinding.example.org")


async def test_a_name_that_leads_inside_at_the_next_look_is_not_asked(net: Net, web: Web) -> None:
    net.name("rebinding.example.org", [PUBLIC], ["127.0.0.1"])
    net.lead(PUBLIC, 80, web.port)
    web.on("/", Page(b"hello"))
    fetcher = Fetcher(Outside(), resolve=net.resolve)
    await get(fetcher, "http://rebinding.example.org/")

    with pytest.raises(SourceForbidden):
        await get(fetcher, "http://rebinding.example.org/")

    assert net.connects == [(PUBLIC, 80)]


async def test_a_name_that_leads_inside_between_two_redirects_is_not_asked(net: Net, web: Web) -> None:
    net.name("rebinding.example.org", [PUBLIC], ["127.0.0.1"])
    net.lead(PUBLIC, 80, web.port)
    web.on("/", Page(status=302, location="/next"))
    fetcher = Fetcher(Outside(), resolve=net.resolve)

    with pytest.raises(SourceForbidden):
        await get(fetcher, "http://rebinding.example.org/")

    assert net.connects == [(PUBLIC, 80)]


async def test_what_an_administrator_named_is_asked_though_it_stands_inside(web: Web) -> None:
    web.on("/", Page(b"hello"))

    fetched = await get(web.fetcher(), web.url("/"))

    assert fetched.body == b"hello"


async def test_a_host_allowed_at_any_port_is_asked(web: Web) -> None:
    web.on("/", Page(b"hello"))
    fetcher = Fetcher(replace(web.outside, allowed=frozenset({("blog.test", 0)})), resolve=web.resolve)

    assert (await get(fetcher, web.url("/"))).body == b"hello"


async def test_a_host_allowed_at_another_port_is_not(net: Net, web: Web) -> None:
    fetcher = Fetcher(replace(web.outside, allowed=frozenset({("blog.test", 1)})), resolve=web.resolve)

    with pytest.raises(SourceForbidden):
        await get(fetcher, web.url("/"))

    assert net.connects == []


async def test_nobody_outside_redirects_to_what_was_allowed_inside(net: Net, web: Web) -> None:
    net.name("example.org", [PUBLIC])
    net.name("blog.test", ["127.0.0.1"])
    net.lead(PUBLIC, 80, web.port)
    net.lead("127.0.0.1", web.port, web.port)
    web.on("/away", Page(status=302, location=web.url("/feed")))
    web.on("/feed", Page(b"hello"))

    with pytest.raises(SourceForbidden):
        await get(Fetcher(web.outside, resolve=net.resolve), "http://example.org/away")

    assert net.resolved == ["example.org"]
    assert "/feed" not in [asked.path for asked in web.asked]


async def test_the_next_address_is_tried_where_one_is_not_reached(net: Net, web: Web) -> None:
    net.name("example.org", [OTHER, "93.184.215.15", PUBLIC])
    net.lead(PUBLIC, 80, web.port)
    web.on("/", Page(b"hello"))

    fetched = await get(Fetcher(Outside(), resolve=net.resolve), "http://example.org/")

    assert fetched.body == b"hello"
    assert [address for address, _ in net.connects] == [OTHER, "93.184.215.15", PUBLIC]
