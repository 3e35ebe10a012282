"""Returns and allowances: credit notes to customers, debit notes to suppliers."""

from __future__ import annotations

from sandbox.world.chart import Account, Type
from sandbox.world.desk import Desk, OpenBill
from sandbox.world.documents import invoice_postings, number_for, service_tax
from sandbox.world.lines import draw_sale_lines, is_interstate, pays_input_tax
from sandbox.world.masters import PartyMaster
from sandbox.world.paise import rupees
from sandbox.world.vouchers import Entry, ItemMove, View, Voucher


def take_back(desk: Desk) -> Voucher | None:
    """Credit a customer for returned goods against the bill; where the goods are worth more, for a rate difference."""
    party = desk.pick_payer(desk.customers)
    if party is None:
        return None
    bill = desk.payable(party)[0]
    lines = tuple(_reversed(line) for line in draw_sale_lines(desk, party, 1))
    entries, total = invoice_postings(desk, party, lines, output=True)
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
    taxes = service_tax(desk, party, value, 1800 if taxed else 0, output=False)
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
