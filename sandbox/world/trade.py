"""Trade: sales and purchases in every document shape, returns, and the bills they open."""

from __future__ import annotations

from datetime import timedelta

from canonical.bill import BillRefKind
from sandbox.world.chart import Account, Type
from sandbox.world.desk import Desk, OpenBill
from sandbox.world.identities import irn_of
from sandbox.world.lines import (
    draw_purchase_lines,
    draw_sale_lines,
    is_interstate,
    pays_input_tax,
    rounding_entry,
    sales_ledger,
    tax_entries,
    taxable_value,
)
from sandbox.world.masters import GstCategory, Habit, PartyMaster, Terms
from sandbox.world.narrations import narrate
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import BillMove, Entry, ItemMove, TdsMove, Transport, View, Voucher

EWAY_FROM = rupees(50_000)
"""Goods above this value need an e-way bill to move (rule 138 of the CGST Rules)."""

LINES_OF_SALE = (1, 1, 1, 2, 2, 4)
"""How many goods lines invoices have."""

TDS_CONTRACTOR_RATE = 100
"""Section 194C, individuals: 1 %, in hundredths of a percent."""


def sell(desk: Desk) -> Voucher | None:
    """Sell goods on credit under one of the sales types."""
    party = desk.pick_party(desk.customers)
    if party is None:
        return sell_for_cash(desk)
    type_name = desk.dice.pick((Type.SALES, Type.GST_SALE, Type.E_SALES))
    if type_name is Type.SALES and desk.dice.one_in(4):
        return sell_as_voucher(desk, party)
    return _item_invoice(desk, party, type_name, number_for(desk, type_name))


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


def _item_invoice(desk: Desk, party: PartyMaster, type_name: str, number: str) -> Voucher:
    lines = draw_sale_lines(desk, party, desk.dice.pick(LINES_OF_SALE))
    entries, total = _invoice_postings(desk, party, lines, output=True)
    bills = open_sale(desk, party, number, total, taxable_value(lines))
    return desk.form(type_name)(
        number=number,
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True, bills=bills), *entries),
        items=lines,
        party_ledger=party.name,
        partner=party,
        reference=number if desk.dice.one_in(3) else "",
        narration=narrate(desk),
        irn=_irn(desk, party, type_name, number),
        transport=_transport(desk, total),
        trip=f"Trip {desk.dice.between(1, 400)}" if type_name is Type.E_SALES else "",
        **_references(desk, party),
    )


def _references(desk: Desk, party: PartyMaster) -> dict[str, str]:
    """Refer to the party's latest order or challan, if there is one."""
    order = next((row.number for row in desk.recent.orders if row.party is party), "")
    challan = next((row.number for row in desk.recent.challans if row.party is party), "")
    return {"order": order, "tracking": challan}


def _invoice_postings(
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


def _irn(desk: Desk, party: PartyMaster, type_name: str, number: str) -> str:
    if type_name is not Type.GST_SALE or party.category is GstCategory.UNREGISTERED:
        return ""
    year = f"{desk.spec.financial_year}-{(desk.spec.financial_year + 1) % 100:02d}"
    return irn_of(desk.masters.company.gstin, year, "INV", number)


def _transport(desk: Desk, total: int) -> Transport | None:
    if total < EWAY_FROM:
        return None
    dice = desk.dice
    return Transport(
        number=f"{dice.between(10, 99)}{dice.below(10**10):010d}" if dice.below(5) else "",
        day=desk.day,
        vehicle=f"MH{dice.between(1, 48):02d}AB{dice.between(1000, 9999)}",
        distance_km=dice.between(8, 900),
    )


def sell_for_cash(desk: Desk) -> Voucher:
    """Sell over the counter: the cash ledger stands where the party would."""
    lines = draw_sale_lines(desk, None, desk.dice.between(1, 2))
    entries, total = _invoice_postings(desk, None, lines, output=True)
    return desk.form(Type.SALES)(
        number=number_for(desk, Type.SALES),
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=Account.CASH, paise=total, is_party=True), *entries),
        items=lines,
        party_ledger=Account.CASH,
        narration="Counter sale",
    )


def sell_as_voucher(desk: Desk, party: PartyMaster | None = None) -> Voucher | None:
    """Sell with the document entered as a plain voucher: goods hang under the sales posting, costs are booked."""
    party = party or desk.pick_party(desk.customers)
    if party is None:
        return None
    lines = draw_sale_lines(desk, party, desk.dice.between(1, 2))
    value = sum(line.paise for line in lines)
    entries, total = _invoice_postings(desk, party, lines, output=True)
    number = number_for(desk, Type.SALES)
    bills = open_sale(desk, party, number, total, -value)
    sales = Entry(ledger=sales_ledger(desk, party), paise=value, items=lines, costs=desk.split_cost(value))
    return desk.form(Type.SALES)(
        number=number,
        entries=(Entry(ledger=party.name, paise=total, is_party=True, bills=bills), sales, *entries),
        party_ledger=party.name,
        partner=party,
        narration=narrate(desk),
    )


def sell_service(desk: Desk) -> Voucher | None:
    """Invoice installation work: an accounting invoice without goods, with a cash discount on some."""
    party = desk.pick_party(desk.customers)
    if party is None:
        return None
    fee = -rupees(desk.dice.between(5, 300) * 100)
    tax_rate = 0 if party.category is GstCategory.SEZ else 1800
    income = Entry(ledger=Account.SERVICE_INCOME, paise=fee, costs=desk.split_cost(fee))
    taxes = _service_tax(desk, party, fee, tax_rate)
    discount = half_up(-fee, 50) if desk.dice.one_in(3) else 0
    given = [Entry(ledger=Account.DISCOUNT_ALLOWED, paise=discount)] if discount else []
    total = -(fee + discount + sum(entry.paise for entry in taxes))
    number = number_for(desk, Type.GST_SALE)
    bills = open_sale(desk, party, number, total, -fee)
    return desk.form(Type.GST_SALE)(
        number=number,
        view=View.ACCOUNTING_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True, bills=bills), income, *taxes, *given),
        party_ledger=party.name,
        partner=party,
        narration="Installation & commissioning",
        irn=_irn(desk, party, Type.GST_SALE, number),
    )


def _service_tax(desk: Desk, party: PartyMaster, value: int, rate: int, *, output: bool = True) -> list[Entry]:
    if not rate:
        return []
    if is_interstate(desk, party):
        account = Account.OUTPUT_IGST if output else Account.INPUT_IGST
        return [Entry(ledger=account, paise=half_up(value * rate, 10_000))]
    accounts = (Account.OUTPUT_CGST, Account.OUTPUT_SGST) if output else (Account.INPUT_CGST, Account.INPUT_SGST)
    return [Entry(ledger=account, paise=half_up(value * rate, 20_000)) for account in accounts]


def offer(desk: Desk) -> Voucher:
    """Write a proforma invoice: optional, outside the books, though it looks like a sale in every other way."""
    party = desk.dice.pick(desk.customers)
    lines = draw_sale_lines(desk, party, desk.dice.between(1, 2))
    entries, total = _invoice_postings(desk, party, lines, output=True)
    number = number_for(desk, Type.PROFORMA)
    bills = (
        (BillMove(kind=BillRefKind.NEW, paise=total, ref=number, bill_date=desk.day, due=desk.day),)
        if party.is_bill_wise
        else ()
    )
    return desk.form(Type.PROFORMA)(
        number=number,
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True, bills=bills), *entries),
        items=lines,
        party_ledger=party.name,
        partner=party,
        is_optional=True,
    )


def buy(desk: Desk) -> Voucher | None:
    """Buy goods; the bill carries the supplier's own number, small and repeated between suppliers."""
    party = desk.pick_party(desk.suppliers)
    if party is None:
        return None
    lines = draw_purchase_lines(desk, party, desk.dice.between(1, 2))
    entries, total = _invoice_postings(desk, party, lines, output=False)
    reference = f"INV/{desk.next_number(f'bills of {party.name}'):03d}"
    bills = open_purchase(desk, party, reference, total)
    return desk.form(Type.PURCHASE)(
        number=number_for(desk, Type.PURCHASE),
        view=View.ITEM_INVOICE,
        entries=(Entry(ledger=party.name, paise=total, is_party=True, bills=bills), *entries),
        items=lines,
        party_ledger=party.name,
        partner=party,
        reference=reference,
        reference_date=desk.days_ago(desk.dice.below(4)),
        narration=narrate(desk) if desk.dice.one_in(3) else "",
    )


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


def hire_contractor(desk: Desk) -> Voucher | None:
    """Book job work under the business's own type "Expense", with tax deducted at source and cost centres."""
    party = desk.pick_party(desk.contractors)
    if party is None:
        return None
    value = rupees(desk.dice.between(300, 900) * 100)
    taxes = _service_tax(desk, party, value, 1800 if pays_input_tax(party) else 0, output=False)
    tax = half_up(value * TDS_CONTRACTOR_RATE, 10_000)
    total = -(value + sum(entry.paise for entry in taxes) - tax)
    tds = TdsMove(party=party.name, expense=Account.JOB_WORK, rate=TDS_CONTRACTOR_RATE, assessable=value, tax=tax)
    reference = f"JW-{desk.next_number(f'bills of {party.name}')}"
    return desk.form(Type.EXPENSE)(
        number=reference,
        view=View.ACCOUNTING_INVOICE,
        entries=(
            Entry(ledger=party.name, paise=total, is_party=True, bills=open_purchase(desk, party, reference, total)),
            Entry(ledger=Account.JOB_WORK, paise=value, costs=desk.split_cost(value)),
            *taxes,
            Entry(ledger=Account.TDS_PAYABLE, paise=-tax, tds=tds),
        ),
        party_ledger=party.name,
        partner=party,
        reference=reference,
        reference_date=desk.day,
        narration=f"Job work bill {reference}\r\nTDS u/s 194C deducted",
    )


def take_back(desk: Desk) -> Voucher | None:
    """Credit a customer for returned goods against the bill; where the goods are worth more, for a rate difference."""
    party = desk.pick_payer(desk.customers)
    if party is None:
        return None
    bill = desk.payable(party)[0]
    lines = tuple(_reversed(line) for line in draw_sale_lines(desk, party, 1))
    entries, total = _invoice_postings(desk, party, lines, output=True)
    if -total > bill.left:
        return _rate_difference(desk, party, bill)
    return desk.form(Type.CREDIT_NOTE)(
        number=number_for(desk, Type.CREDIT_NOTE),
        view=View.ITEM_INVOICE,
        entries=(
            Entry(ledger=party.name, paise=total, is_party=True, bills=(desk.settle(party, bill, total),)),
            *entries,
        ),
        items=lines,
        party_ledger=party.name,
        partner=party,
        original=bill.ref,
        original_date=bill.bill_date,
        narration="Goods returned",
    )


def _reversed(line: ItemMove) -> ItemMove:
    """Turn a sale line into its return, billed quantity only."""
    return ItemMove(
        item=line.item,
        paise=-line.paise,
        billed=line.billed,
        actual=line.billed,
        rate=line.rate,
        discount=line.discount,
        godown=line.godown,
        gst_rate=line.gst_rate,
        ledger=line.ledger,
        batch=line.batch,
        made_on=line.made_on,
    )


def _rate_difference(desk: Desk, party: PartyMaster, bill: OpenBill) -> Voucher:
    amount = max(1, bill.left * desk.dice.between(2, 12) // 100)
    return desk.form(Type.CREDIT_NOTE)(
        number=number_for(desk, Type.CREDIT_NOTE),
        view=View.AS_VOUCHER,
        entries=(
            Entry(ledger=party.name, paise=-amount, is_party=True, bills=(desk.settle(party, bill, -amount),)),
            Entry(ledger=Account.DISCOUNT_ALLOWED, paise=amount),
        ),
        party_ledger=party.name,
        partner=party,
        original=bill.ref,
        original_date=bill.bill_date,
        narration="Rate difference as agreed",
    )


def credit_without_bill(desk: Desk) -> Voucher | None:
    """Credit a customer without naming a bill: the note is its own reference until a refund or a bill takes it."""
    party = desk.pick_party([row for row in desk.customers if row.is_bill_wise])
    if party is None:
        return None
    amount = rupees(desk.dice.between(2, 40) * 50)
    number = number_for(desk, Type.CREDIT_NOTE)
    bill, move = desk.open_bill(party, number, -amount, None)
    desk.recent.credit_notes.append((party, bill))
    return desk.form(Type.CREDIT_NOTE)(
        number=number,
        entries=(
            Entry(ledger=party.name, paise=-amount, is_party=True, bills=(move,)),
            Entry(ledger=Account.DISCOUNT_ALLOWED, paise=amount),
        ),
        party_ledger=party.name,
        partner=party,
        narration="Scheme discount for the quarter",
    )


def return_goods(desk: Desk) -> Voucher | None:
    """Debit a supplier for goods sent back, against the bill."""
    party = desk.pick_payer(desk.suppliers)
    if party is None:
        return None
    bill = desk.payable(party)[0]
    share = desk.dice.between(3, 15)
    taxed = pays_input_tax(party)
    value = -(-bill.left * share // 100)
    if not value:
        return None
    taxes = _service_tax(desk, party, value, 1800 if taxed else 0, output=False)
    total = -(value + sum(entry.paise for entry in taxes))
    account = Account.PURCHASE_INTERSTATE if is_interstate(desk, party) else Account.PURCHASE_LOCAL
    returned = Entry(ledger=account if taxed else Account.PURCHASE_UNREGISTERED, paise=value)
    return desk.form(Type.DEBIT_NOTE)(
        number=number_for(desk, Type.DEBIT_NOTE),
        view=View.ACCOUNTING_INVOICE,
        entries=(
            Entry(ledger=party.name, paise=total, is_party=True, bills=(desk.settle(party, bill, total),)),
            returned,
            *taxes,
        ),
        party_ledger=party.name,
        partner=party,
        original=bill.ref,
        original_date=bill.bill_date,
        narration="Short supply & breakage",
    )
