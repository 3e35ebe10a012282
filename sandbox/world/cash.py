"""Money in and out: receipts and payments of every kind, contra entries, bounced and post-dated cheques."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

from canonical.bill import BillRefKind
from sandbox.world.chart import EXPENSES, Account, Type
from sandbox.world.desk import ChequeReceived, Desk, OpenBill
from sandbox.world.documents import number_for
from sandbox.world.masters import Habit, PartyMaster
from sandbox.world.paise import half_up, rupees
from sandbox.world.vouchers import BankMode, BankMove, BillMove, Entry, Voucher

TDS_ON_GOODS = 10
TDS_ON_SERVICES = 200
"""Hundredths of a percent of the value before GST: section 194Q (goods) and 194C or 194J at 2 % (services)."""


def receive(desk: Desk) -> Voucher | None:
    """Receive money from a customer, the way this customer pays."""
    party = desk.pick_payer(desk.customers)
    if party is None:
        return receive_advance(desk)
    if not party.is_bill_wise:
        return receive_on_account(desk, party)
    match party.habit:
        case Habit.ON_ACCOUNT if desk.pays_on_account(party) and desk.dice.below(3):
            return receive_on_account(desk, party)
        case Habit.TDS if desk.dice.below(3):
            return receive_short_of_tds(desk, party)
        case _:
            return receive_against_bills(desk, party)


def _receipt(
    desk: Desk, party: PartyMaster, amount: int, bills: tuple[BillMove, ...], extra: tuple[Entry, ...] = ()
) -> Voucher:
    """Write a receipt: the party is credited with ``amount``, ``extra`` debits reduce what reaches bank or cash."""
    arrived = amount - sum(entry.paise for entry in extra)
    money = _bank_in(desk, party, arrived) if desk.dice.below(10) else Entry(ledger=Account.CASH, paise=arrived)
    if money.banks and money.banks[0].mode is BankMode.CHEQUE and bills and not extra:
        moves = tuple(move for move in bills if move.kind is BillRefKind.AGAINST)
        if len(moves) == len(bills):
            number = money.banks[0].number
            desk.recent.cheques.append(ChequeReceived(party=party, day=desk.day, number=number, moves=moves))
    return desk.form(Type.RECEIPT)(
        number=number_for(desk, Type.RECEIPT),
        entries=(Entry(ledger=party.name, paise=-amount, is_party=True, bills=bills), *extra, money),
        party_ledger=money.ledger if desk.dice.one_in(2) else party.name,
        partner=party,
        narration=f"Ch. No. {money.banks[0].number} received" if money.banks and money.banks[0].number else "",
    )


def receive_against_bills(desk: Desk, party: PartyMaster | None = None) -> Voucher | None:
    """Receive for bills: one in full, several at once, a part, or rounded up with the rest on account."""
    party = party or desk.pick_payer(_bill_wise(desk.customers))
    if party is None:
        return None
    bills = desk.payable(party)
    roll = desk.dice.below(10)
    if roll < 2 and bills[0].left > rupees(500):  # noqa: PLR2004 - two receipts in ten are part payments
        part = bills[0].left * desk.dice.between(20, 80) // 10_000 * 100
        moves = [desk.settle(party, bills[0], -part)]
    else:
        count = desk.dice.between(2, 4) if roll > 6 else 1  # noqa: PLR2004 - three in ten pay several bills
        moves = [desk.settle(party, bill, -bill.left) for bill in bills[:count]]
    amount = -sum(move.paise for move in moves)
    excess = -amount % rupees(500) if roll == 9 else 0  # noqa: PLR2004 - one in ten rounds up
    if excess:
        moves.append(_on_account(desk, party, -excess))
    return _receipt(desk, party, amount + excess, tuple(moves))


def receive_with_discount(desk: Desk) -> Voucher | None:
    """Receive a bill in full, less a cash discount booked in the same receipt."""
    party = desk.pick_payer(_bill_wise(desk.customers))
    if party is None:
        return None
    bill = desk.payable(party)[0]
    amount = bill.left
    discount = amount * 2 // 100
    if not discount:
        return None
    extra = (Entry(ledger=Account.DISCOUNT_ALLOWED, paise=discount),)
    return _receipt(desk, party, amount, (desk.settle(party, bill, -amount),), extra)


def receive_short_of_tds(desk: Desk, party: PartyMaster | None = None) -> Voucher | None:
    """Receive a bill short by the tax the customer deducted; a journal closes the rest later."""
    party = party or desk.pick_payer(_bill_wise(desk.customers))
    if party is None:
        return None
    bill = desk.payable(party)[0]
    rate = TDS_ON_SERVICES if bill.ref.startswith("GST/") else TDS_ON_GOODS
    tax = min(half_up(bill.taxable * rate, 10_000), bill.left - 1)
    move = desk.settle(party, bill, tax - bill.left)
    if tax > 0:
        bill.awaits_tds = True
        desk.recent.tds.append((party, bill))
    return _receipt(desk, party, -move.paise, (move,))


def _on_account(desk: Desk, party: PartyMaster, paise: int) -> BillMove:
    desk.on_account[party.name] = desk.on_account.get(party.name, 0) + paise
    return BillMove(kind=BillRefKind.ON_ACCOUNT, paise=paise)


def receive_on_account(desk: Desk, party: PartyMaster | None = None) -> Voucher | None:
    """Receive a round sum on account; a quarter of them carry no allocation at all, which means the same."""
    party = party or desk.pick_payer(desk.customers)
    if party is None:
        return None
    amount = rupees(desk.dice.between(4, 120) * 500)
    names_it = party.is_bill_wise and desk.dice.below(4)
    bills = (_on_account(desk, party, -amount),) if names_it else ()
    if desk.pays_on_account(party):
        _forget_bills(desk, party, amount)
    return _receipt(desk, party, amount, bills)


def _forget_bills(desk: Desk, party: PartyMaster, amount: int) -> None:
    """Stop asking for bills of about the amount: the business sees them as paid, the books still show them open."""
    for bill in desk.payable(party)[:-1]:
        if amount < bill.left or len(desk.open[party.name]) <= 2:  # noqa: PLR2004 - keep something to ask for
            return
        amount -= bill.left
        desk.forget(party, bill)


def receive_advance(desk: Desk) -> Voucher | None:
    """Receive money before its bill, under an advance reference."""
    party = desk.pick_party([row for row in _bill_wise(desk.customers) if row.habit is Habit.ADVANCE])
    if party is None:
        return None
    amount = rupees(desk.dice.between(5, 80) * 500)
    number = f"ADV/{desk.year_tag}/{desk.next_number('advances')}"
    return _receipt(desk, party, amount, (_open_advance(desk, party, number, -amount),))


def _open_advance(desk: Desk, party: PartyMaster, ref: str, paise: int) -> BillMove:
    desk.open[party.name].append(OpenBill(ref, paise, desk.day, desk.day))
    return BillMove(kind=BillRefKind.ADVANCE, paise=paise, ref=ref, bill_date=desk.day, due=desk.day)


def _bill_wise(parties: list[PartyMaster]) -> list[PartyMaster]:
    return [party for party in parties if party.is_bill_wise]


def _bank_in(desk: Desk, party: PartyMaster, paise: int) -> Entry:
    account = desk.dice.pick((Account.BANK, Account.BANK, Account.SECOND_BANK))
    return Entry(ledger=account, paise=paise, banks=(draw_instrument(desk, party.name, paise, is_receipt=True),))


def draw_instrument(desk: Desk, favouring: str, paise: int, *, is_receipt: bool = False) -> BankMove:
    """Draw how money moved, and when the bank showed it; some cheques are still outstanding at the year's end."""
    dice = desk.dice
    mode = dice.pick((BankMode.CHEQUE, BankMode.CHEQUE, BankMode.NEFT, BankMode.RTGS, BankMode.UPI))
    is_cheque = mode is BankMode.CHEQUE
    cleared = desk.day + timedelta(days=dice.between(2, 9) if is_cheque else 0)
    shown = cleared <= desk.spec.last_day and not (is_cheque and dice.one_in(15))
    return BankMove(
        paise=paise,
        mode=mode,
        day=desk.day,
        number=f"{dice.below(1_000_000):06d}" if is_cheque else "",
        reference="" if is_cheque else f"{mode.value[0]}DUB{dice.below(10**12):012d}",
        favouring=favouring,
        cleared_on=cleared if shown else None,
        is_receipt=is_receipt,
    )


def pay(desk: Desk) -> Voucher | None:
    """Pay a supplier or contractor: bills, a part, an advance or a round sum on account."""
    party = desk.pick_payer(desk.suppliers + desk.contractors)
    if party is None:
        return pay_expense(desk)
    if not party.is_bill_wise or (desk.pays_on_account(party) and desk.dice.one_in(2)):
        return _pay_on_account(desk, party)
    if party.habit is Habit.ADVANCE and desk.dice.one_in(3):
        ref = f"PADV/{desk.next_number('advances paid')}"
        amount = rupees(desk.dice.between(5, 60) * 1000)
        return _payment(desk, party, amount, (_open_advance(desk, party, ref, amount),))
    bills = desk.payable(party)
    if desk.dice.one_in(5) and -bills[0].left > rupees(500):
        part = -bills[0].left * desk.dice.between(30, 80) // 10_000 * 100
        moves = [desk.settle(party, bills[0], part)]
    else:
        moves = [desk.settle(party, bill, -bill.left) for bill in bills[: desk.dice.between(1, 3)]]
    return _payment(desk, party, sum(move.paise for move in moves), tuple(moves))


def _pay_on_account(desk: Desk, party: PartyMaster) -> Voucher:
    amount = rupees(desk.dice.between(10, 200) * 500)
    bills = (BillMove(kind=BillRefKind.ON_ACCOUNT, paise=amount),) if party.is_bill_wise else ()
    oldest = next(iter(desk.payable(party)[:-1]), None)
    if oldest is not None and amount + oldest.left >= 0:
        desk.forget(party, oldest)
    return _payment(desk, party, amount, bills)


def _payment(desk: Desk, party: PartyMaster, amount: int, bills: tuple[BillMove, ...]) -> Voucher:
    bank = _bank_out(desk, party.legal_name, amount)
    return desk.form(Type.PAYMENT)(
        number=number_for(desk, Type.PAYMENT),
        entries=(Entry(ledger=party.name, paise=amount, is_party=True, bills=bills), bank),
        party_ledger=bank.ledger if desk.dice.one_in(2) else party.name,
        partner=party,
    )


def _bank_out(desk: Desk, favouring: str, amount: int) -> Entry:
    """Pay from a bank; now and then with two cheques."""
    account = desk.dice.pick((Account.BANK, Account.BANK, Account.OVERDRAFT))
    parts = (amount // 2, amount - amount // 2) if amount > rupees(2000) and desk.dice.one_in(12) else (amount,)
    return Entry(ledger=account, paise=-amount, banks=tuple(draw_instrument(desk, favouring, -part) for part in parts))


def pay_expense(desk: Desk) -> Voucher:
    """Pay an expense directly, by bank or cash, booked to cost centres."""
    account = desk.dice.pick(EXPENSES)
    amount = desk.dice.between(300, 45_000) * 50
    money = _bank_out(desk, f"{account} vendor", amount) if desk.dice.one_in(2) else _cash(-amount)
    expense = Entry(ledger=account, paise=amount, costs=desk.split_cost(amount))
    return _plain_payment(desk, expense, money, "Paid for the month")


def pay_dues(desk: Desk) -> Voucher:
    """Pay tax, salaries or a loan instalment."""
    account, low, high = desk.dice.pick(
        (
            (Account.OUTPUT_IGST, 40, 400),
            (Account.OUTPUT_CGST, 40, 400),
            (Account.OUTPUT_SGST, 40, 400),
            (Account.TDS_PAYABLE, 5, 40),
            (Account.SALARY_PAYABLE, 300, 900),
            (Account.TERM_LOAN, 150, 160),
        )
    )
    amount = rupees(desk.dice.between(low, high) * 100)
    return _plain_payment(desk, Entry(ledger=account, paise=amount), _bank_out(desk, "Self", amount), "")


def pay_staff_advance(desk: Desk) -> Voucher:
    """Give a staff advance in cash."""
    amount = rupees(desk.dice.between(1, 8) * 500)
    return _plain_payment(desk, Entry(ledger=Account.STAFF_ADVANCE, paise=amount), _cash(-amount), "On request")


def _cash(paise: int) -> Entry:
    return Entry(ledger=Account.CASH, paise=paise)


def _plain_payment(desk: Desk, entry: Entry, money: Entry, narration: str) -> Voucher:
    return desk.form(Type.PAYMENT)(
        number=number_for(desk, Type.PAYMENT),
        entries=(entry, money),
        party_ledger=money.ledger,
        narration=narration,
    )


def refund(desk: Desk) -> Voucher | None:
    """Pay a credit note out to the customer, against the note."""
    for party, bill in tuple(desk.recent.credit_notes):
        desk.recent.credit_notes.remove((party, bill))
        if bill in desk.open[party.name]:
            amount = -bill.left
            return _payment(desk, party, amount, (desk.settle(party, bill, amount),))
    return None


def bounce(desk: Desk) -> Voucher | None:
    """Return a cheque received some days ago: the bills it had settled are open again, against the same references."""
    cheque = next((row for row in desk.recent.cheques if (desk.day - row.day).days >= 1), None)
    if cheque is None:
        return None
    desk.recent.cheques.remove(cheque)
    moves = tuple(desk.reopen(cheque.party, move) for move in cheque.moves)
    amount = sum(move.paise for move in moves)
    charge = rupees(295)
    bank = BankMove(
        paise=-amount - charge,
        mode=BankMode.CHEQUE,
        day=desk.day,
        number=cheque.number,
        favouring=cheque.party.name,
        cleared_on=desk.day,
    )
    return desk.form(Type.PAYMENT)(
        number=number_for(desk, Type.PAYMENT),
        entries=(
            Entry(ledger=cheque.party.name, paise=amount, is_party=True, bills=moves),
            Entry(ledger=Account.BANK_CHARGES, paise=charge),
            Entry(ledger=Account.BANK, paise=-amount - charge, banks=(bank,)),
        ),
        party_ledger=Account.BANK,
        partner=cheque.party,
        narration=f"Cheque {cheque.number} of {cheque.day:%d-%m-%Y} returned: funds insufficient",
    )


def move_own_money(desk: Desk) -> Voucher:
    """Deposit or draw cash, or move money between the banks."""
    amount = rupees(desk.dice.between(4, 120) * 500)
    into, out_of, mode = desk.dice.pick(
        (
            (Account.BANK, Account.CASH, BankMode.CASH),
            (Account.CASH, Account.BANK, BankMode.CHEQUE),
            (Account.SECOND_BANK, Account.BANK, BankMode.TRANSFER),
            (Account.OVERDRAFT, Account.BANK, BankMode.TRANSFER),
        )
    )
    return desk.form(Type.CONTRA)(
        number=number_for(desk, Type.CONTRA),
        entries=(_own(desk, into, amount, mode), _own(desk, out_of, -amount, mode)),
        party_ledger=out_of,
    )


def _own(desk: Desk, account: Account, paise: int, mode: BankMode) -> Entry:
    if account is Account.CASH:
        return Entry(ledger=account, paise=paise)
    number = f"{desk.dice.below(1_000_000):06d}" if mode is BankMode.CHEQUE else ""
    move = BankMove(paise=paise, mode=mode, day=desk.day, number=number, favouring="Self", cleared_on=desk.day)
    return Entry(ledger=account, paise=paise, banks=(move,))


def take_post_dated_cheque(desk: Desk) -> Voucher | None:
    """Enter a cheque dated after the year's end; it counts from its own date on."""
    party = desk.pick_payer(_bill_wise(desk.customers))
    if party is None:
        return None
    bill = desk.payable(party)[0]
    move = desk.settle(party, bill, -bill.left)
    bank = BankMove(
        paise=-move.paise,
        mode=BankMode.CHEQUE,
        day=desk.day,
        number=f"{desk.dice.below(1_000_000):06d}",
        favouring=party.name,
        is_receipt=True,
    )
    return desk.form(Type.RECEIPT)(
        number=number_for(desk, Type.RECEIPT),
        entries=(
            Entry(ledger=party.name, paise=move.paise, is_party=True, bills=(move,)),
            Entry(ledger=Account.BANK, paise=-move.paise, banks=(bank,)),
        ),
        party_ledger=party.name,
        partner=party,
        is_post_dated=True,
        narration="Post-dated cheque",
    )


def receive_provisionally(desk: Desk) -> Voucher | None:
    """Enter a receipt as optional: it shows the money, and counts nowhere until somebody makes it regular."""
    party = desk.dice.pick(desk.customers)
    amount = rupees(desk.dice.between(4, 60) * 500)
    bills = (BillMove(kind=BillRefKind.ON_ACCOUNT, paise=-amount),) if party.is_bill_wise else ()
    return desk.form(Type.RECEIPT)(
        number=number_for(desk, Type.RECEIPT),
        entries=(Entry(ledger=party.name, paise=-amount, is_party=True, bills=bills), _cash(amount)),
        party_ledger=party.name,
        partner=party,
        is_optional=True,
    )


Scenario = Callable[[Desk], Voucher | None]
"""Writes one voucher, or None where the business is not in a state for it today."""
