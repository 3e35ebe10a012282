"""Sales in every document shape: item invoice, counter sale, as voucher, service, proforma."""

from __future__ import annotations

from canonical.bill import BillRefKind
from sandbox.world.chart import Account, Type
from sandbox.world.desk import Desk
from sandbox.world.documents import invoice_postings, number_for, open_sale, service_tax
from sandbox.world.identities import irn_of
from sandbox.world.lines import draw_sale_lines, sales_ledger, taxable_value
from sandbox.world.masters import GstCategory, PartyMaster
from sandbox.world.narrations import narrate
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import BillMove, Entry, Transport, View, Voucher

EWAY_FROM = rupees(50_000)
"""Goods above this value need an e-way bill to move (rule 138 of the CGST Rules)."""

LINES_OF_SALE = (1, 1, 1, 2, 2, 4)
"""How many goods lines invoices have."""


def sell(desk: Desk) -> Voucher | None:
    """Sell goods on credit under one of the sales types."""
    party = desk.pick_party(desk.customers)
    if party is None:
        return sell_for_cash(desk)
    type_name = desk.dice.pick((Type.SALES, Type.GST_SALE, Type.E_SALES))
    if type_name is Type.SALES and desk.dice.one_in(4):
        return sell_as_voucher(desk, party)
    return _item_invoice(desk, party, type_name, number_for(desk, type_name))


def _item_invoice(desk: Desk, party: PartyMaster, type_name: str, number: str) -> Voucher:
    lines = draw_sale_lines(desk, party, desk.dice.pick(LINES_OF_SALE))
    entries, total = invoice_postings(desk, party, lines, output=True)
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
    entries, total = invoice_postings(desk, None, lines, output=True)
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
    entries, total = invoice_postings(desk, party, lines, output=True)
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
    taxes = service_tax(desk, party, fee, tax_rate)
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


def offer(desk: Desk) -> Voucher:
    """Write a proforma invoice: optional, outside the books, though it looks like a sale in every other way."""
    party = desk.dice.pick(desk.customers)
    lines = draw_sale_lines(desk, party, desk.dice.between(1, 2))
    entries, total = invoice_postings(desk, party, lines, output=True)
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
