"""Speaks to people in their language: catalogues, dates, lists. The only import of Babel.

English sentences stand in the code and are the keys; bridge/locale/<language>.po holds the others, read at first need.
`python -m tests.catalogue` collects new sentences into them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache
from gettext import GNUTranslations, NullTranslations
from io import BytesIO
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.dates import format_date, format_time
from babel.lists import format_list

from bridge.model.errors import BridgeError
from bridge.model.say import N_

FOLDER = Path(__file__).parent / "locale"
ENGLISH = "en"

DAY = N_("EEE d MMM")
"""A day without its year, in the letters of Unicode's date patterns; a catalogue may order it otherwise."""
DAY_AND_YEAR = N_("EEE d MMM y")
CLOCK = N_("HH:mm")


class Words:
    """One language. `say` never raises, whatever a translator or a caller forgot: people read something in any case."""

    def __init__(self, language: str = ENGLISH, folder: Path = FOLDER) -> None:
        self.language = language
        self._catalogue = NullTranslations() if language == ENGLISH else _read(folder / f"{language}.po")
        self._locale = Locale.parse(language, sep="-" if "-" in language else "_")
        # Babel's plain English puts a comma before "and"; ours does not.
        self._lists = Locale("en", "001") if language == ENGLISH else self._locale

    def say(self, sentence: str, /, **params: object) -> str:
        """The sentence in this language with its `{named}` places filled; a place without a value stays as it is."""
        return _filled(self._catalogue.gettext(sentence), params) if sentence else ""

    def say_n(self, one: str, many: str, n: int, /, **params: object) -> str:
        """The form that suits `n`, which also fills `{n}`."""
        return _filled(self._catalogue.ngettext(one, many, n), {"n": n, **params})

    def day(self, on: date) -> str:
        """'Tue 24 Nov'."""
        return format_date(on, self.say(DAY), locale=self._locale)

    def time(self, at: datetime, zone: str | tzinfo) -> str:
        """'14:02', in the zone. `at` is aware."""
        return format_time(_local(at, zone), self.say(CLOCK), locale=self._locale)

    def moment(self, at: datetime, zone: str | tzinfo, now: datetime) -> str:
        """'today 14:02', 'tomorrow 09:00', 'yesterday 18:30', else 'Tue 24 Nov 14:02', with the year if it differs."""
        day, today, time = _local(at, zone).date(), _local(now, zone).date(), self.time(at, zone)
        if day == today:
            return self.say("today {time}", time=time)
        if day == today + timedelta(days=1):
            return self.say("tomorrow {time}", time=time)
        if day == today - timedelta(days=1):
            return self.say("yesterday {time}", time=time)
        if day.year == today.year:
            return self.say("{day} {time}", day=self.day(day), time=time)
        return self.say("{day} {time}", day=format_date(day, self.say(DAY_AND_YEAR), locale=self._locale), time=time)

    def city(self, zone: str) -> str:
        """What people call a zone: 'Europe/Vienna' -> 'Vienna', in German 'Wien'."""
        return self._locale.time_zones.get(zone, {}).get("city") or zone.rpartition("/")[2].replace("_", " ")

    def list(self, items: Sequence[str]) -> str:
        """'Ana, Bo and Cy'."""
        return format_list(list(items), locale=self._lists)

    def error(self, error: BridgeError) -> str:
        """The sentence of an error; one inside it, that was its reason, in the same language."""
        said = {name: self.error(p) if isinstance(p, BridgeError) else p for name, p in error.params.items()}
        return self.say(error.template, **said)


def languages(folder: Path = FOLDER) -> tuple[str, ...]:
    """The languages that `words_for` speaks, English first."""
    return (ENGLISH, *sorted(found.stem for found in folder.glob("*.po")))


@cache
def words_for(language: str, folder: Path = FOLDER) -> Words:
    """Words of a language such as 'de' or 'de-AT'; its nearest relative if there is no such catalogue, else English."""
    spoken = languages(folder)
    parts = language.replace("_", "-").split("-")
    for length in range(len(parts), 0, -1):
        wanted = "-".join(parts[:length]).lower()
        for known in spoken:
            if known.lower() == wanted:
                return Words(known, folder)
    return Words()


class _Places(dict[str, object]):
    def __missing__(self, name: str) -> str:
        return f"{{{name}}}"


def _filled(template: str, params: Mapping[str, object]) -> str:
    try:
        return template.format_map(_Places(params))
    except (ValueError, LookupError, AttributeError, TypeError):
        return template


def _local(at: datetime, zone: str | tzinfo) -> datetime:
    return at.astimezone(ZoneInfo(zone) if isinstance(zone, str) else zone)


def _read(path: Path) -> GNUTranslations:
    """A catalogue compiled in memory: nobody has to run a compiler, and no .mo file can be stale."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    compiled = BytesIO()
    with path.open("rb") as file:
        write_mo(compiled, read_po(file, locale=path.stem.replace("-", "_")))
    compiled.seek(0)
    return GNUTranslations(compiled)
