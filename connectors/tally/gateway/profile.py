"""How one particular Tally behaves, as measured when it was connected.

Releases, licences and set-ups differ in what they do with a period, a filter or a list of fields, and published
experience contradicts itself. So nothing is assumed: ``calibrate`` asks, this remembers (it is stored with the
connection), and reading follows it. None means that it could not be measured.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum
from typing import Any

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.tally.gateway.companies import Edition
from connectors.tally.gateway.endpoint import Charset

EDUCATION_DAYS = frozenset({1, 2, 31})
"""Days of a month that the educational mode accepts as a boundary, and as a date of a voucher."""


class PeriodBehaviour(StrEnum):
    """What becomes of the period variables of a voucher collection."""

    HONOURED = "honoured"
    WIDENED = "widened"
    """More comes than was asked for, all that was asked for among it."""
    COLLAPSED = "collapsed"
    """Not all that was asked for comes, often the period on screen instead."""
    IGNORED = "ignored"
    """Everything comes, whatever is asked for."""
    CURRENT_YEAR = "current_year"
    """Only the financial year on screen comes, whatever is asked for."""
    UNKNOWN = "unknown"


class Route(StrEnum):
    """Ways to get vouchers of a period."""

    COLLECTION = "collection"
    VOUCHER_REGISTER = "voucher_register"
    DAY_BOOK = "day_book"


@dataclass(frozen=True, slots=True, kw_only=True)
class CapabilityProfile:
    """What was measured at one Tally and company.

    Attributes:
        charset: in which requests are understood.
        mirrored: UTF-16 is answered in UTF-16, so no letter is lost.
        product: as Tally names itself.
        release: its release text; empty if it does not say.
        edition: licence.
        period: what the period variables do to a voucher collection; at its worst, if boundaries matter.
        only_education_days: the period is honoured, but only the 1st, 2nd and 31st are taken as boundaries.
        literal_dates: a filter with literal dates narrows a voucher collection.
        alter_id_filter: a filter on the change counter works.
        group_by: a summary per day works, so a census costs kilobytes.
        curated_bills: bill allocations asked for field by field come right (else they come as On Account).
        undotted_lists: an entry list asked for by its bare name comes whole; else it needs ``.*``.
        json: the JSON transport of release 7 answers.
        route: first way to get the vouchers of one day; None if none is known to work.
        screen_from: first day of the period on screen when measured.
        screen_to: its last day.
        books_from: first day of the books then.
        vouchers_seen: so many vouchers were visible.
        notes: what was noticed, for people.
    """

    charset: Charset = Charset.UTF16
    mirrored: bool | None = None
    product: str = ""
    release: str = ""
    edition: Edition = Edition.UNKNOWN
    period: PeriodBehaviour = PeriodBehaviour.UNKNOWN
    only_education_days: bool | None = None
    literal_dates: bool | None = None
    alter_id_filter: bool | None = None
    group_by: bool | None = None
    curated_bills: bool | None = None
    undotted_lists: bool | None = None
    json: bool | None = None
    route: Route | None = None
    screen_from: date | None = None
    screen_to: date | None = None
    books_from: date | None = None
    vouchers_seen: int | None = None
    notes: tuple[str, ...] = ()

    def entry_list(self, name: str) -> str:
        """How to ask for an entry list so that its bills come right: ``AllLedgerEntries`` or ``AllLedgerEntries.*``."""
        return name if self.undotted_lists else f"{name}.*"

    @property
    def advice(self) -> tuple[str, ...]:
        """What a person can do so that reading works, or works better; empty if all is well."""
        return tuple(text for wanted, text in _ADVICE if wanted(self))

    def to_json(self) -> dict[str, JsonValue]:
        """As stored with the connection."""
        return {item.name: _plain(getattr(self, item.name)) for item in fields(self)}


def parse_profile(stored: Mapping[str, JsonValue]) -> CapabilityProfile:
    """Read a stored profile; what it does not say is not known.

    Raises:
        ConfigurationError: a value is none that a profile can have.
    """
    known = {item.name for item in fields(CapabilityProfile)}
    try:
        return CapabilityProfile(
            **{name: _PARSERS.get(name, _same)(value) for name, value in stored.items() if name in known}
        )
    except (TypeError, ValueError) as error:
        raise ConfigurationError(
            "The stored profile of this Tally cannot be read; connect it again to measure it anew.",
            code="tally.gateway.profile",
        ) from error


def _plain(value: object) -> JsonValue:
    match value:
        case date():
            return value.isoformat()
        case tuple():
            return list(value)
        case StrEnum():
            return value.value
        case _:
            return value


def _same(value: Any) -> Any:
    return value


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if value else None


_PARSERS: dict[str, Any] = {
    "charset": Charset,
    "edition": Edition,
    "period": PeriodBehaviour,
    "route": lambda value: Route(value) if value else None,
    "screen_from": _day,
    "screen_to": _day,
    "books_from": _day,
    "notes": tuple,
}


def _hides_years(profile: CapabilityProfile) -> bool:
    if not profile.vouchers_seen:
        return False
    is_stuck = profile.period is PeriodBehaviour.COLLAPSED and not profile.only_education_days
    return is_stuck or profile.period is PeriodBehaviour.CURRENT_YEAR or profile.route is None


_HIDDEN_YEARS = (
    "This Tally serves only the period on its screen. Press Alt+F2 in Tally, choose the period from the beginning of "
    "the books to today, and connect again."
)
_EDUCATION = (
    "Tally runs in educational mode: only the 1st, 2nd and 31st of a month work as dates. Activate the licence to read "
    "every day."
)
_QUESTION_MARKS = (
    "This Tally does not answer in UTF-16, so letters outside the PC's code page come as '?'. An update of Tally "
    "cures it."
)
_NOTHING_SEEN = (
    "No voucher was visible, so little could be measured. If there are vouchers, press Alt+F2 in Tally and choose the "
    "whole period, then connect again."
)
_Test = Callable[[CapabilityProfile], bool]
_ADVICE: tuple[tuple[_Test, str], ...] = (
    (_hides_years, _HIDDEN_YEARS),
    (lambda profile: profile.edition is Edition.EDUCATION, _EDUCATION),
    (lambda profile: profile.charset is Charset.UTF8 or profile.mirrored is False, _QUESTION_MARKS),
    (lambda profile: profile.vouchers_seen == 0, _NOTHING_SEEN),
)
