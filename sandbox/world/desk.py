"""The accountant's desk during the simulation: today, the numbering, and which bills are still open.

It is what the business *believes* while it writes vouchers (whom to remind, what to pay). The truth that tests compare
with is added up elsewhere, from the finished vouchers (``sandbox/truth.py``). Its memory does not grow with the
number of vouchers: open bills per party are capped and recent documents are kept in short queues.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import partial

from canonical.bill import BillRefKind
from sandbox.world.masters import Habit, Masters, PartyMaster, Role, Terms, due_day
from sandbox.world.spec import WorldSpec
from sandbox.world.vouchers import BillMove, CostMove, Voucher

PATIENCE_DAYS = {
    Habit.PROMPT: 6,
    Habit.USUAL: 38,
    Habit.SLOW: 100,
    Habit.STUCK: 10_000,
    Habit.ON_ACCOUNT: 55,
    Habit.ADVANCE: 20,
    Habit.TDS: 32,
}
"""How old its oldest bill gets before a party pays."""

OPEN_BILLS_MAX = {Habit.STUCK: 5, Habit.SLOW: 12}
OPEN_BILLS_USUAL_MAX = 8
FORGOTTEN_MAX = 50
"""A party that pays on account leaves so many bills open in the books, then it starts to name them."""

RECENT_MAX = 40


@dataclass(slots=True, eq=False)
class OpenBill:
    """A bill somebody still owes (``left`` positive: the party owes us; paise).

    Attributes:
        taxable: value before GST, the base for tax deducted at source.
        awaits_tds: the money came, short by tax the customer deducted; a journal will close the rest.
    """

    ref: str
    left: int
    bill_date: date
    due: date
    taxable: int = 0
    awaits_tds: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ChequeReceived:
    """A cheque that could still bounce."""

    party: PartyMaster
    day: date
    number: str
    moves: tuple[BillMove, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """An order or challan that a later document will refer to."""

    party: PartyMaster
    number: str
    day: date


@dataclass(slots=True)
class Recent:
    """Short queues of documents that later ones refer to."""

    cheques: deque[ChequeReceived] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    tds: deque[tuple[PartyMaster, OpenBill]] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    orders: deque[Promise] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    challans: deque[Promise] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))
    credit_notes: deque[tuple[PartyMaster, OpenBill]] = field(default_factory=lambda: deque(maxlen=RECENT_MAX))


class Desk:
    """State of one run through the year."""

    def __init__(self, masters: Masters, spec: WorldSpec) -> None:
        self.masters = masters
        self.spec = spec
        self.dice = spec.dice("year")
        self.day = spec.first_day
        self.index = 0
        self.day_sequence = 0
        self.kinds = {row.name: row.kind for row in masters.voucher_types}
        self.customers = [party for party in masters.parties if party.role is Role.CUSTOMER]
        self.suppliers = [party for party in masters.parties if party.role is Role.SUPPLIER]
        self.contractors = [party for party in masters.parties if party.role is Role.CONTRACTOR]
        self.open: dict[str, list[OpenBill]] = {party.name: _opening_bills(party) for party in masters.parties}
        self.on_account: dict[str, int] = {}
        self.forgotten: dict[str, int] = {}
        self.recent = Recent()
        self.year_tag = f"{spec.financial_year % 100:02d}-{(spec.financial_year + 1) % 100:02d}"
        self._numbers: dict[str, int] = {}

    def turn_to(self, day: date) -> None:
        """Begin the next voucher, on this day."""
        self.index += 1
        self.day_sequence = self.day_sequence + 1 if day == self.day else 1
        self.day = day

    def form(self, type_name: str) -> partial[Voucher]:
        """Return a voucher form with its header filled in."""
        return partial(
            Voucher,
            index=self.index,
            day_sequence=self.day_sequence,
            kind=self.kinds[type_name],
            type_name=type_name,
            day=self.day,
        )

    def next_number(self, series: str) -> int:
        """Count a numbering series up; every series starts at 1 in the year."""
        number = self._numbers.get(series, 0) + 1
        self._numbers[series] = number
        return number

    def has_room(self, party: PartyMaster) -> bool:
        """Say whether the party may still be given credit."""
        return len(self.open[party.name]) < OPEN_BILLS_MAX.get(party.habit, OPEN_BILLS_USUAL_MAX)

    def pick_party(self, parties: list[PartyMaster]) -> PartyMaster | None:
        """Draw a party with room for another bill."""
        for _ in range(5):
            party = self.dice.pick(parties)
            if self.has_room(party):
                return party
        return None

    def pick_payer(self, parties: list[PartyMaster]) -> PartyMaster | None:
        """Draw a party whose oldest bill is ripe; failing that, any that has a bill and does pay."""
        fallback = None
        for _ in range(8):
            party = self.dice.pick(parties)
            bill = next(iter(self.payable(party)), None)
            if bill is None or party.habit is Habit.STUCK:
                continue
            if (self.day - bill.bill_date).days >= PATIENCE_DAYS[party.habit] or not self.has_room(party):
                return party
            fallback = party
        return fallback

    def payable(self, party: PartyMaster) -> list[OpenBill]:
        """Return the party's open bills in the normal direction, oldest first."""
        sign = 1 if party.role is Role.CUSTOMER else -1
        return [bill for bill in self.open[party.name] if bill.left * sign > 0 and not bill.awaits_tds]

    def pays_on_account(self, party: PartyMaster) -> bool:
        """Say whether the party still pays round sums without naming bills."""
        return party.habit is Habit.ON_ACCOUNT and self.forgotten.get(party.name, 0) < FORGOTTEN_MAX

    def forget(self, party: PartyMaster, bill: OpenBill) -> None:
        """Stop asking for a bill that was paid on account; in the books it stays open."""
        self.open[party.name].remove(bill)
        self.forgotten[party.name] = self.forgotten.get(party.name, 0) + 1

    def open_bill(
        self, party: PartyMaster, ref: str, paise: int, terms: Terms | None, *, taxable: int = 0
    ) -> tuple[OpenBill, BillMove]:
        """Open a bill today and return it with the allocation that says so."""
        due = due_day(self.day, terms, party.terms)
        bill = OpenBill(ref, paise, self.day, due, taxable)
        self.open[party.name].append(bill)
        move = BillMove(kind=BillRefKind.NEW, paise=paise, ref=ref, bill_date=self.day, due=due, terms=terms)
        return bill, move

    def settle(self, party: PartyMaster, bill: OpenBill, paise: int) -> BillMove:
        """Move ``paise`` (debit positive) against an open bill and return the allocation."""
        bill.left += paise
        if not bill.left:
            self.open[party.name].remove(bill)
        return BillMove(kind=BillRefKind.AGAINST, paise=paise, ref=bill.ref, bill_date=bill.bill_date, due=bill.due)

    def reopen(self, party: PartyMaster, move: BillMove) -> BillMove:
        """Take a settlement back: the bill is open again, with its old dates."""
        bill_date, due = move.bill_date or self.day, move.due or self.day
        bill = next((row for row in self.open[party.name] if row.ref == move.ref), None)
        if bill is None:
            bill = OpenBill(move.ref, 0, bill_date, due)
            self.open[party.name].insert(0, bill)
        bill.awaits_tds = False
        return self.settle(party, bill, -move.paise)

    def split_cost(self, paise: int) -> tuple[CostMove, ...]:
        """Book an amount to cost centres: one, or two of one category with the rest on the second."""
        centres = self.masters.cost_centres
        first = self.dice.pick(centres)
        if self.dice.one_in(9):
            return (CostMove(category="", centre=first.name, paise=paise),)
        if self.dice.one_in(2):
            return (CostMove(category=first.category, centre=first.name, paise=paise),)
        second = next(row for row in centres if row.category == first.category and row is not first)
        part = paise * self.dice.between(20, 70) // 100
        return (
            CostMove(category=first.category, centre=first.name, paise=part),
            CostMove(category=first.category, centre=second.name, paise=paise - part),
        )

    def days_ago(self, days: int) -> date:
        """Return an earlier day."""
        return self.day - timedelta(days=days)


def _opening_bills(party: PartyMaster) -> list[OpenBill]:
    return [
        OpenBill(bill.ref, bill.paise, bill.bill_date, due_day(bill.bill_date, bill.terms, party.terms))
        for bill in party.opening_bills
    ]
