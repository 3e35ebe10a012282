"""What the books of a synthetic business must come to, added up from its finished vouchers.

Independent on purpose: no connector, store or receivables code is used, and not the simulation's own notion of what is
open either. Rules: orders, challans, stock, memo, cancelled and optional vouchers do not count; post-dated ones count
from their date; a bill is (ledger, reference, case and blanks ignored); a bill is open while its signed allocations do
not sum to zero; what a party's balance holds beyond its open bills is on account.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canonical.bill import BillRefKind
from sandbox.world.masters import Masters, PartyMaster, due_day
from sandbox.world.paise import render_paise
from sandbox.world.vouchers import BillMove, Voucher

BILL_WORDS = {
    BillRefKind.NEW: "New Ref",
    BillRefKind.AGAINST: "Agst Ref",
    BillRefKind.ADVANCE: "Advance",
    BillRefKind.ON_ACCOUNT: "On Account",
}


@dataclass(slots=True, kw_only=True)
class LedgerTruth:
    """One line of the trial balance, paise; ``opening`` and ``closing`` are debit positive."""

    group: str
    opening: int = 0
    debit: int = 0
    credit: int = 0

    @property
    def closing(self) -> int:
        """Opening plus debits less credits."""
        return self.opening + self.debit - self.credit


@dataclass(slots=True, kw_only=True)
class BillTruth:
    """A bill that is still open; ``paise`` is debit positive."""

    ref: str
    paise: int
    bill_date: date
    due_date: date


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyTruth:
    """What one party owes and how it is made up: the bills plus ``on_account`` are the closing balance."""

    ledger: str
    entity: str
    closing: int
    on_account: int
    bills: tuple[BillTruth, ...]


@dataclass(slots=True, kw_only=True)
class Counts:
    """Vouchers and debits over everything the files hold; amounts are paise."""

    vouchers: Counter[str] = field(default_factory=Counter)
    debits: Counter[str] = field(default_factory=Counter)
    bills: Counter[str] = field(default_factory=Counter)
    bill_sums: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)
    books_debit: int = 0
    books_debit_as_of: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """Everything an import of the written files must arrive at.

    Attributes:
        as_of: the day balances and open bills are stated for.
        masters: number of masters by kind.
        trial_balance: by ledger name, every ledger that exists.
        parties: by ledger name.
    """

    company: str
    company_guid: str
    gstin: str
    books_from: date
    as_of: date
    masters: dict[str, int]
    counts: Counts
    trial_balance: dict[str, LedgerTruth]
    parties: dict[str, PartyTruth]

    def to_document(self, spell: Callable[[str], str] = str) -> dict[str, Any]:
        """Turn it into plain JSON values with exact decimals as text; ``spell`` is what the file's encoding keeps."""
        return {
            "company": {
                "name": spell(self.company),
                "guid": self.company_guid,
                "gstin": self.gstin,
                "books_from": self.books_from.isoformat(),
            },
            "as_of": self.as_of.isoformat(),
            "masters": self.masters,
            **_counts_document(self.counts),
            "trial_balance": {spell(name): _ledger_document(row, spell) for name, row in self.trial_balance.items()},
            "parties": {spell(name): _party_document(row, spell) for name, row in self.parties.items()},
        }

    def to_json(self, spell: Callable[[str], str] = str) -> str:
        """Write ``to_document`` as JSON, one fixed layout."""
        return json.dumps(self.to_document(spell), ensure_ascii=False, indent=1) + "\n"


class TruthBook:
    """Adds vouchers up, one at a time; its memory grows with ledgers and open bills, not with vouchers."""

    def __init__(self, masters: Masters) -> None:
        self._masters = masters
        self._as_of = masters.company.books_to
        self._counts = Counts()
        self._parties = {party.name: party for party in masters.parties}
        self._ledgers = {row.name: LedgerTruth(group=row.group, opening=row.opening) for row in masters.ledgers}
        self._ledgers |= {row.name: LedgerTruth(group=row.group, opening=row.opening) for row in masters.parties}
        self._bills = {party.name: _opening_bills(party) for party in masters.parties}

    def add(self, voucher: Voucher) -> None:
        """Take one voucher in."""
        counts = self._counts
        counts.vouchers[voucher.type_name] += 1
        if voucher.is_cancelled:
            counts.states["cancelled"] += 1
            return
        postings = list(voucher.postings)
        debit = sum(paise for _, paise in postings if paise > 0)
        counts.debits[voucher.type_name] += debit
        self._count_states(voucher, postings)
        self._count_bills(voucher)
        if not voucher.kind.is_accounting or voucher.is_optional:
            return
        counts.books_debit += debit
        if voucher.day <= self._as_of:
            counts.books_debit_as_of += debit
            self._post(voucher, postings)

    def _count_states(self, voucher: Voucher, postings: list[tuple[str, int]]) -> None:
        states = self._counts.states
        states["optional"] += voucher.is_optional
        states["post_dated"] += voucher.is_post_dated
        states["with_postings"] += bool(postings)
        if voucher.kind.is_accounting and postings:
            states["unbalanced" if sum(paise for _, paise in postings) else "balanced"] += 1

    def _count_bills(self, voucher: Voucher) -> None:
        for entry in voucher.entries:
            for move in entry.bills:
                word = BILL_WORDS[move.kind]
                self._counts.bills[word] += 1
                self._counts.bill_sums[word] += move.paise

    def _post(self, voucher: Voucher, postings: list[tuple[str, int]]) -> None:
        for ledger, paise in postings:
            row = self._ledgers[ledger]
            if paise > 0:
                row.debit += paise
            else:
                row.credit -= paise
        for entry in voucher.entries:
            for move in entry.bills:
                if move.kind is not BillRefKind.ON_ACCOUNT:
                    self._move_bill(entry.ledger, move, voucher.day)

    def _move_bill(self, ledger: str, move: BillMove, day: date) -> None:
        bills = self._bills[ledger]
        key = _fold(move.ref)
        bill = bills.get(key)
        if bill is None:
            first = move.bill_date or day
            bill = bills[key] = BillTruth(ref=move.ref, paise=0, bill_date=first, due_date=move.due or first)
        bill.paise += move.paise
        if not bill.paise:
            del bills[key]

    def closing(self, ledger: str) -> int:
        """Return a ledger's balance so far, paise, debit positive."""
        return self._ledgers[ledger].closing

    def has_moved(self, ledger: str) -> bool:
        """Say whether anything was posted to a ledger."""
        return bool(self._ledgers[ledger].debit or self._ledgers[ledger].credit)

    def close(self) -> Truth:
        """Return the truth over everything added."""
        company = self._masters.company
        return Truth(
            company=company.name,
            company_guid=company.guid,
            gstin=company.gstin,
            books_from=company.books_from,
            as_of=self._as_of,
            masters=_count_masters(self._masters),
            counts=self._counts,
            trial_balance=self._ledgers,
            parties={name: self._close_party(party) for name, party in self._parties.items()},
        )

    def _close_party(self, party: PartyMaster) -> PartyTruth:
        bills = tuple(sorted(self._bills[party.name].values(), key=lambda bill: (bill.bill_date, bill.ref)))
        closing = self._ledgers[party.name].closing
        return PartyTruth(
            ledger=party.name,
            entity=party.entity,
            closing=closing,
            on_account=closing - sum(bill.paise for bill in bills),
            bills=bills,
        )


def _fold(ref: str) -> str:
    return " ".join(ref.split()).casefold()


def _opening_bills(party: PartyMaster) -> dict[str, BillTruth]:
    return {
        _fold(bill.ref): BillTruth(
            ref=bill.ref,
            paise=bill.paise,
            bill_date=bill.bill_date,
            due_date=bill.bill_date if bill.is_advance else due_day(bill.bill_date, bill.terms, party.terms),
        )
        for bill in party.opening_bills
    }


def _count_masters(masters: Masters) -> dict[str, int]:
    return {
        "groups": len(masters.groups),
        "ledgers": len(masters.ledgers) + len(masters.parties),
        "parties": len(masters.parties),
        "units": len(masters.units),
        "stock_groups": len(masters.stock_groups),
        "stock_categories": len(masters.stock_categories),
        "godowns": len(masters.godowns),
        "items": len(masters.items),
        "cost_categories": len(masters.cost_categories),
        "cost_centres": len(masters.cost_centres),
        "voucher_types": len(masters.voucher_types),
    }


def _sorted(counter: Iterable[tuple[str, int]]) -> list[tuple[str, int]]:
    return sorted(counter)


def _counts_document(counts: Counts) -> dict[str, Any]:
    return {
        "voucher_count": sum(counts.vouchers.values()),
        "vouchers": dict(_sorted(counts.vouchers.items())),
        **{name: counts.states[name] for name in ("cancelled", "optional", "post_dated", "balanced", "unbalanced")},
        "debit_total": render_paise(sum(counts.debits.values())),
        "debit_total_by_type": {name: render_paise(paise) for name, paise in _sorted(counts.debits.items())},
        "books_debit_total": render_paise(counts.books_debit),
        "books_debit_total_as_of": render_paise(counts.books_debit_as_of),
        "bills": {
            word: {"count": count, "signed_sum": render_paise(-counts.bill_sums[word])}
            for word, count in _sorted(counts.bills.items())
        },
    }


def _ledger_document(row: LedgerTruth, spell: Callable[[str], str]) -> dict[str, str]:
    return {
        "group": spell(row.group),
        "opening": render_paise(row.opening),
        "debit": render_paise(row.debit),
        "credit": render_paise(row.credit),
        "closing": render_paise(row.closing),
    }


def _party_document(row: PartyTruth, spell: Callable[[str], str]) -> dict[str, Any]:
    return {
        "entity": row.entity,
        "closing": render_paise(row.closing),
        "on_account": render_paise(row.on_account),
        "bills": [
            {
                "ref": spell(bill.ref),
                "amount": render_paise(bill.paise),
                "bill_date": bill.bill_date.isoformat(),
                "due_date": bill.due_date.isoformat(),
            }
            for bill in row.bills
        ],
    }
