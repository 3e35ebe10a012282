"""What all trade documents share: numbers, tax and rounding postings, terms, and the bills they open."""

from __future__ import annotations

from datetime import timedelta

from sandbox.world.chart import Account, Type
from sandbox.world.desk import Desk
from sandbox.world.lines import is_interstate, rounding_entry, tax_entries
from sandbox.world.masters import Habit, PartyMaster, Terms
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import BillMove, Entry, ItemMove

_PATTERNS = {
    Type.SALES: "S/{year}/{number}",
    Type.GST_SALE: "GST/{year}/{number:05d}",
    Type.E_SALES: "ES-{number}",
    Type.PROFORMA: "PI/{number}",
    Type.CREDIT_NOTE: "CN/{number}",
    Type.SALES_ORDER: "SO/{year}/{number}",
    Type.PURCHASE_ORDER: "PO-{number:04d}",
    Type.DELIVERY_NOTE: "DC/{number}",
}


def number_for(desk: Desk, type_name: Type) -> str:
    """Return the next number of a voucher type, in its own pattern."""
    return _PATTERNS.get(type_name, "{number}").format(year=desk.year_tag, number=desk.next_number(type_name))


def invoice_postings(
    desk: Desk, party: PartyMaster | None, lines: tuple[ItemMove, ...], *, output: bool
) -> tuple[list[Entry], int]:
    """Return tax and rounding postings, and what remains for the party (its side, debit positive)."""
    entries = tax_entries(desk, lines, party, output=output)
    total = sum(line.paise for line in lines) + sum(entry.paise for entry in entries)
    rounding = rounding_entry(total) if output or desk.dice.one_in(2) else None
    if rounding:
        entries.append(rounding)
        total += rounding.paise
    return entries, -total


def service_tax(desk: Desk, party: PartyMaster, value: int, rate: int, *, output: bool = True) -> list[Entry]:
    """Return the tax postings on one value at one rate (hundredths of a percent), on the value's side."""
    if not rate:
        return []
    if is_interstate(desk, party):
        account = Account.OUTPUT_IGST if output else Account.INPUT_IGST
        return [Entry(ledger=account, paise=half_up(value * rate, 10_000))]
    accounts = (Account.OUTPUT_CGST, Account.OUTPUT_SGST) if output else (Account.INPUT_CGST, Account.INPUT_SGST)
    return [Entry(ledger=account, paise=half_up(value * rate, 20_000)) for account in accounts]


def draw_terms(desk: Desk, party: PartyMaster) -> Terms | None:
    """Draw what the bill says: mostly the party's terms, sometimes nothing, sometimes an agreed day."""
    roll = desk.dice.below(10)
    if roll == 0:
        return desk.day + timedelta(days=desk.dice.between(10, 100))
    return None if roll < 3 else party.terms  # noqa: PLR2004 - two bills in ten say nothing


def open_sale(desk: Desk, party: PartyMaster, number: str, total: int, taxable: int) -> tuple[BillMove, ...]:
    """Open the invoice's bill: set off an advance first, in two instalments for a few, none where no bills are kept."""
    if not party.is_bill_wise:
        return ()
    moves = []
    advance = next((bill for bill in desk.open[party.name] if bill.left < 0), None)
    if advance is not None and party.habit is Habit.ADVANCE:
        used = min(total, -advance.left)
        moves.append(desk.settle(party, advance, used))
        total -= used
    if not total:
        return tuple(moves)
    terms = draw_terms(desk, party)
    if total > rupees(1000) and desk.dice.one_in(25):
        part = total // 200 * 100
        late = desk.day + timedelta(days=90)
        moves.append(desk.open_bill(party, f"{number}/A", part, terms, taxable=taxable // 2)[1])
        moves.append(desk.open_bill(party, f"{number}/B", total - part, late, taxable=taxable // 2)[1])
    else:
        moves.append(desk.open_bill(party, number, total, terms, taxable=taxable)[1])
    return tuple(moves)


def open_purchase(desk: Desk, party: PartyMaster, reference: str, total: int) -> tuple[BillMove, ...]:
    """Open a supplier's bill, an advance paid before is set off first."""
    if not party.is_bill_wise:
        return ()
    moves = []
    advance = next((bill for bill in desk.open[party.name] if bill.left > 0), None)
    if advance is not None:
        used = min(-total, advance.left)
        moves.append(desk.settle(party, advance, -used))
        total += used
    if total:
        moves.append(desk.open_bill(party, reference, total, draw_terms(desk, party))[1])
    return tuple(moves)
