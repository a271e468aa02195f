"""Lists of feeds, as feed readers write them and as somebody with bad intentions would."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bridge.model.errors import OpmlTooLong, OpmlUnreadable
from bridge.model.ids import PersonId
from bridge.model.source import Watch
from bridge.services.outside.opml import LARGEST, MOST, Outline, read_opml, write_opml

FEED = "https://blog.example.org/feed"


def watch(key: str = FEED, title: str = "The Blog", home: str = "") -> Watch:
    at = datetime(2026, 11, 23, tzinfo=UTC)
    return Watch(PersonId(1), "feed", key, "blog.example.org", title, PersonId(2), at, home=home)


def opml(body: str, head: str = '<?xml version="1.0"?>') -> str:
    return f'{head}<opml version="2.0"><head><title>Mine</title></head><body>{body}</body></opml>'


def addresses(text: str | bytes) -> list[str]:
    return [one.address for one in read_opml(text.encode() if isinstance(text, str) else text)]


ADDRESSES = st.from_regex(r"https?://[a-z]{1,9}\.example/[a-z0-9/?=&;+~-]{0,20}", fullmatch=True)


@given(st.lists(st.tuples(ADDRESSES, st.text(max_size=30))), st.text(max_size=20))
def test_what_was_written_is_read_again(kept: list[tuple[str, str]], title: str) -> None:
    written = write_opml([watch(key, called) for key, called in kept], title)

    assert addresses(written.encode("utf-8")) == list(dict.fromkeys(key for key, _ in kept))


def test_a_list_of_ours_says_what_readers_need() -> None:
    written = write_opml([watch(title="", home="https://blog.example.org"), watch("did:plc:x", "Ana")], "Otters & co")

    assert '<outline text="blog.example.org"' in written
    assert 'type="rss" xmlUrl="https://blog.example.org/feed"' in written
    assert "Otters &amp; co" in written


def test_an_account_comes_back_by_its_page() -> None:
    account = watch("109@social.example", "Ana", "https://social.example/@ana")

    assert addresses(write_opml([account], "x")) == ["https://social.example/@ana"]


@pytest.mark.parametrize("spelt", ["xmlUrl", "xmlurl", "XMLURL", "xmlURL", "XmlUrl"])
def test_the_address_is_found_however_it_is_spelt(spelt: str) -> None:
    assert addresses(opml(f'<outline {spelt}="{FEED}"/>')) == [FEED]


def test_folders_are_opened_and_each_feed_comes_once_in_order() -> None:
    inner = (
        f'<outline text="Deeper"><outline text="B" xmlUrl="{FEED}/b"/><outline text="A" xmlUrl="{FEED}/a"/></outline>'
    )
    body = f'<outline text="News">{inner}</outline><outline text="A again" xmlUrl="{FEED}/a"/>'

    assert read_opml(opml(body).encode()) == [Outline(f"{FEED}/b", "B"), Outline(f"{FEED}/a", "A")]


def test_a_title_may_be_missing_or_stand_in_either_place() -> None:
    body = f'<outline xmlUrl="{FEED}"/><outline text="T" xmlUrl="{FEED}/t"/><outline title=" U  V " xmlUrl="{FEED}/u"/>'

    assert [one.title for one in read_opml(opml(body).encode())] == ["", "T", "U V"]


@pytest.mark.parametrize(
    "data",
    [
        b"\xef\xbb\xbf" + opml(f'<outline text="é" xmlUrl="{FEED}"/>').encode(),
        opml(f'<outline text="é" xmlUrl="{FEED}"/>', '<?xml version="1.0" encoding="UTF-16"?>').encode("utf-16"),
        opml(f'<outline text="é" xmlUrl="{FEED}"/>', '<?xml version="1.0" encoding="UTF-16"?>').encode(),
        opml(f'<outline text="é" xmlUrl="{FEED}"/>', '<?xml version="1.0" encoding="iso-8859-1"?>').encode("latin-1"),
        opml(f'<outline text="é" xmlUrl="{FEED}"/>', '<?xml version="1.0" encoding="windows-1252"?>').encode("cp1252"),
        b"\n  " + opml(f'<outline text="\xe9" xmlUrl="{FEED}"/>').encode(),
        opml(f'<outline text="é" xmlUrl="{FEED}"/>', "").encode(),
    ],
    ids=["bom", "utf-16", "utf-16 that is none", "latin-1", "windows-1252", "blanks in front", "no declaration"],
)
def test_any_encoding_is_read(data: bytes) -> None:
    assert read_opml(data) == [Outline(FEED, "é")]


def test_namespaces_are_nothing_to_us() -> None:
    foreign = f'<o:opml xmlns:o="urn:x"><o:body><o:outline o:text="A" o:xmlUrl="{FEED}"/></o:body></o:opml>'
    extended = f'<opml xmlns:f="urn:f"><body><outline f:fresh="1" xmlUrl="{FEED}"/></body></opml>'

    assert addresses(foreign) == addresses(extended) == [FEED]


@pytest.mark.parametrize(
    "address",
    ["javascript:alert(1)", "file:///etc/passwd", "data:text/xml,x", "ftp://x.example/", "https://u:p@x.example/", ""],
)
def test_what_is_no_address_of_a_page_is_left_out(address: str) -> None:
    assert addresses(opml(f'<outline xmlUrl="{address}"/><outline xmlUrl="{FEED}"/>')) == [FEED]


LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
BOMB = f'<!DOCTYPE opml [<!ENTITY l0 "ha">{LAUGHS}]>'
OUTSIDE = '<!DOCTYPE opml [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
PARAMETER = '<!DOCTYPE opml [<!ENTITY % x SYSTEM "http://x.example/dtd"> %x;]>'


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"   ",
        b"feeds: none",
        b"<html><body><p>Please log in</body></html>",
        b"<rss version='2.0'><channel/></rss>",
        b"<opml><body><outline xmlUrl='https://x.example/'>",
        b"\x00" * 100,
        b"\xff\xfe\x00",
        b'<?xml version="1.0" encoding="klingon"?><opml a="\xe9"/>',
        b"PK\x03\x04",
        b" " * (LARGEST + 1),
        opml('<outline text="&l8;"/>', BOMB).encode(),
        opml('<outline text="&l8;"/>', BOMB).encode("utf-16"),
        opml("<outline>&x;</outline>", OUTSIDE).encode(),
        opml("", PARAMETER).encode(),
    ],
    ids=["nothing", "blanks", "words", "page", "feed", "torn", "nul", "half", "no encoding", "zip", "huge", "bomb",
         "bomb in utf-16", "file", "dtd"],
)  # fmt: skip
def test_what_is_no_list_is_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(OpmlUnreadable):
        read_opml(data)


def test_folders_in_folders_without_end_end() -> None:
    deep = "<outline>" * 100_000 + f'<outline xmlUrl="{FEED}"/>' + "</outline>" * 100_000

    assert addresses(opml(deep)) == [FEED]


def test_a_list_that_is_too_long_says_so_rather_than_losing_its_end() -> None:
    def long(count: int) -> str:
        return opml("".join(f'<outline xmlUrl="{FEED}/{number}"/>' for number in range(count)))

    assert len(addresses(long(MOST))) == MOST
    with pytest.raises(OpmlTooLong, match="10000"):
        read_opml(long(10_000).encode())


@given(st.binary(max_size=300) | st.text(max_size=200).map(lambda body: opml(body).encode("utf-8", "surrogatepass")))
def test_whatever_comes_is_a_list_or_a_refusal(data: bytes) -> None:
    try:
        read_opml(data)
    except OpmlUnreadable:
        return
