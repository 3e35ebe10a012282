"""A hub beside a fake Zoho Books: the real connector, steps and store, and the fake's own truth to compare with."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.bill import bill_key
from canonical.codec import RECORD_TYPES, to_document
from canonical.proof import Proof
from connectors.sdk.base import Surroundings
from connectors.sdk.pacing import LocalPace
from connectors.sdk.tokens import Pace
from connectors.zoho.client import Row, ZohoClient
from connectors.zoho.limits import limits_of
from sandbox.zoho import DEMO_CLIENT, Limits, Options, ZohoRunning, build_books, serve_zoho, specs_for, truth_of
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.money import to_base
from sandbox.zoho.books.records import ContactType, Document, DocumentKind
from storage import Store, TenantStore
from tests.support.stores import empty_store
from workflows.inputs import RunSummary, SyncRequest
from workflows.local import sync_connection
from workflows.steps import Steps

REQUEST = SyncRequest(tenant="default", connection="shop", source="zoho")
LAST_DAY = date(2027, 12, 31)
START = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)
NUMBER_FIELDS = {
    DocumentKind.INVOICE: 1,
    DocumentKind.CREDIT_NOTE: -1,
    DocumentKind.BILL: -1,
    DocumentKind.VENDOR_CREDIT: 1,
}
TYPES = {
    "invoices": ("Invoice", "Customer Debit Note"),
    "creditnotes": ("Credit Note",),
    "bills": ("Bill",),
    "vendorcredits": ("Vendor Credit",),
    "customerpayments": ("Customer Payment",),
    "vendorpayments": ("Vendor Payment",),
    "expenses": ("Expense",),
    "journals": ("Journal",),
    "estimates": ("Estimate",),
    "salesorders": ("Sales Order",),
    "purchaseorders": ("Purchase Order",),
}


@dataclass
class Clock:
    """One time for Zoho, the tap and the hub."""

    now: datetime = START

    def __call__(self) -> datetime:
        return self.now

    def seconds(self) -> float:
        return self.now.timestamp()

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def advance(self, seconds: float = 0.0, *, days: float = 0.0) -> None:
        self.now += timedelta(seconds=seconds, days=days)

    def tick(self) -> datetime:
        """For the store: every look is a second later."""
        self.now += timedelta(seconds=1)
        return self.now


@dataclass(repr=False)
class Zoho:
    """A running fake with one organisation."""

    running: ZohoRunning
    clock: Clock
    refresh_token: str
    folder: Path

    @property
    def books(self) -> Books:
        return self.running.books.organisations[0]

    def config(self, **more: Any) -> dict[str, Any]:
        return {
            "client_id": DEMO_CLIENT.id,
            "client_secret": DEMO_CLIENT.secret,
            "refresh_token": self.refresh_token,
            "accounts_url": self.running.accounts_url,
            "api_url": self.running.api_url,
            "organization_id": self.books.facts.id,
            "requests_per_minute": 1_000_000,
            "day_quota": 1_000_000,
            **more,
        }

    def surroundings(self, pace: Pace | None = None) -> Surroundings:
        """Of a process that lives in the fake's time."""
        clock = self.clock
        return Surroundings(work_directory=self.folder, clock=clock.seconds, sleep=clock.sleep, now=clock, pace=pace)

    def edit(self, change: Callable[[Books], Any]) -> Any:
        """Somebody works in Zoho for a minute."""
        self.clock.advance(60)
        with self.running.books.lock:
            return change(self.books)

    @property
    def calls(self) -> int:
        return len(self.running.web.requests)

    def asked(self, since: int) -> list[str]:
        """Targets asked for after so many calls."""
        return [entry.target for entry in self.running.web.requests[since:]]


@contextmanager
def zoho(vouchers: int = 80, options: Options | None = None, **more: Any) -> Iterator[Zoho]:
    """A running fake; its limits are off unless options say otherwise."""
    clock = Clock()
    chosen = options or Options(limits=Limits(enforced=False))
    books = build_books(specs_for(1, vouchers=vouchers), clock, **more)
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder, serve_zoho(books, chosen) as running:
        _, refresh = running.app.accounts.issue_tokens()
        yield Zoho(running, clock, refresh, Path(folder))


@dataclass
class ZohoHub:
    """One connection to one organisation."""

    zoho: Zoho
    store: Store
    settings: dict[str, Any] = field(default_factory=dict)
    pace: Pace | None = None

    @property
    def books(self) -> TenantStore:
        return self.store.tenant()

    @property
    def steps(self) -> Steps:
        place = self.zoho.surroundings(self.pace)
        return Steps(stores=self.store.tenant, clock=self.zoho.clock.tick, surroundings=place)

    def keep_pace(self) -> None:
        """Keep one pace through all runs, as the hub does in its store."""
        clock = self.zoho.clock
        limits = limits_of(self.books.connections.get("shop").config)
        self.pace = LocalPace(limits, clock=clock.seconds, sleep=clock.sleep, now=clock)

    @property
    def company(self) -> int:
        (found,) = self.books.companies.list()
        return found.company_id

    def connect(self, **more: Any) -> None:
        self.books.connections.save("shop", "zoho", self.zoho.config(**more), at=self.zoho.clock.tick())

    def sync(self) -> RunSummary:
        return sync_connection(self.steps, REQUEST)

    def held(self) -> dict[tuple[str, str, str], Any]:
        """Every current canonical record, as a document."""
        return {
            (record_type.__name__, record.source.stream, record.source.key): to_document(record)
            for record_type in RECORD_TYPES
            for record in self._records(record_type)
        }

    def _records(self, record_type: type[Any]) -> Iterator[Any]:
        return self.books.records.iter(self.company, record_type)

    def proof(self) -> Proof:
        stored = self.books.proofs.latest(self.company)
        assert stored is not None
        return stored.proof


@contextmanager
def hub(source: Zoho, **more: Any) -> Iterator[ZohoHub]:
    """A hub that has never read anything."""
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        store = empty_store(Path(folder) / "books.db")
        made = ZohoHub(source, store)
        made.connect(**more)
        try:
            yield made
        finally:
            store.close()


def quote(books: Books) -> None:
    """Make an estimate; the sandbox's world has none."""
    contact = next(one for one in books.contacts.values() if one.type is ContactType.CUSTOMER)
    line = editing.make_line(books, next(iter(books.items.values())), rate=4_000)
    editing.make_document(books, DocumentKind.ESTIMATE, contact.id, [line])


def lose_the_quote(shop: ZohoHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Have every list walked without the one estimate there is, as if its row slipped between two pages."""
    (new,) = [one.id for one in shop.zoho.books.documents_of(DocumentKind.ESTIMATE)]
    pages: Any = ZohoClient.pages

    def slippery(self: ZohoClient, path: str, *rest: Any, **params: str) -> Iterator[list[Row]]:
        for rows in pages(self, path, *rest, **params):
            yield [row for row in rows if row.get("estimate_id") != new]

    monkeypatch.setattr(ZohoClient, "pages", slippery)


def rupees(hundredths: int) -> Decimal:
    return Decimal(hundredths) / 100


def differences(mine: ZohoHub) -> list[str]:
    """Where the hub's books are not what the organisation's are, to the paisa."""
    books = mine.zoho.books
    truth = truth_of(books)
    return [
        *_accounts(mine, truth.trial_balance),
        *_documents(mine, books, truth.outstanding),
        *_counts(mine, truth.counts),
    ]


def _accounts(mine: ZohoHub, accounts: Any) -> list[str]:
    ours: dict[str, Decimal] = {}
    for row in mine.books.reports.trial_balance(mine.company, LAST_DAY):
        key = row.group_key if row.group_key in accounts else row.ledger_key
        ours[key] = ours.get(key, Decimal(0)) + row.closing
    told = [
        f"account {row.name}: {ours.get(key, Decimal(0))}, Zoho has {rupees(row.closing)}"
        for key, row in accounts.items()
        if ours.get(key, Decimal(0)) != rupees(row.closing)
    ]
    return told + [f"account {key} is not Zoho's: {net}" for key, net in ours.items() if key not in accounts and net]


def _documents(mine: ZohoHub, books: Books, outstanding: dict[str, int]) -> list[str]:
    ours: dict[tuple[str, str], Decimal] = {}
    for bill in mine.books.reports.open_bills(mine.company, LAST_DAY):
        key = (bill.party_key, bill_key(bill.ref))
        ours[key] = ours.get(key, Decimal(0)) + bill.net
    theirs: dict[tuple[str, str], Decimal] = {}
    for one in books.documents.values():
        if one.kind in NUMBER_FIELDS and one.counts and not _is_begun_abroad(books, one, outstanding[one.id]):
            key = (one.contact_id, bill_key(one.number))
            net = NUMBER_FIELDS[one.kind] * rupees(to_base(outstanding[one.id], one.exchange_rate))
            theirs[key] = theirs.get(key, Decimal(0)) + net
    return [
        f"{key}: {ours.get(key, Decimal(0))} open, Zoho has {net}"
        for key, net in theirs.items()
        if ours.get(key, Decimal(0)) != net
    ]


def _is_begun_abroad(books: Books, one: Document, left: int) -> bool:
    """Paid in part, in another currency: what is left converts to a paisa more or less than the postings leave."""
    return not books.currencies[one.currency_id].is_base and left not in (0, one.total)


def _counts(mine: ZohoHub, counts: dict[str, int]) -> list[str]:
    held = mine.books.controls.voucher_counts(mine.company, None)
    found = {
        stream: sum(count.total for name, count in held.items() if name in names) for stream, names in TYPES.items()
    }
    return [
        f"{stream}: {found[stream]}, Zoho has {counts[stream]}" for stream in TYPES if found[stream] != counts[stream]
    ]
