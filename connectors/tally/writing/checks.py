"""What speaks against a command, found before anything is sent.

Tally takes books with debit and credit exchanged without a murmur, because they balance; so the sides are checked
against what each kind of voucher does to money, parties and income. Other checks are for what Tally would drop or
change silently: then the command would not mean what it says.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from decimal import Decimal

from canonical.bill import BillRefKind
from canonical.ledger import ReservedGroup, name_key
from canonical.money import ZERO, signed
from canonical.voucher import Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.tally.gateway.companies import Edition, LoadedCompany
from connectors.tally.gateway.profile import EDUCATION_DAYS
from connectors.tally.translate.learned import MONEY_GROUPS, PARTY_GROUPS
from connectors.tally.writing.amounts import DECIMALS
from connectors.tally.writing.command import CreateLedger
from connectors.tally.writing.target import LedgerNow, Target

NAME_MAX = 100
NARRATION_MAX = 4000
_INCOME = frozenset({ReservedGroup.SALES, ReservedGroup.DIRECT_INCOMES, ReservedGroup.INDIRECT_INCOMES})


def ledger_objections(command: CreateLedger, target: Target) -> Iterator[str]:
    """What speaks against making a ledger (for altering one, the plan itself finds what is missing)."""
    ledger = command.ledger
    if not ledger.name.strip() or len(ledger.name) > NAME_MAX:
        yield f"a ledger's name has 1 to {NAME_MAX} letters"
    if name_key(ledger.group_name) not in target.groups:
        yield f"Tally has no group {ledger.group_name!r}"
    if ledger.opening is not None and not _is_whole_paise(ledger.opening):
        yield f"the opening balance {ledger.opening} has more than {DECIMALS} decimals"
    if ledger.opening_bills:
        yield "opening bills are not written; enter them in Tally"


def voucher_objections(voucher: Voucher, target: Target, edition: Edition) -> Iterator[str]:
    """What speaks against entering a voucher."""
    yield from _header(voucher, target)
    yield from _day(voucher, target.company, edition)
    if not voucher.postings:
        yield "it has no postings"
        return
    names = {posting.ledger_name for posting in voucher.postings}
    missing = sorted(name for name in names if target.ledger(name) is None)
    if missing:
        yield f"Tally has no ledger {', '.join(map(repr, missing))}"
        return
    for posting in voucher.postings:
        yield from _posting(posting, target.ledger(posting.ledger_name))
    yield from _items(voucher, target)
    yield from _costs(voucher, target)
    yield from _sides(voucher, target)


def _header(voucher: Voucher, target: Target) -> Iterator[str]:
    found = target.voucher_type(voucher.type_name)
    if found is None:
        yield f"Tally has no voucher type {voucher.type_name!r}"
    elif found.kind is not voucher.kind:
        yield f"the voucher type {found.name!r} makes vouchers of the kind {found.kind}, not {voucher.kind}"
    elif not found.is_active:
        yield f"the voucher type {found.name!r} is switched off in Tally"
    elif found.is_optional:
        yield f"vouchers of the type {found.name!r} are optional, so they would not be in the books"
    elif not found.is_numbered_by_tally and not voucher.number:
        yield f"vouchers of the type {found.name!r} are numbered by hand, and it has no number"
    if voucher.is_cancelled or voucher.is_optional or voucher.is_post_dated:
        yield "cancelled, optional and post-dated vouchers are not written"
    if len(voucher.narration) > NARRATION_MAX:
        yield f"the narration is longer than {NARRATION_MAX} letters"
    if voucher.currency != "INR" or any(posting.foreign for posting in voucher.postings):
        yield "amounts in a foreign currency are not written"


def _day(voucher: Voucher, company: LoadedCompany, edition: Edition) -> Iterator[str]:
    if company.books_from and voucher.day < company.books_from:
        yield f"its date {voucher.day} is before the books begin ({company.books_from})"
    if edition is Edition.EDUCATION and voucher.day.day not in EDUCATION_DAYS:
        yield f"Tally in educational mode takes the 1st, 2nd and 31st only, not {voucher.day}"


def _posting(posting: Posting, ledger: LedgerNow | None) -> Iterator[str]:
    name = posting.ledger_name
    amounts = [posting.amount, *(bill.amount for bill in posting.bills), *(bank.amount for bank in posting.banks)]
    if any(amount < 0 for amount in amounts):
        yield f"an amount of {name!r} is negative; the side says which way it goes"
    if not posting.amount or any(not _is_whole_paise(amount) for amount in amounts):
        yield f"the amount of {name!r} is zero or has more than {DECIMALS} decimals"
    if not posting.bills:
        return
    if ledger is not None and not ledger.is_bill_wise:
        yield f"{name!r} is not kept bill by bill, so Tally would drop its bill references"
    if sum((bill.net for bill in posting.bills), ZERO) != posting.net:
        yield f"the bill references of {name!r} do not add up to its amount"
    for bill in posting.bills:
        if (bill.kind is BillRefKind.ON_ACCOUNT) == bool(bill.ref.strip()):
            yield f"a bill reference of {name!r} needs a name, and money on account has none"


def _costs(voucher: Voucher, target: Target) -> Iterator[str]:
    for posting in voucher.postings:
        if not posting.costs:
            continue
        missing = sorted({cost.centre_key for cost in posting.costs} - target.cost_centres)
        if missing:
            yield f"Tally has no cost centre {', '.join(map(repr, missing))}"
        for category in {cost.category_key for cost in posting.costs}:
            rows = [cost for cost in posting.costs if cost.category_key == category]
            if sum((signed(cost.side, cost.amount) for cost in rows), ZERO) != posting.net:
                yield f"the cost centres of {posting.ledger_name!r} do not add up to its amount"


def _items(voucher: Voucher, target: Target) -> Iterator[str]:
    if not voucher.items:
        return
    missing = sorted({item.item_name for item in voucher.items if name_key(item.item_name) not in target.items})
    if missing:
        yield f"Tally has no stock item {', '.join(map(repr, missing))}"
    posted: dict[int, Decimal] = defaultdict(lambda: ZERO)
    for posting in voucher.postings:
        if posting.from_item is not None:
            posted[posting.from_item] += posting.net
    for index, item in enumerate(voucher.items):
        if abs(posted[index]) != item.amount:
            yield f"the postings of the item {item.item_name!r} do not add up to its amount"


def _sides(voucher: Voucher, target: Target) -> Iterator[str]:
    """Debit and credit the right way round, by what the kind of voucher does."""
    nets = _nets(voucher.postings, target)
    money, parties, income = nets["money"], nets["parties"], nets["income"]
    match voucher.kind:
        case VoucherKind.RECEIPT if money <= 0:
            yield "a receipt debits bank or cash; this one does not, its sides look exchanged"
        case VoucherKind.PAYMENT if money >= 0:
            yield "a payment credits bank or cash; this one does not, its sides look exchanged"
        case VoucherKind.SALES if income > 0 or (not income and parties + money <= 0):
            yield "a sale debits its party and credits income; this one does not, its sides look exchanged"
        case VoucherKind.JOURNAL if money:
            yield "a journal does not move bank or cash; use a receipt or payment"
        case _:
            return


def _nets(postings: Iterable[Posting], target: Target) -> dict[str, Decimal]:
    nets = {"money": ZERO, "parties": ZERO, "income": ZERO}
    for posting in postings:
        ledger = target.ledger(posting.ledger_name)
        above = set(ledger.reserved) if ledger else set()
        for kind, groups in (("money", MONEY_GROUPS), ("parties", PARTY_GROUPS), ("income", _INCOME)):
            if above & groups:
                nets[kind] += posting.net
    return nets


def _is_whole_paise(amount: Decimal) -> bool:
    return amount == round(amount, DECIMALS)
