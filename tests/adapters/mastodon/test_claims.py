"""What is taken for an address of somebody or of a tag, and what is left to others."""

from __future__ import annotations

import pytest

from bridge.adapters.mastodon.adapter import Mastodon
from bridge.adapters.mastodon.address import AccountKey, Handle, Tagged, parse, read_key
from bridge.model.errors import SourceStrange

CLAIMED = [
    ("@ana@social.example", Handle("ana", "social.example")),
    ("  @Ana@Social.Example ", Handle("Ana", "social.example")),
    ("@a.b-c_d@social.example", Handle("a.b-c_d", "social.example")),
    ("@ana@münchen.example", Handle("ana", "xn--mnchen-3ya.example")),
    ("https://social.example/@ana", Handle("ana", "social.example", page=True)),
    ("https://social.example/@ana/", Handle("ana", "social.example", page=True)),
    ("http://social.example/@ana", Handle("ana", "social.example", page=True)),
    ("https://social.example/@ana?lang=de#top", Handle("ana", "social.example", page=True)),
    ("https://social.example/@ana/109302436954721982", Handle("ana", "social.example", page=True)),
    ("https://social.example/@ana/statuses/01HX5", Handle("ana", "social.example", page=True)),
    ("https://social.example/web/@ana", Handle("ana", "social.example", page=True)),
    ("https://social.example/@bo@elsewhere.example", Handle("bo", "elsewhere.example", page=True)),
    ("https://social.example/@bo@elsewhere.example/10930", Handle("bo", "elsewhere.example", page=True)),
    ("https://social.example/users/ana", Handle("ana", "social.example", page=True)),
    ("https://social.example/users/ana/statuses/10930", Handle("ana", "social.example", page=True)),
    ("#python@social.example", Tagged("python", "social.example")),
    ("#PyThon@social.example", Tagged("python", "social.example")),
    ("#straße@social.example", Tagged("strasse", "social.example")),
    ("https://social.example/tags/Python", Tagged("python", "social.example", page=True)),
    ("https://social.example/tags/caf%C3%A9", Tagged("café", "social.example", page=True)),
]

LEFT = [
    *(
        "",
        "@",
        "@@",
        "#",
        "ana",
        "@ana",
        "#python",
        "ana@social.example",
        "@ana@",
        "@ana@localhost",
        "@@social.example",
    ),
    *("@ana@social.example and more", "@ana@social.example@x", "@an a@social.example", "@ana@social..example"),
    *("@ana@-social.example", "@ana@social.example:3000", "@ana@127.0.0.1", "@.ana@social.example"),
    *("@ana@social.example/x", "#python@", "#@social.example", "#a#b@social.example", "#python@localhost"),
    *("https://social.example/", "https://social.example/@", "https://social.example/about", "https://@ana/x"),
    *("https://user:pw@social.example/@ana", "https://social.example:8443/@ana", "ftp://social.example/@ana"),
    *("https://[/@ana", "https://social.example/tags/", "https://social.example/tags/a/b", "https://localhost/@ana"),
    *("@" + "a" * 600 + "@social.example", "@ana@" + "a." * 200 + "example", "https://social.example:x/@ana"),
    *("alice.bsky.social", "tumblr:ana", "https://social.example/tags/%20", "https://social.example/tags/a%23b"),
]


@pytest.mark.parametrize(("typed", "meant"), CLAIMED)
def test_an_address_says_whom_or_what_it_means(typed: str, meant: Handle | Tagged) -> None:
    assert parse(typed) == meant


@pytest.mark.parametrize("typed", LEFT)
def test_anything_else_is_left_to_others(source: Mastodon, typed: str) -> None:
    assert not source.claims(typed)


def test_its_shapes_are_asked_about_before_any_web_page(source: Mastodon) -> None:
    assert source.claims("https://social.example/@ana")
    assert source.claim_order == 10


@pytest.mark.parametrize(
    "key", [AccountKey("a.b", "example.org", "web.example.org", "10930"), Tagged("café", "social.example")]
)
def test_a_key_leads_back_to_what_it_names(key: AccountKey | Tagged) -> None:
    assert read_key(str(key)) == key


@pytest.mark.parametrize("key", ["", "https://x.example/feed", "acct:ana@social.example", "tag:#x.example"])
def test_what_is_no_key_is_strange(key: str) -> None:
    with pytest.raises(SourceStrange):
        read_key(key)
