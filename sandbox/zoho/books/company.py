"""One organisation: its records, how they are found, what is applied to what, and who is told of changes.

Nothing here decides whether a change is allowed (``editing``) or what follows from it (``settling``, ``posting``).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta, timezone
from typing import TypeVar, cast

from sandbox.web.clock import Clock
from sandbox.zoho.books.errors import BooksRefused, Missing
from sandbox.zoho.books.ledger_records import Account, Currency, Record, Role, Tax, TdsTax
from sandbox.zoho.books.records import (
    Application,
    BankTransaction,
    Contact,
    Document,
    DocumentKind,
    Expense,
    Item,
    Journal,
    Payment,
    Refund,
)

INDIA = timezone(timedelta(hours=5, minutes=30))
FIRST_SERIAL = 97_001

R = TypeVar("R", bound=Record)
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What an organisation is.

    Attributes:
        place: two-letter code of its state; ``state_code`` the GST one.
        begins: the day its books begin.
    """

    id: str
    name: str
    gst_no: str
    place: str
    state: str
    state_code: str
    begins: date
    plan: str = "Professional"
    is_default: bool = False
    user: str = "Asha Kulkarni"
    email: str = "asha@example.com"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something happened to a record: ``action`` is created, edited or deleted; ``body`` what it was when deleted."""

    organization_id: str
    module: str
    action: str
    id: str


@dataclass(slots=True)
class Books:
    """An organisation's records; see the attributes for what there is.

    Attributes:
        version: grows with every change.
        locked_until: nothing dated then or earlier may be changed.
        listeners: called with every event, after the change.
        opening_owners: contact by the identifier of its opening balance.
        moment: the time it is taken to be, if not what the clock says.
        index: the company's place among those of the seed; it shapes the identifiers.
    """

    facts: Facts
    clock: Clock
    index: int = 0
    accounts: dict[str, Account] = field(default_factory=dict)
    roles: dict[Role, str] = field(default_factory=dict)
    taxes: dict[str, Tax] = field(default_factory=dict)
    tds_taxes: dict[str, TdsTax] = field(default_factory=dict)
    currencies: dict[str, Currency] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    refunds: dict[str, Refund] = field(default_factory=dict)
    expenses: dict[str, Expense] = field(default_factory=dict)
    journals: dict[str, Journal] = field(default_factory=dict)
    bank_transactions: dict[str, BankTransaction] = field(default_factory=dict)
    applications: dict[str, Application] = field(default_factory=dict)
    opening_owners: dict[str, str] = field(default_factory=dict)
    locked_until: date | None = None
    version: int = 0
    listeners: list[Callable[[Event], None]] = field(default_factory=list)
    moment: datetime | None = None
    user_id: str = ""
    _serial: int = FIRST_SERIAL
    _numbers: dict[str, int] = field(default_factory=dict)
    _from: dict[str, dict[str, Application]] = field(default_factory=dict)
    _onto: dict[str, dict[str, Application]] = field(default_factory=dict)
    _of_contact: dict[str, dict[str, Record]] = field(default_factory=dict)
    _kept: dict[object, object] = field(default_factory=dict)
    _kept_at: int = -1

    def now(self) -> datetime:
        """Return the present moment in the organisation's zone, whole seconds."""
        moment = self.moment or self.clock()
        return moment.astimezone(INDIA).replace(microsecond=0)

    def today(self) -> date:
        """Return the day it is in the organisation's zone."""
        return self.now().date()

    def new_id(self) -> str:
        """Return the next identifier: eighteen digits, more than a double holds exactly."""
        self._serial += 2
        return f"{460_913 + 7 * self.index}{self._serial:012d}"

    def next_number(self, series: str, pattern: str = "{}") -> str:
        """Return the next number of a series, written as the pattern says."""
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return pattern.format(self._numbers[series])

    @property
    def base_currency(self) -> Currency:
        """The currency the books are kept in."""
        return next(one for one in self.currencies.values() if one.is_base)

    def account(self, role: Role) -> Account:
        """Return a system account."""
        return self.accounts[self.roles[role]]

    def account_named(self, name: str) -> Account:
        """Return an account by name.

        Raises:
            Missing: there is none.
        """
        found = next((one for one in self.accounts.values() if one.name == name), None)
        if found is None:
            raise Missing("Account")
        return found

    def documents_of(self, kind: DocumentKind) -> Iterator[Document]:
        """Yield the documents of a kind, in the order they were made."""
        return (one for one in self.documents.values() if one.kind is kind)

    def document(self, kind: DocumentKind, key: str) -> Document:
        """Return a document of a kind.

        Raises:
            Missing: there is none.
        """
        found = self.documents.get(key)
        if found is None or found.kind is not kind:
            raise Missing(NOUNS[kind])
        return found

    def records_of(self, contact_id: str) -> list[Record]:
        """Return everything made with a contact."""
        return list(self._of_contact.get(contact_id, {}).values())

    def file_under(self, contact_id: str, record: Record) -> None:
        """Remember that a record is with a contact."""
        if contact_id:
            self._of_contact.setdefault(contact_id, {})[record.id] = record

    def forget(self, contact_id: str, record: Record) -> None:
        """Take a record off its contact."""
        self._of_contact.get(contact_id, {}).pop(record.id, None)

    def kept(self, key: object, make: Callable[[], T]) -> T:
        """Return what was made under a key since the last change, or make it."""
        if self._kept_at != self.version:
            self._kept.clear()
            self._kept_at = self.version
        if key not in self._kept:
            self._kept[key] = make()
        return cast("T", self._kept[key])

    def applied_from(self, source_id: str) -> list[Application]:
        """Return what a payment, credit or journal settles."""
        return list(self._from.get(source_id, {}).values())

    def applied_onto(self, target_id: str) -> list[Application]:
        """Return what settles a document or an opening balance."""
        return list(self._onto.get(target_id, {}).values())

    def link(self, application: Application) -> None:
        """Put an application in."""
        self.version += 1
        self.applications[application.id] = application
        self._from.setdefault(application.source_id, {})[application.id] = application
        self._onto.setdefault(application.target_id, {})[application.id] = application

    def unlink(self, application: Application) -> None:
        """Take an application out."""
        self.version += 1
        del self.applications[application.id]
        del self._from[application.source_id][application.id]
        del self._onto[application.target_id][application.id]

    def check_open(self, *days: date) -> None:
        """Refuse what touches the locked period.

        Raises:
            BooksRefused: a day lies in it.
        """
        if self.locked_until is not None and any(day <= self.locked_until for day in days):
            # The sentence and the code of the real refusal are not known.
            raise BooksRefused(f"Transactions before {self.locked_until.isoformat()} have been locked.")

    def told(self, module: str, action: str, key: str) -> None:
        """Count a change and tell the listeners."""
        self.version += 1
        for listener in self.listeners:
            listener(Event(organization_id=self.facts.id, module=module, action=action, id=key))


NOUNS = {
    DocumentKind.INVOICE: "Invoice",
    DocumentKind.CREDIT_NOTE: "Credit Note",
    DocumentKind.BILL: "Bill",
    DocumentKind.VENDOR_CREDIT: "Vendor Credit",
    DocumentKind.ESTIMATE: "Estimate",
    DocumentKind.SALES_ORDER: "Sales Order",
    DocumentKind.PURCHASE_ORDER: "Purchase Order",
}


def get_record(table: dict[str, R], key: str, noun: str) -> R:
    """Return a record of a table.

    Raises:
        Missing: there is none.
    """
    found = table.get(key)
    if found is None:
        raise Missing(noun)
    return found
