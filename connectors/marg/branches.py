"""One branch's books as records of the streams, wherever its rows were read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date

from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.marg.assembly import Rows, master_records, opening_record, report_records, terms_record, voucher_records
from connectors.marg.source import Emission, Row, record
from connectors.marg.streams import COMPANIES, MASTER_COLLECTIONS, OPENINGS, PARTY_BALANCES, REPORTS, TERMS, VOUCHERS
from connectors.marg.translate.values import text_of
from connectors.sdk.census import Census, CensusMember


@dataclass(slots=True, kw_only=True)
class BranchBooks:
    """A branch.

    Attributes:
        company: identity of the books.
        place: where they were read, for people.
        reading: what the translation has to know of the settings.
        is_news: the source's time has moved on since its snapshots were read last.
        torn: vouchers of which only a part came.
    """

    rows: Rows
    company: str
    place: str
    reading: Mapping[str, JsonValue]
    is_news: bool = True
    vouchers: list[Row] = field(default_factory=list)
    torn: int = 0
    issues: list[Issue] = field(default_factory=list)

    def records(self, stream: str, emission: Emission, *, retires: bool = False) -> Iterator[Row]:
        """Yield a stream's records.

        Args:
            stream: which.
            emission: takes the census of a whole pull.
            retires: what a whole pull does not show is deleted.
        """
        if stream == COMPANIES:
            yield self._branch()
        elif stream == OPENINGS and self.rows.is_whole and self.rows.of(PARTY_BALANCES):
            yield opening_record(self.rows, self.company, self.place)
        elif stream in MASTER_COLLECTIONS:
            yield from master_records(self.rows, self.company, stream, self.place)
        elif stream == TERMS and self.is_news:
            terms = terms_record(self.rows, self.company, self.place)
            yield from (terms,) if terms else ()
        elif stream == VOUCHERS:
            yield from self.vouchers
            if self.rows.is_whole:
                self._count(emission, retires=retires)
        elif stream == REPORTS and self.is_news:
            yield from report_records(self.rows, self.company, self.place)

    def _branch(self) -> Row:
        told = self.rows.masters
        name = " - ".join(dict.fromkeys(filter(None, (text_of(told, "Name"), text_of(told, "Branch")))))
        content = {"Masters": told, "reading": dict(self.reading)}
        return record(self.company, self.company, content, name=name or f"Branch {self.rows.branch}", place=self.place)

    def _count(self, emission: Emission, *, retires: bool) -> None:
        """Hand over what exists; only if the settings say so may the hub retire what is missing."""
        members = tuple(
            CensusMember(
                key=one["key"], day=date.fromisoformat(day) if (day := one["date"]) else None, number=one["number"]
            )
            for one in self.vouchers
        )
        verdict = emission.take_census(Census(self.company, VOUCHERS, None, members, corroborated=retires))
        if verdict is None or not verdict.gone or retires:
            return
        self.issues.append(
            Issue(
                code="marg.vouchers.not_shown",
                level=IssueLevel.WARNING,
                message=f"{len(verdict.gone)} vouchers that are in the books are not in the full pull any more.",
                where=self.place,
                hint="Look for them in Marg. If they were deleted there, set retire_missing and read everything anew.",
            )
        )


def books_of(rows: Rows, company: str, place: str, reading: Mapping[str, JsonValue]) -> BranchBooks:
    """Put a branch's rows together."""
    vouchers, torn = voucher_records(rows, company, place)
    books = BranchBooks(rows=rows, company=company, place=place, reading=reading, vouchers=vouchers, torn=torn)
    if torn:
        books.issues.append(
            Issue(
                code="marg.pull.partial",
                level=IssueLevel.WARNING,
                message=f"Of {torn} changed vouchers only a part came; they stay as they were.",
                where=place,
                hint="Read everything anew (mode full) as soon as Marg allows a full pull.",
                facts={"count": torn},
            )
        )
    return books
