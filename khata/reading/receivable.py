"""Open money of a company: ageing, the bill-wise list, a party's statement; the questions of CLI and API alike.

Without virtual allocations the database ages by itself (a million bills in about a second) and hands only unusual
references to the receivables engine; with them, and for lists and statements, the engine folds every party. Both ways
give the same figures; a test compares them.
"""

from __future__ import annotations

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import partial
from typing import TYPE_CHECKING

from canonical.dates import FinancialYear, Period
from canonical.errors import NotFound, RuleError
from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.receivable import AgeingRow
from canonical.voucher import Voucher
from connectors.sdk.registry import get_connector
from khata.reading.request import RequestInvalid
from receivables.ageing import age_items, total_row
from receivables.allocation import FifoPolicy
from receivables.item import OpenItem
from receivables.open_items import fold_open_items
from receivables.report import AgeingReport, ReportTerms, iter_settlements
from receivables.statement import OutstandingRow, Statement, outstanding_rows, party_statement
from workflows.interpretation import blank_translator

if TYPE_CHECKING:
    from storage import TenantStore
    from storage.reports.party_ledger import PartyLedger

FIFO_WORDS = {
    "none": FifoPolicy.NONE,
    "on-account": FifoPolicy.ON_ACCOUNT,
    "all": FifoPolicy.ON_ACCOUNT_AND_ADVANCES,
}
NAMES_SHOWN = 8


class AmbiguousParty(RuleError):
    """More than one party fits; the message lists them."""

    default_code = "party.ambiguous"


@dataclass(frozen=True, slots=True, kw_only=True)
class Outstanding:
    """The bill-wise list, and the same money by age.

    Attributes:
        vouchers: id of the voucher behind each row without a bill, by its key in the source.
    """

    terms: ReportTerms
    rows: tuple[OutstandingRow, ...]
    ageing: AgeingReport
    vouchers: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyStatement:
    """A party's account over a period; its footer is what is still open at the end of it.

    Attributes:
        vouchers: id of each line's voucher, by its key in the source.
    """

    party_name: str
    statement: Statement
    outstanding: Outstanding
    vouchers: Mapping[str, int]


def parse_fifo(word: str) -> FifoPolicy:
    """Read which unapplied money pays the oldest bills while reading.

    Raises:
        RequestInvalid: none of the words.
    """
    if word not in FIFO_WORDS:
        raise RequestInvalid(f"{word!r} is not a FIFO policy; choose {', '.join(FIFO_WORDS)}.")
    return FIFO_WORDS[word]


def read_ageing(books: TenantStore, company_id: int, terms: ReportTerms, party_key: str | None = None) -> AgeingReport:
    """Age a company's parties, or one of them, in one direction."""
    if terms.policy is not FifoPolicy.NONE:
        return _ageing_of(_items(books, company_id, terms, party_key), terms)
    rows = books.reports.ageing(
        company_id,
        terms.as_of,
        terms.basis,
        terms.buckets,
        terms.direction,
        terms.known_at,
        party=party_key,
        fold=partial(fold_open_items, as_of=terms.as_of, known_at=terms.known_at, direction=terms.direction),
    )
    return AgeingReport(terms=terms, rows=tuple(rows), total=total_row(rows, terms.buckets))


def read_outstanding(
    books: TenantStore, company_id: int, terms: ReportTerms, party_key: str | None = None
) -> Outstanding:
    """List what is open, bill by bill, oldest due first within a party."""
    return _outstanding(books, company_id, _items(books, company_id, terms, party_key), terms)


def read_statement(
    books: TenantStore, company_id: int, party: PartyLedger, day_from: date | None, terms: ReportTerms
) -> PartyStatement:
    """Return a party's account from a day (the start of the financial year by default) to ``terms.as_of``.

    Raises:
        PeriodError: the period ends before it starts.
    """
    period = Period(day_from or FinancialYear.of(terms.as_of).period.start, terms.as_of)
    entries = list(books.reports.bill_entries(company_id, terms.as_of, terms.known_at, [party.key]))
    statement = party_statement(entries, party.key, period, known_at=terms.known_at)
    items = [(item, party.name) for _, settlement in iter_settlements(entries, terms) for item in settlement.items]
    return PartyStatement(
        party_name=party.name,
        statement=statement,
        outstanding=_outstanding(books, company_id, items, terms),
        vouchers=_voucher_ids(books, company_id, [line.source_key for line in statement.lines]),
    )


def pick_party(books: TenantStore, company_id: int, wanted: str, terms: ReportTerms) -> PartyLedger:
    """Return the party that was meant: by name, or by the beginning of its name.

    Raises:
        NotFound: none is called that; the message names the nearest.
        AmbiguousParty: several begin like that.
    """
    ledgers = books.reports.party_ledgers(company_id, terms.as_of, terms.known_at)
    key = name_key(wanted)
    if key in ledgers:
        return ledgers[key]
    begins = [ledger for name, ledger in sorted(ledgers.items()) if name.startswith(key)]
    if len(begins) == 1:
        return begins[0]
    if begins:
        names = "; ".join(ledger.name for ledger in begins[:NAMES_SHOWN])
        raise AmbiguousParty(f"{len(begins)} parties begin with {wanted!r}: {names}.", parties=len(begins))
    near = [ledgers[name].name for name in difflib.get_close_matches(key, list(ledgers), n=3, cutoff=0.5)]
    advice = f"did you mean {' or '.join(near)}?" if near else "'khata parties' lists them."
    raise NotFound(f"No party is called {wanted!r}; {advice}", code="party.unknown")


Named = tuple[OpenItem, str]


def _items(books: TenantStore, company_id: int, terms: ReportTerms, party_key: str | None) -> list[Named]:
    """Open items of the parties whose money runs in the report's direction, with their names."""
    ledgers = books.reports.party_ledgers(company_id, terms.as_of, terms.known_at)
    keys = None if party_key is None else [party_key]
    entries = books.reports.bill_entries(company_id, terms.as_of, terms.known_at, keys)
    found: list[Named] = []
    for key, settlement in iter_settlements(entries, terms):
        ledger = ledgers[key]
        if ledger.runs(terms.direction, _net(settlement.items)):
            found += [(item, ledger.name) for item in settlement.items]
    return found


def _net(items: tuple[OpenItem, ...]) -> Decimal:
    return sum((item.net for item in items), ZERO)


def _names(items: list[Named]) -> dict[str, str]:
    return {item.party_key: name for item, name in items}


def _ageing_of(items: list[Named], terms: ReportTerms) -> AgeingReport:
    rows: tuple[AgeingRow, ...] = age_items(
        (item for item, _ in items),
        as_of=terms.as_of,
        basis=terms.basis,
        buckets=terms.buckets,
        direction=terms.direction,
        party_names=_names(items),
    )
    return AgeingReport(terms=terms, rows=rows, total=total_row(rows, terms.buckets))


def _outstanding(books: TenantStore, company_id: int, items: list[Named], terms: ReportTerms) -> Outstanding:
    rows = outstanding_rows(
        (item for item, _ in items), as_of=terms.as_of, direction=terms.direction, party_names=_names(items)
    )
    vouchers = _voucher_ids(books, company_id, [row.key.voucher for row in rows if not row.key.bill])
    return Outstanding(terms=terms, rows=rows, ageing=_ageing_of(items, terms), vouchers=vouchers)


def _voucher_ids(books: TenantStore, company_id: int, source_keys: Sequence[str]) -> Mapping[str, int]:
    """Ids of vouchers by their key in the source; where documents of two kinds share a key, neither is told."""
    wanted = [key for key in source_keys if key]
    connector = get_connector(books.companies.get(company_id).connector)
    streams = blank_translator(books, connector, company_id).document_streams
    found: dict[str, int] = {}
    twice: set[str] = set()
    for stream in streams:
        ids = books.records.find_ids(Voucher, company_id, stream, wanted)
        twice |= ids.keys() & found.keys()
        found |= ids
    return {key: voucher_id for key, voucher_id in found.items() if key not in twice}
