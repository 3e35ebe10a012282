"""Random but repeatable editing: what people do to books between two synchronisations.

For demos, benchmarks and tests that need many changes and not particular ones. The same seed on the same books does
the same; every step is a valid edit, and what it is called says what it was.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING

from sandbox.tally.books.bills import open_bills
from sandbox.tally.books.drafts import BillDraft, EntryDraft, GoodsDraft, VoucherDraft
from sandbox.tally.books.masters import reserved_name
from sandbox.tally.books.moves import to_paise
from sandbox.tally.books.objects import Scope
from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.books.tree import Element
from sandbox.tally.books.voucher_objects import VoucherObject
from sandbox.world.dice import Dice
from sandbox.world.names import draw_firm
from sandbox.world.paise import rupees

if TYPE_CHECKING:
    from sandbox.tally.books.live import LiveCompany

GODOWN = "Main Location"
EXPENSES = ("Godown Rent", "Electricity", "Printing & Stationery")


@dataclass(frozen=True, slots=True)
class Step:
    """An edit that was made: its name, and the number of the voucher or master it touched."""

    name: str
    subject_id: int


class History:
    """Makes edits one after the other.

    Args:
        company: whose books.
        seed: any text.
    """

    def __init__(self, company: LiveCompany, seed: str) -> None:
        self._company = company
        self._dice = Dice(f"khata/history/{seed}")
        self._names = 0

    def run(self, steps: int) -> list[Step]:
        """Make so many edits."""
        return [self.step() for _ in range(steps)]

    def step(self) -> Step:
        """Make one edit; what today's books do not allow gives way to a journal."""
        name, edit = self._dice.pick(_EDITS)
        subject = edit(self)
        if subject is None:
            name, subject = "post a journal", self.post()
        return Step(name, subject)

    def post(self) -> int:
        """Enter a journal between an expense and cash, on any day of the books."""
        amount = rupees(self._dice.between(1, 900))
        entries = (EntryDraft(ledger=self._expense(), paise=amount), EntryDraft(ledger=self._cash(), paise=-amount))
        draft = VoucherDraft(
            type_name=self._type("Journal"), day=self._day(), entries=entries, narration="Entered by hand"
        )
        return self._company.edit_vouchers.create(draft).master_id

    def sell(self) -> int | None:
        """Enter an item invoice that opens a bill."""
        party, item = self._party(), self._item()
        unit = self._company.masters.reference(item.tree, "BASEUNITS") if item is not None else None
        if party is None or item is None or unit is None:
            return None
        quantity = self._dice.between(1, 9)
        price = self._price(item)
        amount = quantity * price
        rate = f"{price / 100:.2f}/{unit.name}"
        ref = f"H/{self._company.alter_voucher_id + 1}"
        bill = BillDraft(kind="New Ref", paise=amount, ref=ref, terms=self._dice.pick(("", "30 Days", "2 Weeks")))
        line = GoodsDraft(
            item=item.name,
            godown=self._named("GODOWN", GODOWN),
            quantity=f"{quantity} {unit.name}",
            rate=rate,
            paise=-amount,
            ledger=self._named("LEDGER", "Sales - Local"),
        )
        entry = EntryDraft(ledger=party.name, paise=amount, bills=(bill,), is_party=True)
        type_name = self._type(self._dice.pick(("Sales", "GST Sale Invoice")))
        draft = VoucherDraft(type_name=type_name, day=self._day(), party=party.name, entries=(entry,), goods=(line,))
        return self._company.edit_vouchers.create(draft).master_id

    def receive(self) -> int | None:
        """Receive cash for an open bill, in part or in full."""
        bills = [bill for bill in open_bills(self._company, self._company.whole_period.end) if bill.paise > rupees(2)]
        if not bills:
            return None
        bill = self._dice.pick(bills)
        amount = bill.paise if self._dice.one_in(2) else bill.paise // 2
        party = self._company.masters.by_id[bill.ledger_id].name
        move = BillDraft(kind="Agst Ref", paise=-amount, ref=bill.ref)
        entries = (
            EntryDraft(ledger=party, paise=-amount, bills=(move,), is_party=True),
            EntryDraft(ledger=self._cash(), paise=amount),
        )
        draft = VoucherDraft(type_name=self._type("Receipt"), day=self._day(), party=party, entries=entries)
        return self._company.edit_vouchers.create(draft).master_id

    def correct_amount(self) -> int | None:
        """Double the amounts of a journal entered by hand."""
        row = self._voucher(lambda one: len(one.postings) == 4 and not one.bills and not one.goods)  # noqa: PLR2004
        if row is None or not self._company.kind_of(row.type_id).is_accounting:
            return None
        names = self._company.masters.by_id
        entries = tuple(
            EntryDraft(ledger=names[row.postings[at]].name, paise=2 * row.postings[at + 1]) for at in (0, 2)
        )
        draft = VoucherDraft(type_name=names[row.type_id].name, day=row.day, entries=entries, number=row.number)
        return self._company.edit_vouchers.alter(row.master_id, draft).master_id

    def annotate(self) -> int | None:
        """Change the narration of any voucher that is not cancelled, everything else kept."""
        row = self._voucher(lambda one: not one.is_cancelled)
        if row is None:
            return None
        tree = VoucherObject(Scope(self._company, self._company.whole_period), row).whole()
        kept = tuple([child for child in tree.children if child.tag != "NARRATION"])
        note = Element("NARRATION", f"Checked {self._company.alter_voucher_id + 1}")
        return self._company.edit_vouchers.alter(row.master_id, tree._replace(children=(note, *kept))).master_id

    def save(self) -> int | None:
        """Open a voucher and accept it as it is."""
        row = self._voucher(lambda _: True)
        return self._company.edit_vouchers.save_unchanged(row.master_id).master_id if row else None

    def redate(self) -> int | None:
        """Move a voucher to another day."""
        row = self._voucher(lambda _: True)
        return self._company.edit_vouchers.redate(row.master_id, self._day()).master_id if row else None

    def cancel(self) -> int | None:
        """Cancel a voucher."""
        row = self._voucher(lambda one: not one.is_cancelled)
        return self._company.edit_vouchers.cancel(row.master_id).master_id if row else None

    def delete(self) -> int | None:
        """Delete a voucher."""
        row = self._voucher(lambda _: True)
        if row is None:
            return None
        self._company.edit_vouchers.delete(row.master_id)
        return row.master_id

    def turn_optional(self) -> int | None:
        """Make a voucher optional, or an optional one regular."""
        row = self._voucher(lambda one: not one.is_cancelled)
        if row is None:
            return None
        editor = self._company.edit_vouchers
        turned = editor.make_regular(row.master_id) if row.is_optional else editor.make_optional(row.master_id)
        return turned.master_id

    def renumber(self) -> int | None:
        """Give a voucher another number."""
        row = self._voucher(lambda _: True)
        return self._company.edit_vouchers.renumber(row.master_id, f"{row.number}A").master_id if row else None

    def rename(self) -> int | None:
        """Rename a party, an item or a group of the business's own."""
        kind = self._dice.pick(("LEDGER", "LEDGER", "STOCKITEM", "GROUP"))
        rows = [row for row in self._company.masters.of_kind(kind) if not reserved_name(row)]
        chosen = self._dice.pick(rows)
        return self._company.edit_masters.rename(chosen.master_id, f"{chosen.name} {self._fresh()}").master_id

    def add_party(self) -> int | None:
        """Create a customer with credit terms, sometimes with an opening balance."""
        group = next(row for row in self._company.masters.of_kind("GROUP") if reserved_name(row) == "Sundry Debtors")
        opening = f"-{self._dice.between(1, 500) * 10}.00" if self._dice.one_in(3) else "0.00"
        made = self._company.edit_masters.create(
            "LEDGER",
            f"{draw_firm(self._dice)} {self._fresh()}",
            parent=group.name,
            billcreditperiod=self._dice.pick(("15 Days", "30 Days", "1 Months")),
            isbillwiseon="Yes",
            openingbalance=opening,
        )
        return made.master_id

    def alter_party(self) -> int | None:
        """Change a party's credit limit."""
        party = self._party()
        if party is None:
            return None
        limit = f"{self._dice.between(1, 90) * 1000}.00"
        return self._company.edit_masters.alter(party.master_id, creditlimit=limit).master_id

    def _voucher(self, wanted: Callable[[Voucher], bool]) -> Voucher | None:
        rows = self._company.vouchers()
        for _ in range(12):
            row = self._dice.pick(rows) if rows else None
            if row is not None and wanted(row):
                return row
        return None

    def _party(self) -> Master | None:
        rows = [row for row in self._company.masters.of_kind("LEDGER") if row.tree.value("ISBILLWISEON") == "Yes"]
        return self._dice.pick(rows) if rows else None

    def _item(self) -> Master | None:
        """Pick an item of a simple unit."""
        masters = self._company.masters
        units = ((row, masters.reference(row.tree, "BASEUNITS")) for row in masters.of_kind("STOCKITEM"))
        rows = [row for row, unit in units if unit is not None and not unit.tree.value("CONVERSION")]
        return self._dice.pick(rows) if rows else None

    def _price(self, item: Master) -> int:
        prices = item.tree.first("STANDARDPRICELIST.LIST")
        text = prices.value("RATE").partition("/")[0] if prices is not None else ""
        return to_paise(text) or rupees(100)

    def _cash(self) -> str:
        rows = self._company.masters.of_kind("LEDGER")
        return next(row.name for row in rows if reserved_name(row) == "Cash")

    def _expense(self) -> str:
        return self._named("LEDGER", self._dice.pick(EXPENSES))

    def _named(self, kind: str, name: str) -> str:
        """Return a master's present name, whatever it was called at first; any of its class if it is gone."""
        rows = self._company.masters.of_kind(kind)
        return next((row.name for row in rows if row.name.startswith(name)), rows[0].name)

    def _type(self, name: str) -> str:
        return self._named("VOUCHERTYPE", name)

    def _day(self) -> date:
        days = (self._company.facts.books_to - self._company.books_from).days
        return self._company.books_from + timedelta(days=self._dice.between(0, days))

    def _fresh(self) -> str:
        self._names += 1
        return f"#{self._company.alter_master_id}.{self._names}"


Edit = Callable[[History], int | None]
_WEIGHTS: tuple[tuple[str, Edit, int], ...] = (
    ("post a journal", History.post, 4),
    ("sell", History.sell, 5),
    ("receive", History.receive, 4),
    ("correct an amount", History.correct_amount, 3),
    ("annotate", History.annotate, 3),
    ("save unchanged", History.save, 1),
    ("re-date", History.redate, 3),
    ("cancel", History.cancel, 2),
    ("delete", History.delete, 2),
    ("turn optional", History.turn_optional, 2),
    ("renumber", History.renumber, 1),
    ("rename", History.rename, 2),
    ("add a party", History.add_party, 1),
    ("alter a party", History.alter_party, 1),
)
_EDITS: tuple[tuple[str, Edit], ...] = tuple((name, edit) for name, edit, weight in _WEIGHTS for _ in range(weight))
EDIT_NAMES = tuple(name for name, _, _ in _WEIGHTS)
"""Every kind of edit a history makes."""
