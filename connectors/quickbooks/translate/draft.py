"""A document being turned into a voucher: postings are collected in its own currency and end in that of the books.

QuickBooks shows no postings on a document; they follow from its lines by rules. Two things keep them whole. What the
lines leave unexplained of the total (an invoice made of statement charges shows none of them) is posted to a ledger
that says so. And in a foreign currency every amount is converted at the document's rate and rounded; what rounding
leaves is put on the largest posting that is no party's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Final

from canonical.bill import BillAllocation, BillRefKind
from canonical.issue import IssueLevel
from canonical.ledger import Ledger, ReservedGroup
from canonical.money import ZERO, Side, round_amount, round_paisa, split_signed
from canonical.record import JsonValue
from canonical.tax import TaxLine
from canonical.voucher import BankAllocation, DocumentDetails, ForeignAmount, ItemLine, Posting, Voucher
from canonical.voucher_type import VoucherKind
from connectors.quickbooks.translate.chart import account_key
from connectors.quickbooks.translate.learned import Account
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.values import (
    Json,
    UnreadableValue,
    changed_at,
    day_of,
    optional_amount,
    part,
    ref_id,
    text_of,
)

UNEXPLAINED: Final = "unexplained"
"""Key of the ledger for what the API does not itemise."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bill:
    """Part of a party's posting and the bill it belongs to, debit-positive, in the document's currency."""

    kind: BillRefKind
    net: Decimal
    ref: str = ""
    bill_date: date | None = None
    due_date: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One posting to be, debit-positive in the document's currency.

    Attributes:
        home: in the currency of the books, where the document says it; None: converted.
    """

    key: str
    name: str
    net: Decimal
    bills: tuple[Bill, ...] = ()
    is_party: bool = False
    home: Decimal | None = None
    narration: str = ""
    from_item: int | None = None
    banks: tuple[BankAllocation, ...] = ()
    extras: Mapping[str, JsonValue] = field(default_factory=dict)


def bill_ref(entity: str, identity: str) -> str:
    """The reference of a document as a bill: by id, because a payment names what it settles by id only.

    >>> bill_ref("Invoice", "130")
    'Invoice id 130'
    """
    return f"{_ONE_NAME.get(entity, entity)} id {identity}"


_ONE_NAME: Final = {
    "BillPaymentCheck": "BillPayment",
    "BillPaymentCreditCard": "BillPayment",
    "Check": "Purchase",
    "Expense": "Purchase",
    "CreditCardCredit": "Purchase",
    "CashPurchase": "Purchase",
}
"""Links call some documents by what they look like on screen; they are one entity."""


@dataclass(slots=True)
class Draft:
    """A voucher being made.

    Attributes:
        node: the document.
        kind: what it is in our books.
        day: of the books.
        currency: of the document.
        rate: of one unit of it in the currency of the books; 1 for that itself.
    """

    node: Json
    reading: Reading
    kind: VoucherKind
    type_name: str
    day: date
    currency: str
    rate: Decimal
    entries: list[Entry] = field(default_factory=list)
    items: list[ItemLine] = field(default_factory=list)
    taxes: list[TaxLine] = field(default_factory=list)

    @property
    def is_home(self) -> bool:
        """Whether it is in the currency of the books."""
        return self.currency == self.reading.learned.home_currency

    @property
    def own_ref(self) -> str:
        """The document's own bill reference."""
        return bill_ref(self.reading.entity, self.reading.source.key)

    @property
    def left(self) -> Decimal:
        """What the postings fail to balance by so far."""
        return sum((entry.net for entry in self.entries), ZERO)

    def post(self, account_id: str, net: Decimal, **more: object) -> None:
        """Post to an account; nothing if the amount is zero."""
        if net:
            key, name = account_ledger(self.reading, account_id)
            self.entries.append(replace(Entry(key=key, name=name, net=net), **more))  # type: ignore[arg-type]

    def post_unexplained(self, net: Decimal, reason: str) -> None:
        """Post what nothing explains, and say so."""
        if not net:
            return
        name = "Not itemised by QuickBooks"
        source = self.reading.implied_source(UNEXPLAINED)
        self.reading.introduce(
            Ledger(source=source, key=UNEXPLAINED, name=name, reserved=ReservedGroup.SUSPENSE, is_placeholder=True)
        )
        self.entries.append(Entry(key=UNEXPLAINED, name=name, net=net))
        self.reading.note(
            "quickbooks.document.unexplained",
            IssueLevel.WARNING,
            f"{self.reading.label} of {self.day}: {abs(net)} {self.currency} {reason}; it stands on {name!r}.",
            hint="Open the document in QuickBooks: the interface does not tell which account this part went to.",
            amount=f"{net:f}",
        )

    def home_of(self, amount: Decimal) -> Decimal:
        """An amount of the document in the currency of the books."""
        return amount if self.is_home else round_paisa(amount * self.rate)

    def voucher(self, *, party: tuple[str, str] = ("", ""), details: DocumentDetails | None = None) -> Voucher:
        """Finish.

        Args:
            party: key and name of whose document it is.
            details: buyer and seller, for documents of trade.

        Raises:
            UnbalancedVoucher: the document's own lines do not balance (a journal entry's).
        """
        node, source = self.node, self.reading.source
        version = text_of(node, "SyncToken")
        return Voucher(
            source=source,
            kind=self.kind,
            type_name=self.type_name,
            type_key=self.type_name.casefold(),
            day=self.day,
            number=text_of(node, "DocNumber"),
            reference=text_of(node, "PaymentRefNum"),
            party_key=party[0],
            party_name=party[1],
            narration=text_of(node, "PrivateNote") or text_of(part(node, "CustomerMemo"), "value"),
            is_cancelled=not self.entries and is_voided(node),
            is_invoice=self.kind in _INVOICES,
            currency=self.currency,
            postings=tuple(self._postings()),
            items=tuple(self._item_lines()),
            taxes=tuple(self.taxes),
            details=details if details != DocumentDetails() else None,
            source_version=int(version) if version.isdigit() else None,
            source_modified_at=changed_at(node),
            extras=document_extras(node),
        )

    def _item_lines(self) -> Iterable[ItemLine]:
        return (replace(item, amount=abs(self.home_of(item.amount))) for item in self.items)

    def _postings(self) -> Iterable[Posting]:
        homes = [self.home_of(entry.net) if entry.home is None else entry.home for entry in self.entries]
        if not self.is_home and not self.left:
            _spread_rounding(self.entries, homes)
        for entry, home in zip(self.entries, homes, strict=True):
            side, amount = split_signed(home)
            yield Posting(
                ledger_key=entry.key,
                ledger_name=entry.name,
                side=side,
                amount=amount,
                is_party=entry.is_party,
                bills=tuple(self._allocations(entry, home)),
                banks=entry.banks,
                foreign=None if self.is_home else self._foreign(entry.net),
                from_item=entry.from_item,
                narration=entry.narration,
                extras=entry.extras,
            )

    def _foreign(self, net: Decimal) -> ForeignAmount:
        return ForeignAmount(currency=self.currency, amount=abs(net), rate=self.rate)

    def _allocations(self, entry: Entry, home: Decimal) -> Iterable[BillAllocation]:
        """Bills in the currency of the books; the last one takes what rounding leaves, so that they are the posting."""
        left = home
        for position, bill in enumerate(entry.bills):
            net = left if position == len(entry.bills) - 1 else self.home_of(bill.net)
            left -= net
            side, amount = split_signed(net)
            yield BillAllocation(
                kind=bill.kind,
                side=side,
                amount=amount,
                ref=bill.ref,
                bill_date=bill.bill_date,
                due_date=bill.due_date,
                source_bill_id=bill.ref.rpartition(" ")[2],
            )


_INVOICES: Final = frozenset({VoucherKind.SALES, VoucherKind.PURCHASE, VoucherKind.CREDIT_NOTE, VoucherKind.DEBIT_NOTE})


def _spread_rounding(entries: list[Entry], homes: list[Decimal]) -> None:
    free = [place for place, entry in enumerate(entries) if entry.home is None and not entry.is_party]
    free = free or [place for place, entry in enumerate(entries) if entry.home is None]
    if free:
        largest = max(free, key=lambda place: abs(homes[place]))
        homes[largest] -= sum(homes, ZERO)


def begin(node: Json, reading: Reading, kind: VoucherKind, type_name: str) -> Draft:
    """Begin a voucher.

    Raises:
        UnreadableValue: it has no day, or a foreign currency without a rate.
    """
    reading.name(text_of(node, "DocNumber"))
    day = day_of(node, "TxnDate")
    if day is None:
        raise UnreadableValue("TxnDate", "", "is missing; a document without a day is in no books.")
    home = reading.learned.home_currency
    currency = ref_id(node, "CurrencyRef") or home
    rate = Decimal(1) if currency == home else optional_amount(node, "ExchangeRate")
    if not rate:
        raise UnreadableValue("ExchangeRate", "", f"is missing on a document in {currency}.")
    return Draft(node, reading, kind, type_name, day, currency, rate)


def is_voided(node: Json) -> bool:
    """Whether a document was voided: amounts zero and a note that begins so. No member says it."""
    total = optional_amount(node, "TotalAmt")
    total = optional_amount(node, "Amount") if total is None else total
    return not total and text_of(node, "PrivateNote").casefold().startswith("void")


def document_extras(node: Json) -> dict[str, JsonValue]:
    """Members without a place of their own that people look for."""
    found = {
        "location_type": text_of(node, "TransactionLocationType"),
        "tax_calculation": text_of(node, "GlobalTaxCalculation"),
        "status": text_of(node, "TxnStatus") or text_of(node, "POStatus"),
        "payment_method": ref_id(node, "PaymentMethodRef"),
        "email_status": text_of(node, "EmailStatus"),
        "tax_form": " ".join(filter(None, (text_of(node, "TaxFormType"), text_of(node, "TaxFormNum")))),
        "department": ref_id(node, "DepartmentRef"),
    }
    return {name: value for name, value in found.items() if value and value != "NotSet"}


def account_ledger(reading: Reading, account_id: str) -> tuple[str, str]:
    """Key and name of the ledger of an account; one that is not known gets a placeholder.

    Raises:
        UnreadableValue: no account is named.
    """
    if not account_id:
        raise UnreadableValue("AccountRef", "", "is missing, so it is unknown where the amount goes.")
    account = reading.learned.accounts.get(account_id)
    if account is None:
        reading.learned.miss(f"account:{account_id}", reading.source.stream)
        key, name = account_key(account_id), f"Account with id {account_id}"
        source = reading.implied_source(key)
        reading.introduce(Ledger(source=source, key=key, name=name, is_placeholder=True))
        return key, name
    if account.is_control:
        return _unnamed(reading, account)
    return account.key, account.name


def _unnamed(reading: Reading, account: Account) -> tuple[str, str]:
    """A control account without a party on the line."""
    key, name = f"{account.key}/nobody", f"{account.name}, nobody named"
    reading.introduce(control_ledger(reading, key, name, account))
    return key, name


def control_ledger(reading: Reading, key: str, name: str, account: Account) -> Ledger:
    """A ledger below a control account that no master says."""
    reserved = ReservedGroup.SUNDRY_DEBTORS if account.is_receivable else ReservedGroup.SUNDRY_CREDITORS
    return Ledger(
        source=reading.implied_source(key),
        key=key,
        name=name,
        group_key=account.key,
        group_name=account.name,
        reserved=reserved,
        is_revenue=False,
        is_bill_wise=True,
        is_placeholder=True,
    )


def side_of(net: Decimal) -> Side:
    """The side of a debit-positive amount."""
    return split_signed(net)[0]


def unit_rate(node: Json) -> Decimal | None:
    """Price of one unit, as the store holds it."""
    price = optional_amount(node, "UnitPrice")
    return None if price is None else round_amount(price)
