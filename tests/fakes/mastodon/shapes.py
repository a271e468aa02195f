"""The JSON of a fake Mastodon server, as app/serializers/rest of the real one writes it."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from tests.fakes.mastodon.state import Person, Picture, Poll, Toot

Json = dict[str, Any]


def error(sentence: str) -> Json:
    return {"error": sentence}


def time(at: datetime | None) -> str | None:
    return at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z" if at else None


def account(person: Person, host: str, nested: bool = False) -> Json:
    hidden = person.suspended
    shown: Json = {
        "id": person.id,
        "username": person.user,
        "acct": person.acct,
        "display_name": "" if hidden else person.title,
        "locked": False,
        "bot": False,
        "discoverable": True,
        "group": False,
        "created_at": "2016-03-16T00:00:00.000Z",
        "note": "",
        "url": f"https://{person.domain or host}/@{person.user}",
        "uri": f"https://{person.domain or host}/users/{person.user}",
        "avatar": person.avatar,
        "avatar_static": person.avatar,
        "header": f"https://{host}/headers/original/missing.png",
        "header_static": f"https://{host}/headers/original/missing.png",
        "followers_count": 3,
        "following_count": 2,
        "statuses_count": 1,
        "last_status_at": None,
        "emojis": [],
        "fields": [],
    }
    if person.moved and not nested and not hidden:
        shown["moved"] = account(person.moved, host, nested=True)
    if hidden:
        shown["suspended"] = True
    return shown


def status(toot: Toot, host: str, nested: bool = False) -> Json:
    home = toot.by.domain or host
    page = f"https://{home}/@{toot.by.user}/{toot.id}"
    uri = f"https://{home}/users/{toot.by.user}/statuses/{toot.id}"
    source = toot.boosts or toot
    return {
        "id": toot.id,
        "created_at": time(toot.at),
        "in_reply_to_id": toot.answers.id if toot.answers else None,
        "in_reply_to_account_id": toot.answers.by.id if toot.answers else None,
        "sensitive": source.sensitive,
        "spoiler_text": source.warning,
        "visibility": toot.visibility,
        "language": source.language,
        "uri": uri + ("/activity" if toot.boosts else ""),
        "url": uri + "/activity" if toot.boosts else page,
        "replies_count": 0,
        "reblogs_count": 0,
        "favourites_count": 0,
        "quotes_count": 0,
        "edited_at": time(toot.edited),
        "content": source.html,
        "reblog": status(toot.boosts, host) if toot.boosts else None,
        "application": None,
        "account": account(toot.by, host),
        "media_attachments": [attachment(one, host) for one in toot.pictures],
        "mentions": [],
        "tags": [{"name": name, "url": f"https://{host}/tags/{name}"} for name in source.tags],
        "emojis": [],
        "card": card(toot.card) if toot.card else None,
        "poll": poll(toot.poll) if toot.poll else None,
        "quote": quote(toot, host, nested),
    }


def quote(toot: Toot, host: str, nested: bool) -> Json | None:
    """A quote inside a quote is shallow: its id alone (docs.joinmastodon.org/entities/ShallowQuote)."""
    if not toot.quotes:
        return None
    accepted = toot.quote_state == "accepted"
    if nested:
        return {"state": toot.quote_state, "quoted_status_id": toot.quotes.id if accepted else None}
    return {"state": toot.quote_state, "quoted_status": status(toot.quotes, host, nested=True) if accepted else None}


def attachment(picture: Picture, host: str) -> Json:
    url = f"https://{host}/media/{picture.name}"
    return {
        "id": "22345792",
        "type": picture.type,
        "url": url,
        "preview_url": url,
        "remote_url": None,
        "meta": {},
        "description": picture.alt,
        "blurhash": None,
    }


def poll(made: Poll) -> Json:
    return {
        "id": "34830",
        "expires_at": time(made.until),
        "expired": made.votes is not None and made.until is not None,
        "multiple": made.several,
        "votes_count": sum(made.votes or ()),
        "voters_count": None,
        "options": [
            {"title": title, "votes_count": made.votes[place] if made.votes else None}
            for place, title in enumerate(made.options)
        ],
        "emojis": [],
    }


def card(given: dict[str, str]) -> Json:
    return {"description": "", "type": "link", "author_name": "", "image": None, "html": "", **given}


def finger(person: Person, domain: str, host: str) -> Json:
    page, actor = f"https://{host}/@{person.user}", f"https://{host}/users/{person.user}"
    return {
        "subject": f"acct:{person.user}@{domain}",
        "aliases": [page, actor],
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html", "href": page},
            {"rel": "self", "type": "application/activity+json", "href": actor},
            {
                "rel": "http://ostatus.org/schema/1.0/subscribe",
                "template": f"https://{host}/authorize_interaction?uri={{uri}}",
            },
        ],
    }
