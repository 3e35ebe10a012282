"""The census: what the source says exists, so that the hub learns what has gone.

Accounting programs forget without a trace: a deleted voucher is simply not there any more. So a tap counts: it asks for
the keys and versions of everything in a scope and hands the list over as a ``Census``. The hub compares it with what it
holds and answers with a ``CensusVerdict``; only the hub makes tombstones, and only of a census that is corroborated.
From the shell a census is a record of the Singer stream ``census``.

When a census may call itself corroborated
    An answer may be empty, cut or of another period and still look well-formed. ``corroborated`` is the tap's word that
    all of this holds: an independent answer of the source agrees with the number of members; the source's change
    counters were the same before and after; and, for a census of a period, every record changed since the last
    bookmark was handed over before it (a document moved to another day is then held under its new day, so its absence
    from the old one says nothing).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, Protocol

import msgspec

from canonical.dates import Period
from canonical.record import JsonValue

CENSUS = "census"
"""Name of the Singer stream."""
_FIELDS = msgspec.json.Decoder(dict[str, msgspec.Raw])


@dataclass(frozen=True, slots=True)
class CensusMember:
    """One object that exists in the source.

    Attributes:
        key: as in the object's ``SourceRef``.
        version: the source's change counter of it; None if the census did not ask.
        day: the day it stands under; None if it has none or the census did not ask.
        number: a document's number, a master's name; None if the census did not ask.
    """

    key: str
    version: int | None = None
    day: date | None = None
    number: str | None = None


@dataclass(frozen=True, slots=True)
class KeyRange:
    """Keys above one and up to another (``None``: all above), in the order of their code points."""

    after: str
    upto: str | None


@dataclass(frozen=True, slots=True)
class Census:
    """Everything that exists in a scope.

    Attributes:
        company: the source's identity of the books, as in ``SourceRef``.
        stream: which stream was counted.
        period: the days counted, both included; None for everything of the stream.
        members: each key once.
        corroborated: see the module; the hub retires nothing without it.
        keys: the range of keys counted, of a list too long to be handed over whole; None for all keys.
        only: the scope is exactly these keys, each asked for by itself; None: it is not a matter of single keys. The
            source's own word that there is none of a key corroborates it.
    """

    company: str
    stream: str
    period: Period | None
    members: tuple[CensusMember, ...]
    corroborated: bool
    keys: KeyRange | None = None
    only: tuple[str, ...] | None = None


@dataclass(frozen=True, slots=True)
class CensusVerdict:
    """What the hub makes of a census.

    Attributes:
        missing: keys of members the hub does not hold (never read, or retired before): fetch them.
        outdated: keys of members the hub holds otherwise than the census says (version, day or number), or that the
            source is known to say otherwise by now (``HubMemory.outdated``): fetch them again.
        gone: keys the hub holds in the scope that are no members. Of a corroborated census they are retired by now.
    """

    missing: tuple[str, ...] = ()
    outdated: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()

    @property
    def wanted(self) -> tuple[str, ...]:
        """What to fetch: missing and outdated."""
        return self.missing + self.outdated


@dataclass(frozen=True, slots=True)
class HeldDay:
    """What is held of a day.

    Attributes:
        records: how many.
        versions: sum of their versions, one without counting as 0.
    """

    records: int
    versions: int


class Settlement(StrEnum):
    """How a run of a tap left a live source."""

    SETTLED = "settled"
    """Everything up to the state it leaves was handed over."""
    MOVED = "moved"
    """Somebody goes on working: there is more to read already."""
    UNSURE = "unsure"
    """The source did not show everything, or not consistently; the same changes will be read again."""


class HubMemory(Protocol):
    """What the hub holds already, for a tap that asks before it reads."""

    def compare(self, census: Census) -> CensusVerdict:
        """Hand a census over; everything emitted before it is taken into account."""

    def held_by_day(self, company: str, stream: str) -> Mapping[date, HeldDay]:
        """What is held, by day: where the source counts or adds up otherwise, something was missed or has gone."""

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        """Every text a field has in any version ever handed over of some records; the newest and retired ones too."""

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        """Records held that the source says otherwise by now although their own version did not move.

        They name a master that was renamed, also by records this run has emitted: ask after the masters. Days and
        versions are those held. A record leaves the list when it is emitted again, changed or not, or retired.
        """

    def changes_allowed(self, company: str) -> int:
        """How many more documents may change before the source's own reports should all be read again; 0 if now."""

    def is_another_day(self, company: str) -> bool:
        """Whether the last sync is so long ago that even what seems not to have moved should be looked at."""


def values_in(payloads: Iterable[bytes], field: str) -> frozenset[str]:
    """Return the texts a field has in records as they are kept."""
    records = (_FIELDS.decode(payload) for payload in payloads)
    told = (msgspec.json.decode(record[field]) for record in records if field in record)
    return frozenset(one for one in told if isinstance(one, str))


def census_schema() -> dict[str, Any]:
    """Schema of the stream ``census``; its primary keys are ``CENSUS_KEYS``."""
    from singer_sdk import typing as th  # noqa: PLC0415 - singer-sdk is imported when a tap is asked for

    member = th.ObjectType(
        th.Property("key", th.StringType, required=True),
        th.Property("version", th.IntegerType(nullable=True)),
        th.Property("day", th.DateType(nullable=True)),
        th.Property("number", th.StringType(nullable=True)),
    )
    return th.PropertiesList(
        th.Property("company_guid", th.StringType, required=True, description="identity of the books"),
        th.Property("stream", th.StringType, required=True, description="which stream was counted"),
        th.Property("scope", th.StringType, required=True, description="first/last day counted, or 'all'"),
        th.Property("corroborated", th.BooleanType, required=True, description="an independent count agrees"),
        th.Property("members", th.ArrayType(member), required=True, description="everything that exists in the scope"),
    ).to_dict()


CENSUS_KEYS = ("company_guid", "stream", "scope")


def census_record(census: Census) -> dict[str, JsonValue]:
    """Write a census as a record of the stream ``census``."""
    period = census.period
    return {
        "company_guid": census.company,
        "stream": census.stream,
        "scope": f"{period.start.isoformat()}/{period.end.isoformat()}" if period else "all",
        "corroborated": census.corroborated,
        "members": [
            {
                "key": member.key,
                "version": member.version,
                "day": member.day.isoformat() if member.day else None,
                "number": member.number,
            }
            for member in census.members
        ],
    }
