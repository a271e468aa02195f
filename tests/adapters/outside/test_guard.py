"""How an address is read, and which network addresses are public."""

from __future__ import annotations

import ipaddress

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bridge.adapters._outside.guard import Address, is_public, read_address, read_onward
from bridge.model.errors import SourceForbidden

SPELLINGS = [
    ("http://example.org", "http://example.org/"),
    ("HTTP://Example.ORG:80/Feed", "http://example.org/Feed"),
    ("https://example.org.:443/a#b", "https://example.org/a"),
    ("https://example.org?x=1", "https://example.org/?x=1"),
    ("  https://example.org/  ", "https://example.org/"),
    ("https://example.org/a b?c d", "https://example.org/a%20b?c%20d"),
    ("https://example.org/%20%C3%A4?q=%26", "https://example.org/%20%C3%A4?q=%26"),
    ("https://example.org/ä?ö=ü", "https://example.org/%C3%A4?%C3%B6=%C3%BC"),
    ("https://bücher.example/", "https://xn--bcher-kva.example/"),
    ("https://Straße.example/", "https://xn--strae-oqa.example/"),
    ("https://例え.example/", "https://xn--r8jz45g.example/"),
    ("http://8.8.8.8/", "http://8.8.8.8/"),
    ("http://[2606:4700:0:0::1111]/", "http://[2606:4700::1111]/"),
    ("http://[2606:4700::1111]:8080/", "http://[2606:4700::1111]:8080/"),
    ("http://under_score.example.org/", "http://under_score.example.org/"),
]


@pytest.mark.parametrize(("typed", "read"), SPELLINGS)
def test_an_address_has_one_spelling(typed: str, read: str) -> None:
    assert read_address(typed).url == read
    assert read_address(read).url == read


ONWARD = [
    ("/b", "https://example.org/b"),
    ("b?c", "https://example.org/a/b?c"),
    ("//other.example/b", "https://other.example/b"),
    ("?page=2", "https://example.org/a/feed?page=2"),
    ("#top", "https://example.org/a/feed"),
    (" /b ", "https://example.org/b"),
    ("../../../b", "https://example.org/b"),
    ("http://other.example:80", "http://other.example/"),
]


@pytest.mark.parametrize(("location", "read"), ONWARD)
def test_a_redirect_is_read_from_where_it_stood(location: str, read: str) -> None:
    assert read_onward(read_address("https://example.org/a/feed"), location).url == read


@given(st.text() | st.text().map("http://".__add__) | st.from_regex(r"https?://[^/]*/.*"))
@example("http://[::ffff:1.2.3.4%25]/")
@example("http://\u0660.example/")
@example("http://a\u2100b/")
def test_any_text_is_an_address_that_can_be_sent_or_forbidden(text: str) -> None:
    try:
        at = read_address(text)
    except SourceForbidden:
        return

    assert at.url.isascii()
    assert not any(character <= " " or character == "\x7f" for character in at.url)
    assert "@" not in at.origin
    assert read_address(at.url) == at


@given(st.text())
def test_any_location_is_read_or_forbidden(location: str) -> None:
    try:
        read_onward(Address("https", "example.org", 443, "/"), location)
    except SourceForbidden:
        return


OPEN = ["8.8.8.8", "1.1.1.1", "93.184.215.14", "192.0.1.1", "172.32.0.1", "100.128.0.1", "223.255.255.255"]
OPEN_6 = ["2606:4700::1111", "2a00:1450::1", "2001:4860::8888", "::ffff:8.8.8.8", "2400:cb00::1"]


@pytest.mark.parametrize("address", OPEN + OPEN_6)
def test_what_everybody_can_reach_is_public(address: str) -> None:
    assert is_public(address)


@given(st.ip_addresses(v=4))
def test_the_standard_library_calls_nothing_closed_that_we_call_public(address: ipaddress.IPv4Address) -> None:
    """What it calls open and we do not (6to4's relays, one provider's host services) is ours to say."""
    closed = not address.is_global or address.is_multicast or address.is_reserved

    assert not (closed and is_public(str(address)))


@given(st.ip_addresses(v=6).filter(lambda address: address.ipv4_mapped is None))
def test_nor_in_the_longer_addresses(address: ipaddress.IPv6Address) -> None:
    closed = not address.is_global or address.is_multicast or address.is_reserved

    assert not (closed and is_public(str(address)))


@given(st.ip_addresses(v=4))
def test_an_address_inside_a_longer_one_counts_as_what_it_is(address: ipaddress.IPv4Address) -> None:
    mapped = ipaddress.IPv6Address(0xFFFF_0000_0000 + int(address))

    assert is_public(str(mapped)) == is_public(str(address))


@given(st.ip_addresses(v=4))
def test_nothing_leads_through_a_translator_or_a_tunnel(address: ipaddress.IPv4Address) -> None:
    low = int(address)
    ways = (0x64_FF9B << 96, 0x64_FF9B_0001 << 80, 0x2001_0000 << 96, 0)
    leading = [
        *(ipaddress.IPv6Address(way + low) for way in ways),
        ipaddress.IPv6Address((0x2002 << 112) + (low << 80)),
    ]

    assert not any(is_public(str(each)) for each in leading)
