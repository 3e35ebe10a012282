"""Money: payments of customers, payments of bills, deposits, transfers.

A payment's lines say how much of which document it settles; they are positive for invoices and for credits alike, and a
credit runs the other way. What they leave of the total waits as an advance. Money received goes to Undeposited Funds
unless the payment names a bank; a deposit only moves it on, and is never itself a receipt. Where the tap has looked up
the rate of a settled document in foreign currency, the party is relieved at that rate and the difference is a gain or
loss on exchange.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from canonical.issue import IssueLevel
from canonical.money import ZERO, round_paisa
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.quickbooks.translate.chart import EXCHANGE, UNDEPOSITED
from connectors.quickbooks.translate.draft import Bill, Draft, Entry, begin
from connectors.quickbooks.translate.owing import Whose, new_bill, party_ledger, post_party, settled, total_of, unused
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.trade import customer, deposit_account, post_money, vendor
from connectors.quickbooks.translate.values import (
    Json,
    UnreadableValue,
    amount_of,
    linked,
    optional_amount,
    part,
    ref_id,
    ref_name,
    rows,
    text_of,
)

CREDITS: Final = frozenset({"CreditMemo", "VendorCredit", "Deposit"})
"""What a payment may use up besides its own money; the line is positive all the same."""
JOURNAL: Final = "JournalEntry"


def payment(node: Json, reading: Reading) -> Voucher:
    """Money of a customer."""
    draft = begin(node, reading, VoucherKind.RECEIPT, "Payment")
    total = amount_of(node, "TotalAmt")
    if total:
        reference = text_of(node, "PaymentRefNum")
        post_money(draft, deposit_account(draft), total, method=ref_name(node, "PaymentMethodRef"), reference=reference)
    account = ref_id(node, "ARAccountRef")
    stated = optional_amount(node, "UnappliedAmt")
    return _finish(draft, customer(node), -1, total, account=account, stated=stated)


def bill_payment(node: Json, reading: Reading) -> Voucher:
    """Money to a vendor, from a bank or a card."""
    draft = begin(node, reading, VoucherKind.PAYMENT, "Bill Payment")
    total = amount_of(node, "TotalAmt")
    is_card = text_of(node, "PayType") == "CreditCard"
    account = (
        ref_id(part(node, "CreditCardPayment"), "CCAccountRef")
        if is_card
        else ref_id(part(node, "CheckPayment"), "BankAccountRef")
    )
    if total:
        post_money(draft, account, -total, method=text_of(node, "PayType"))
    return _finish(draft, vendor(node), 1, total, account=ref_id(node, "APAccountRef"), stated=None)


def _finish(draft: Draft, whose: Whose, sign: int, total: Decimal, *, account: str, stated: Decimal | None) -> Voucher:
    """Post the party's side.

    Args:
        draft: with the money posted.
        whose: the party.
        sign: -1 relieves what is receivable, 1 what is payable.
        total: money, not negative.
        account: the control account named, if any.
        stated: what is left of the money, if the document says.
    """
    settling, using = _settlements(draft.node, sign, total, stated)
    left = total - abs(total_of(settling)) + abs(total_of(using))
    if stated is not None and stated != left:
        _note_unapplied(draft, stated, left)
    advance = [unused(draft, sign * left)] if left else []
    party = party_ledger(draft, whose, account)
    relieved = [*settling, *advance]
    post_party(
        draft, whose, total_of(relieved), bills=relieved, account_id=account, home=_at_their_rates(draft, relieved)
    )
    post_party(draft, whose, total_of(using), bills=using, account_id=account, home=_at_their_rates(draft, using))
    _post_exchange(draft)
    return draft.voucher(party=party)


def _settlements(node: Json, sign: int, total: Decimal, stated: Decimal | None) -> tuple[list[Bill], list[Bill]]:
    """What is settled, and which credits are used for it.

    A line of a journal entry may be either; the amount left over, where it is stated, tells, and where it is not, more
    cannot have been settled than there was money.
    """
    lines = [
        (kind, identity, amount_of(line, "Amount"))
        for line in rows(node, "Line")
        for kind, identity in linked(line)[:1]
    ]
    credit_kinds = CREDITS | {JOURNAL} if _journals_are_credits(lines, total, stated) else CREDITS
    using = [settled(kind, identity, -sign * amount) for kind, identity, amount in lines if kind in credit_kinds]
    settling = [settled(kind, identity, sign * amount) for kind, identity, amount in lines if kind not in credit_kinds]
    return settling, using


def _journals_are_credits(lines: list[tuple[str, str, Decimal]], total: Decimal, stated: Decimal | None) -> bool:
    journals = sum((amount for kind, _, amount in lines if kind == JOURNAL), ZERO)
    others = sum((-amount if kind in CREDITS else amount for kind, _, amount in lines if kind != JOURNAL), ZERO)
    left = total - others
    if stated is None:
        return bool(journals) and left < journals and left + journals >= 0
    return bool(journals) and stated == left + journals


def _note_unapplied(draft: Draft, stated: Decimal, left: Decimal) -> None:
    draft.reading.note(
        "quickbooks.payment.unapplied_differs",
        IssueLevel.WARNING,
        f"{draft.reading.label} of {draft.day} says that {stated} of it is not applied; its lines leave {left}, and "
        "that is what stands in the books.",
        field="UnappliedAmt",
        stated=f"{stated:f}",
        left=f"{left:f}",
    )


def _at_their_rates(draft: Draft, bills: list[Bill]) -> Decimal | None:
    """The home amount at the rates of the documents settled; None in the home currency."""
    if draft.is_home:
        return None
    return sum((round_paisa(bill.net * _rate_of(draft, bill)) for bill in bills), ZERO)


def _rate_of(draft: Draft, bill: Bill) -> Decimal:
    rates = draft.node.get("LinkedRates")
    found = rates.get(bill.ref) if isinstance(rates, Mapping) else None
    return Decimal(str(found)) if found else draft.rate


def _post_exchange(draft: Draft) -> None:
    """What the rates of then and now leave between them."""
    if draft.is_home or draft.left:
        return
    homes = [entry.home if entry.home is not None else draft.home_of(entry.net) for entry in draft.entries]
    draft.entries[:] = [_fixed(entry, home) for entry, home in zip(draft.entries, homes, strict=True)]
    difference = -sum(homes, ZERO)
    if not difference:
        return
    account = draft.reading.learned.of_subtype(EXCHANGE)
    if account is None:
        draft.reading.note(
            "quickbooks.payment.exchange_account_missing",
            IssueLevel.WARNING,
            f"{draft.reading.label}: {difference} of exchange difference has no account Exchange Gain or Loss.",
        )
        raise UnreadableValue("ExchangeRate", str(draft.rate), "leaves a difference that has no account.")
    draft.entries.append(Entry(key=account.key, name=account.name, net=ZERO, home=difference))


def _fixed(entry: Entry, home: Decimal) -> Entry:
    return Entry(
        key=entry.key,
        name=entry.name,
        net=entry.net,
        bills=entry.bills,
        is_party=entry.is_party,
        home=home,
        narration=entry.narration,
        banks=entry.banks,
    )


def deposit(node: Json, reading: Reading) -> Voucher:
    """Money taken to the bank: out of Undeposited Funds where a line is linked, from the account it names otherwise."""
    lines = rows(node, "Line")
    is_moving = all(linked(line) for line in lines)
    draft = begin(node, reading, VoucherKind.CONTRA if is_moving else VoucherKind.RECEIPT, "Deposit")
    post_money(draft, ref_id(node, "DepositToAccountRef"), amount_of(node, "TotalAmt"))
    back = part(node, "CashBack")
    if amount_of(back, "Amount"):
        draft.post(ref_id(back, "AccountRef"), amount_of(back, "Amount"), narration=text_of(back, "Memo"))
    for line in lines:
        _deposit_line(draft, line)
    draft.post_unexplained(-draft.left, "of its total is on no line")
    return draft.voucher()


def _deposit_line(draft: Draft, line: Json) -> None:
    amount = amount_of(line, "Amount")
    detail = part(line, "DepositLineDetail")
    if linked(line):
        usual = draft.reading.learned.of_subtype(UNDEPOSITED)
        draft.post(ref_id(detail, "AccountRef") or (usual.id if usual else ""), -amount)
        return
    post_named(draft, ref_id(detail, "AccountRef"), -amount, part(detail, "Entity"), text_of(line, "Description"))


def post_named(draft: Draft, account_id: str, net: Decimal, entity: Json, narration: str = "") -> None:
    """Post to an account; on a control account to the ledger of whom the line names, as a bill of its own."""
    account = draft.reading.learned.accounts.get(account_id)
    named = part(entity, "EntityRef") or entity
    kind, identity = text_of(entity, "Type") or text_of(entity, "type"), text_of(named, "value")
    if account is not None and account.is_control and identity:
        whose = Whose(
            entity=kind or ("Customer" if account.is_receivable else "Vendor"), id=identity, name=text_of(named, "name")
        )
        post_party(draft, whose, net, bills=[new_bill(draft, net)], account_id=account_id)
        return
    draft.post(account_id, net, narration=narration)


def transfer(node: Json, reading: Reading) -> Voucher:
    """Between two accounts of our own."""
    draft = begin(node, reading, VoucherKind.CONTRA, "Transfer")
    amount = amount_of(node, "Amount")
    draft.post(ref_id(node, "ToAccountRef"), amount)
    draft.post(ref_id(node, "FromAccountRef"), -amount)
    return draft.voucher()


def journal_entry(node: Json, reading: Reading) -> Voucher:
    """Posted as it is written; its own total is always zero."""
    draft = begin(node, reading, VoucherKind.JOURNAL, "Journal Entry")
    for line, net in _journal_lines(node):
        detail = part(line, "JournalEntryLineDetail")
        entity = part(detail, "Entity")
        post_named(draft, ref_id(detail, "AccountRef"), net, entity, text_of(line, "Description"))
    return draft.voucher()


def _journal_lines(node: Json) -> Iterator[tuple[Json, Decimal]]:
    for line in rows(node, "Line"):
        detail = part(line, "JournalEntryLineDetail")
        if not detail:
            continue
        side = text_of(detail, "PostingType")
        if side not in ("Debit", "Credit"):
            raise UnreadableValue("PostingType", side, "is neither Debit nor Credit.")
        amount = amount_of(line, "Amount")
        yield line, amount if side == "Debit" else -amount
