"""Purchases of goods, and contractors with tax deducted at source."""

from __future__ import annotations

from sandbox.world.chart import Account, Type
from sandbox.world.desk import Desk
from sandbox.world.documents import invoice_postings, number_for, open_purchase, service_tax
from sandbox.world.lines import draw_purchase_lines, pays_input_tax
from sandbox.world.narrations import narrate
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import Entry, TdsMove, View, Voucher

TDS_CONTRACTOR_RATE = 100
"""Section 194C, individuals: 1 %, in hundredths of a percent."""


def buy(desk: Desk) -> Voucher | None:
    """Buy goods; the bill carries the supplier's own number, small and repeated between suppliers."""
    party = desk.pick_party(desk.suppliers)
    if party is None:
        return None
    lines = draw_purchase_lines(desk, party, desk.dice.between(1, 2))
    entries, total = invoice_postings(desk, party, lines, output=False)
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


def hire_contractor(desk: Desk) -> Voucher | None:
    """Book job work under the business's own type "Expense", with tax deducted at source and cost centres."""
    party = desk.pick_party(desk.contractors)
    if party is None:
        return None
    value = rupees(desk.dice.between(300, 900) * 100)
    taxes = service_tax(desk, party, value, 1800 if pays_input_tax(party) else 0, output=False)
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
