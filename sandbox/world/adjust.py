"""Journals and their like: what moves between accounts without money or goods."""

from __future__ import annotations

from canonical.bill import BillRefKind
from sandbox.world.chart import EXPENSES, Account, Type
from sandbox.world.desk import Desk
from sandbox.world.documents import number_for
from sandbox.world.masters import PartyMaster
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import BillMove, Entry, Voucher

SMALL = rupees(50)
"""Rests below this are written off."""


def _journal(desk: Desk, entries: tuple[Entry, ...], narration: str, type_name: Type = Type.JOURNAL) -> Voucher:
    party = next((entry.ledger for entry in entries if entry.is_party), "")
    return desk.form(type_name)(
        number=number_for(desk, type_name), entries=entries, party_ledger=party, narration=narration
    )


def book_tds(desk: Desk) -> Voucher | None:
    """Book the tax a customer deducted: Dr TDS Receivable, Cr party against the bill it was short on."""
    if not desk.recent.tds:
        return None
    party, bill = desk.recent.tds.popleft()
    if bill not in desk.open[party.name] or not bill.awaits_tds:
        return None
    amount = bill.left
    return _journal(
        desk,
        (
            Entry(ledger=Account.TDS_RECEIVABLE, paise=amount),
            Entry(ledger=party.name, paise=-amount, is_party=True, bills=(desk.settle(party, bill, -amount),)),
        ),
        f"TDS deducted by party on {bill.ref}; certificate awaited",
    )


def transfer_bill(desk: Desk) -> Voucher | None:
    """Move a bill from one customer to another under the same reference: the same name, two bills."""
    giver = desk.pick_payer([party for party in desk.customers if party.is_bill_wise])
    taker = desk.pick_party([party for party in desk.customers if party.is_bill_wise])
    if giver is None or taker is None or giver is taker:
        return None
    bill = desk.payable(giver)[0]
    if any(row.ref == bill.ref for row in desk.open[taker.name]):
        return None
    amount = bill.left
    given = desk.settle(giver, bill, -amount)
    _, taken = desk.open_bill(taker, bill.ref, amount, None)
    return _journal(
        desk,
        (
            Entry(ledger=taker.name, paise=amount, bills=(taken,)),
            Entry(ledger=giver.name, paise=-amount, is_party=True, bills=(given,)),
        ),
        f"Bill {bill.ref} to be paid by sister concern",
    )


def write_off(desk: Desk) -> Voucher | None:
    """Write off a small rest, or a share of a bill that will not be paid."""
    party = desk.pick_payer([row for row in desk.customers if row.is_bill_wise])
    if party is None:
        return None
    bill = desk.payable(party)[0]
    amount = bill.left if bill.left <= SMALL else max(1, bill.left * 3 // 100)
    return _journal(
        desk,
        (
            Entry(ledger=Account.BAD_DEBTS, paise=amount),
            Entry(ledger=party.name, paise=-amount, is_party=True, bills=(desk.settle(party, bill, -amount),)),
        ),
        "Written off with the proprietor's consent",
    )


def allot_on_account(desk: Desk) -> Voucher | None:
    """Set earlier on-account money off against a bill: one posting whose two allocations lie on opposite sides."""
    for name, credit in sorted(desk.on_account.items()):
        party = next(row for row in desk.customers if row.name == name)
        bill = next((row for row in desk.payable(party) if rupees(10) < row.left <= -credit), None)
        if bill is None:
            continue
        return _allot(desk, party, bill.ref)
    return None


def _allot(desk: Desk, party: PartyMaster, ref: str) -> Voucher:
    bill = next(row for row in desk.payable(party) if row.ref == ref)
    discount = rupees(5)
    amount = bill.left
    against = desk.settle(party, bill, -amount)
    back = BillMove(kind=BillRefKind.ON_ACCOUNT, paise=amount - discount)
    desk.on_account[party.name] += amount - discount
    return _journal(
        desk,
        (
            Entry(ledger=Account.DISCOUNT_ALLOWED, paise=discount),
            Entry(ledger=party.name, paise=-discount, is_party=True, bills=(against, back)),
        ),
        "On-account money set off",
    )


def provide(desk: Desk) -> Voucher:
    """Provide for salaries, depreciation or accrued interest."""
    debit, credit, amount = desk.dice.pick(
        (
            (Account.SALARIES, Account.SALARY_PAYABLE, rupees(desk.dice.between(600, 1400) * 100)),
            (Account.DEPRECIATION, Account.VANS, half_up(rupees(960_000) * 15, 1200)),
            (Account.DEPRECIATION, Account.FURNITURE, half_up(rupees(185_000) * 10, 1200)),
            (Account.BANK, Account.INTEREST_RECEIVED, desk.dice.between(20_000, 400_000)),
        )
    )
    if debit is Account.BANK:
        return _journal(desk, (Entry(ledger=debit, paise=amount), Entry(ledger=credit, paise=-amount)), "FD interest")
    return _journal(desk, (Entry(ledger=debit, paise=amount), Entry(ledger=credit, paise=-amount)), "For the month")


def split_expense(desk: Desk) -> Voucher:
    """Reclassify an expense over two accounts; one account occurs twice in the voucher."""
    amount = rupees(desk.dice.between(10, 90) * 100)
    first, second = desk.dice.pick(EXPENSES), desk.dice.pick(EXPENSES)
    part = amount * 2 // 5
    return _journal(
        desk,
        (
            Entry(ledger=first, paise=part, costs=desk.split_cost(part)),
            Entry(ledger=first, paise=amount - part, costs=desk.split_cost(amount - part)),
            Entry(ledger=second, paise=-amount, costs=desk.split_cost(-amount)),
        ),
        "Bill of two months\r\nsplit as per agreement",
    )


def set_tax_off(desk: Desk) -> Voucher:
    """Set input tax off against output tax."""
    amount = rupees(desk.dice.between(20, 300) * 100)
    out, into = desk.dice.pick(
        (
            (Account.OUTPUT_CGST, Account.INPUT_CGST),
            (Account.OUTPUT_SGST, Account.INPUT_SGST),
            (Account.OUTPUT_IGST, Account.INPUT_IGST),
        )
    )
    return _journal(desk, (Entry(ledger=out, paise=amount), Entry(ledger=into, paise=-amount)), "ITC set-off")


def take_supplier_discount(desk: Desk) -> Voucher | None:
    """Book a discount a supplier granted after the bill."""
    party = desk.pick_payer([row for row in desk.suppliers if row.is_bill_wise])
    if party is None:
        return None
    bill = desk.payable(party)[0]
    amount = max(1, -bill.left * 2 // 100)
    return _journal(
        desk,
        (
            Entry(ledger=party.name, paise=amount, is_party=True, bills=(desk.settle(party, bill, amount),)),
            Entry(ledger=Account.DISCOUNT_RECEIVED, paise=-amount),
        ),
        "Turnover discount",
    )


def jot_down(desk: Desk) -> Voucher:
    """Write a memorandum: a reminder with postings that never count."""
    amount = rupees(desk.dice.between(1, 20) * 100)
    entries = (Entry(ledger=Account.TRAVEL, paise=amount), Entry(ledger=Account.CASH, paise=-amount))
    return _journal(desk, entries, "Amount given to driver, bills to come", Type.MEMORANDUM)


def provide_reversibly(desk: Desk) -> Voucher:
    """Write a reversing journal: counts only in scenarios, never in the books."""
    amount = rupees(desk.dice.between(10, 60) * 1000)
    entries = (Entry(ledger=Account.RENT, paise=amount), Entry(ledger=Account.SALARY_PAYABLE, paise=-amount))
    return _journal(desk, entries, "Interim provision", Type.REVERSING_JOURNAL)


def cancel(desk: Desk) -> Voucher:
    """Cancel a document: its number stays used, everything else is gone."""
    type_name = desk.dice.pick((Type.SALES, Type.GST_SALE, Type.RECEIPT, Type.PAYMENT, Type.E_SALES))
    return desk.form(type_name)(number=number_for(desk, type_name), is_cancelled=True)
