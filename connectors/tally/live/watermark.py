"""Up to where a company's books have been read, and how to notice that they are not the same books any more.

Identity is GUID, company number and first day of the books: a split company and a restored backup keep the GUID. The
change counters only grow; smaller ones mean that a backup was restored. A backup restored long ago may have overtaken
the old counters since, so a sample of vouchers just below the watermark is kept: change numbers are given once and only
upwards, so whoever holds one of those numbers now must have held it then, on the same day.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Self
from zlib import crc32

from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.live.counting import Counted, DayCounts, from_state, to_state
from connectors.tally.live.numbering import DayMarks

Sample = Mapping[int, tuple[int, int]]
OVERLAP = 16
"""Change numbers below the watermark that are looked at again, as the sample."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Watermark:
    """What a finished sync leaves.

    Attributes:
        guid, number, books_from: identity of the books.
        name: as it was.
        alter_master_id, alter_voucher_id: counters read before anything else was; later changes are above them.
        last_master_id: largest master number of a voucher: a changed voucher above it is a new one.
        sample: vouchers just below ``alter_voucher_id``: by master number, change number and checksum of the day.
        days: vouchers by day, as handed over; empty in the hub, which knows it better.
        renumbered: voucher types whose numbers Tally moves up and down by itself.
        numbers: checksum of their numbers by day; empty in the hub.
        letters_lost: some of it was read in eight-bit characters, so names may hold question marks.
    """

    guid: str
    number: str = ""
    name: str = ""
    books_from: date | None = None
    alter_master_id: int = 0
    alter_voucher_id: int = 0
    last_master_id: int = 0
    sample: Sample = field(default_factory=dict)
    days: DayCounts = field(default_factory=dict)
    renumbered: frozenset[str] = frozenset()
    numbers: DayMarks = field(default_factory=dict)
    letters_lost: bool = False

    @classmethod
    def of(cls, company: LoadedCompany) -> Self:
        """The mark of a company of which nothing was read below its present counters."""
        return cls(
            guid=company.guid,
            number=company.number,
            name=company.name,
            books_from=company.books_from,
            alter_master_id=company.alter_master_id,
            alter_voucher_id=company.alter_voucher_id,
        )

    @classmethod
    def from_state(cls, state: Mapping[str, Any]) -> Self:
        """Read what ``to_state`` wrote."""
        books_from = state.get("books_from")
        return cls(
            guid=state["guid"],
            number=state.get("number", ""),
            name=state.get("name", ""),
            books_from=date.fromisoformat(books_from) if books_from else None,
            alter_master_id=state["alt_master_id"],
            alter_voucher_id=state["alt_voucher_id"],
            last_master_id=state.get("last_master_id", 0),
            sample={int(master_id): (alter_id, says) for master_id, alter_id, says in state.get("sample", ())},
            days=from_state(state.get("days", {})),
            renumbered=frozenset(state.get("renumbered", ())),
            numbers={date.fromisoformat(day): mark for day, mark in state.get("numbers", {}).items()},
            letters_lost=bool(state.get("letters_lost")),
        )

    def to_state(self) -> dict[str, Any]:
        """Write the mark as JSON."""
        return {
            "guid": self.guid,
            "number": self.number,
            "name": self.name,
            "books_from": self.books_from.isoformat() if self.books_from else None,
            "alt_master_id": self.alter_master_id,
            "alt_voucher_id": self.alter_voucher_id,
            "last_master_id": self.last_master_id,
            "sample": sorted([master_id, *told] for master_id, told in self.sample.items()),
            "days": to_state(self.days),
            "renumbered": sorted(self.renumbered),
            "numbers": {day.isoformat(): mark for day, mark in sorted(self.numbers.items())},
            "letters_lost": self.letters_lost,
        }

    def is_of(self, company: LoadedCompany) -> bool:
        """Say whether a company is still this set of books."""
        known = (self.number, self.books_from)
        return self.guid == company.guid and known == (company.number, company.books_from)

    def has_passed(self, company: LoadedCompany) -> bool:
        """Say whether the company's counters are below the mark: then it is an older state of the books."""
        behind = company.alter_master_id < self.alter_master_id
        return behind or company.alter_voucher_id < self.alter_voucher_id

    def looked_back(self) -> Self:
        """The mark a little earlier, so that what was changed last counts as changed since."""
        return replace(
            self,
            alter_master_id=max(self.alter_master_id - OVERLAP, 0),
            alter_voucher_id=max(self.alter_voucher_id - OVERLAP, 0),
        )

    def contradicts(self, rows: Iterable[Counted]) -> bool:
        """Say whether vouchers at or below the mark are not those that were there when it was set."""
        old = [row for row in rows if self.alter_voucher_id - OVERLAP < row.alter_id <= self.alter_voucher_id]
        return any(self.sample.get(row.master_id) != _told(row) for row in old)


def sample_of(rows: Iterable[Counted], alter_voucher_id: int, known: Sample | None = None) -> Sample:
    """Take the sample for a mark: the vouchers that hold the numbers just below it.

    Args:
        rows: vouchers counted.
        alter_voucher_id: the mark.
        known: an earlier sample; rows of the same voucher replace it.
    """
    found = {**(known or {}), **{row.master_id: _told(row) for row in rows}}
    bounds = range(alter_voucher_id - OVERLAP + 1, alter_voucher_id + 1)
    return {master_id: told for master_id, told in found.items() if told[0] in bounds}


def _told(row: Counted) -> tuple[int, int]:
    """A voucher's change number, and what cannot change without it: its number can, and its type can be renamed."""
    return row.alter_id, crc32(row.day.isoformat().encode())
