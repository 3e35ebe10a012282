"""From collections to records: masters row by row, a voucher as its header, lines and legs together.

Header (``MDis``), lines (``Dis``) and ledger legs (``Account``) share the number of the voucher. Lines belong to the
header with their number; legs are only softly linked, so they are taken for a header's if their book is its type, or
if their remark is its bill number on the same day. What is left are vouchers without goods: receipts, payments,
journals.

A voucher is known by financial year, type and number. That a changed voucher comes whole in a pull of changes is an
assumption; what contradicts it (lines or legs of a document without its header) is left out and told, so that nothing
half replaces what is held.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from canonical.dates import FinancialYear
from connectors.marg.source import Row, record
from connectors.marg.streams import (
    GROUP_BALANCES,
    HEADERS,
    LEGS,
    LINES,
    MASTER_COLLECTIONS,
    OUTSTANDING,
    PARTY_BALANCES,
)
from connectors.marg.translate.kinds import DOCUMENT_TYPES
from connectors.marg.translate.values import find_day, key_of, text_of

KEYS = {
    "SaleType": ("SGCode", "SCode"),
    "ACGroup": ("AID",),
    "Product": ("PID",),
    "Party": ("CID",),
}
"""Fields that documents refer to a master by; other rows are known by their number."""


@dataclass(slots=True, kw_only=True)
class Rows:
    """Rows of one branch.

    Attributes:
        is_whole: everything the branch has, not only what changed.
        masters: the branch itself.
        moment: the source's time of the data, in India, as text.
        held: by collection, then by number of the row.
    """

    branch: str
    is_whole: bool
    masters: Row = field(default_factory=dict)
    moment: str = ""
    held: dict[str, dict[str, Row]] = field(default_factory=dict)

    def add(self, collection: str, rows: list[Row]) -> None:
        """Take rows in; of one number the last counts. Rows of other branches are not ours."""
        held = self.held.setdefault(collection, {})
        for row in rows:
            if text_of(row, "CompanyID") in ("", self.branch):
                held[text_of(row, "ID") or f"unnumbered {len(held)}"] = row

    def of(self, collection: str) -> list[Row]:
        """The rows of a collection."""
        return list(self.held.get(collection, {}).values())

    @property
    def count(self) -> int:
        """Rows of all collections."""
        return sum(len(rows) for rows in self.held.values())


@dataclass(slots=True)
class Voucher:
    """Rows that belong together."""

    header: Row | None = None
    lines: list[Row] = field(default_factory=list)
    legs: list[Row] = field(default_factory=list)

    @property
    def first(self) -> Row:
        """The row that names it."""
        return self.header or (self.legs or self.lines)[0]

    @property
    def is_torn(self) -> bool:
        """Parts of a document whose header is not there."""
        book = text_of(self.first, "Book").upper()
        return self.header is None and (not self.legs or book in DOCUMENT_TYPES)

    def content(self) -> Row:
        """As it is stored: in the order of the rows' numbers, however the pages brought them."""
        told = {HEADERS: self.header, LINES: sorted(self.lines, key=_place), LEGS: sorted(self.legs, key=_place)}
        return {name: value for name, value in told.items() if value}


def _place(row: Row) -> tuple[int, str]:
    number = text_of(row, "ID")
    return (int(number) if number.isdecimal() else 0, number)


def master_records(rows: Rows, company: str, stream: str, place: str) -> Iterator[Row]:
    """Records of a stream of masters, each key once."""
    collection = MASTER_COLLECTIONS[stream]
    found: dict[str, Row] = {}
    for row in rows.of(collection):
        key = _master_key(collection, row)
        found[key] = record(company, key, row, number=text_of(row, "Name") or text_of(row, "ParNam"), place=place)
    yield from found.values()


def _master_key(collection: str, row: Row) -> str:
    named = [key_of(text_of(row, name)) for name in KEYS.get(collection, ())]
    return "/".join(named) if named and all(named) else f"row {text_of(row, 'ID')}"


def voucher_records(rows: Rows, company: str, place: str) -> tuple[list[Row], int]:
    """Records of the stream ``vouchers``; and how many were left out because only a part of them came."""
    made: dict[str, Row] = {}
    torn = 0
    for one in _vouchers(rows):
        if one.is_torn and not rows.is_whole:
            torn += 1
            continue
        key = _free(_voucher_key(one), made, one)
        made[key] = record(
            company,
            key,
            one.content(),
            number=text_of(one.first, "VCN") or text_of(one.first, "Voucher"),
            date=day.isoformat() if (day := find_day(one.first, "Date")) else None,
            place=f"{place}, voucher {text_of(one.first, 'Voucher')}",
        )
    return [made[key] for key in sorted(made)], torn


def _free(key: str, made: dict[str, Row], one: Voucher) -> str:
    return f"{key}/{text_of(one.first, 'ID')}" if key in made else key


def _voucher_key(one: Voucher) -> str:
    first, day = one.first, find_day(one.first, "Date")
    year = FinancialYear.of(day).label if day else "undated"
    kind = text_of(first, "Type") if one.header or not one.legs else text_of(first, "Book")
    word = kind.upper() if one.header or one.legs else "lines"
    return f"{year}/{word or 'no book'}/{text_of(first, 'Voucher') or text_of(first, 'ID')}"


def _vouchers(rows: Rows) -> Iterator[Voucher]:
    documents = [Voucher(row) for row in rows.of(HEADERS)]
    by_number: dict[str, list[Voucher]] = defaultdict(list)
    for one in documents:
        by_number[text_of(one.first, "Voucher")].append(one)
    loose: dict[tuple[str, str, str], Voucher] = {}
    for row in rows.of(LINES):
        _home(row, by_number, loose, _is_line_of, "lines").lines.append(row)
    for row in rows.of(LEGS):
        _home(row, by_number, loose, _is_leg_of, text_of(row, "Book").upper()).legs.append(row)
    yield from documents
    yield from loose.values()


_Headed = dict[str, list[Voucher]]
_Loose = dict[tuple[str, str, str], Voucher]


def _home(row: Row, headed: _Headed, loose: _Loose, fits: Callable[[Row, Row], bool], word: str) -> Voucher:
    """The voucher a line or leg belongs to."""
    number = text_of(row, "Voucher")
    found = next((one for one in headed.get(number, ()) if fits(row, one.first)), None)
    return found or loose.setdefault((word, number, str(find_day(row, "Date"))), Voucher())


def _is_line_of(row: Row, header: Row) -> bool:
    number = key_of(text_of(row, "VCN"))
    return not number or number == key_of(text_of(header, "VCN"))


def _is_leg_of(row: Row, header: Row) -> bool:
    book, kind = text_of(row, "Book").upper(), text_of(header, "Type").upper()
    if book in DOCUMENT_TYPES:
        return book == kind
    same_day = find_day(row, "Date") == find_day(header, "Date")
    return same_day and key_of(text_of(row, "Remark")) == key_of(text_of(header, "VCN"))


def opening_record(rows: Rows, company: str, place: str) -> Row:
    """Opening balances of all ledgers, as the pull says them."""
    told = {text_of(row, "CID"): _amount(row, "Opening") for row in rows.of(PARTY_BALANCES)}
    return record(company, "all", {"balances": dict(sorted(told.items()))}, place=place)


def terms_record(rows: Rows, company: str, place: str) -> Row | None:
    """Days of credit that open bills have of their own, by party and bill; None if the pull says none."""
    told: dict[str, dict[str, str]] = {}
    for row in rows.of(OUTSTANDING):
        if text_of(row, "VCN") and text_of(row, "Days") not in ("", "0"):
            told.setdefault(key_of(text_of(row, "ORD")), {})[text_of(row, "VCN")] = text_of(row, "Days")
    return record(company, "all", {"days": told}, place=place) if told else None


def report_records(rows: Rows, company: str, place: str) -> Iterator[Row]:
    """What Marg says of balances and open bills, each as one snapshot of the moment."""
    for key, collections in (("outstanding", (OUTSTANDING,)), ("balances", (PARTY_BALANCES, GROUP_BALANCES))):
        if not any(rows.of(name) for name in collections) and not rows.is_whole:
            continue
        told = {name: sorted(rows.of(name), key=lambda row: text_of(row, "ID")) for name in collections}
        content = {"report": key, "moment": rows.moment, "whole": rows.is_whole, **told}
        yield record(company, key, content, place=place)


def _amount(row: Row, name: str) -> str:
    return text_of(row, name) or "0"
