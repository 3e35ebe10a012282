"""One company's books: the objects, what each posts and settles, and the balances that follow, kept as they change.

Recorded behaviour that is kept here: a balance that moves also moves ``LastUpdatedTime`` of the account and of
the customer or vendor, without a new SyncToken; a document that is paid gets both; a payment that is deposited neither.
Changing the books goes through ``writing.Writer`` (``company.write``), never past it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from threading import RLock

from sandbox.quickbooks.amounts import cents_of, number_of
from sandbox.quickbooks.catalogue import ENTITIES
from sandbox.quickbooks.changes import Change, Journal, Operation
from sandbox.quickbooks.edition import Edition
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Application, Document, Posting, Record, Shelf
from sandbox.quickbooks.times import render_time, today_of

SETTLED = frozenset({"Invoice", "CreditMemo", "Bill", "VendorCredit"})
"""Documents that can be open."""
USER = "9130350000000099"
"""The one user there is."""
BALANCE_SHEET = frozenset({"Asset", "Liability", "Equity"})


@dataclass(slots=True, kw_only=True)
class CompanyFacts:
    """What the company is.

    Attributes:
        realm_id: its number at QuickBooks.
        began: the day its books begin.
        fiscal_month: month the fiscal year starts in.
        ages_by_txn_date: the ageing reports count from the document's day and not from the due day.
        closed_until: nothing dated up to this day may be written.
        is_subscribed: whether the subscription runs.
        is_multi_currency: whether customers and vendors may have a currency of their own.
    """

    realm_id: str
    name: str
    edition: Edition
    began: date
    fiscal_month: int = 4
    street: str = ""
    city: str = ""
    region: str = ""
    pincode: str = ""
    gstin: str = ""
    pan: str = ""
    ages_by_txn_date: bool = False
    closed_until: date | None = None
    is_subscribed: bool = True
    is_multi_currency: bool = False


@dataclass(slots=True)
class Balances:
    """What accounts (in home currency) and parties (in theirs) stand at, cents, debit positive."""

    accounts: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    parties: dict[tuple[str, str], int] = field(default_factory=lambda: defaultdict(int))


class Company:
    """The books of one company.

    Args:
        facts: what it is.
        clock: the present moment, in UTC.
    """

    def __init__(self, facts: CompanyFacts, clock: Callable[[], datetime]) -> None:
        self.facts = facts
        self.clock = clock
        self.lock = RLock()
        self.shelves = {name: Shelf(entity) for name, entity in ENTITIES.items()}
        self.journal = Journal()
        self.balances = Balances()
        self.open: dict[str, dict[str, Record]] = {name: {} for name in SETTLED}
        self.version = 0
        self.users: dict[tuple[str, str], set[tuple[str, str]]] = defaultdict(set)
        self._ids: dict[str, int] = {}
        self._numbers: dict[str, int] = defaultdict(lambda: 1000)
        self.began_at = clock()

    @property
    def realm_id(self) -> str:
        """Its number at QuickBooks."""
        return self.facts.realm_id

    @property
    def name(self) -> str:
        """What it is called."""
        return self.facts.name

    @property
    def currency(self) -> str:
        """The home currency."""
        return self.facts.edition.currency

    @property
    def today(self) -> date:
        """The server's calendar day."""
        return today_of(self.clock())

    def shelf(self, entity: str) -> Shelf:
        """Return the shelf of an entity."""
        return self.shelves[entity]

    def records(self, entity: str) -> Iterator[Record]:
        """Yield the objects of an entity, in the order they were made."""
        return iter(self.shelves[entity])

    def get(self, entity: str, key: str) -> Record:
        """Return an object.

        Raises:
            Refusal: there is none (610).
        """
        record = self.shelves[entity].find(key)
        if record is None:
            raise Refusal.not_found()
        return record

    def account(self, name: str) -> str:
        """Return the id of an account by its full name."""
        record = self.shelves["Account"].find_named(name)
        if record is None:
            raise Refusal.invalid_reference("Accounts", name)
        return record.key

    def next_key(self, entity: str) -> str:
        """Give out an id: documents share one sequence, every list has its own."""
        sequence = "transaction" if ENTITIES[entity].is_transaction else entity
        self._ids[sequence] = self._ids.get(sequence, 0) + 1
        return str(self._ids[sequence])

    def peek_key(self, entity: str) -> int:
        """Say which id would be given out next."""
        sequence = "transaction" if ENTITIES[entity].is_transaction else entity
        return self._ids.get(sequence, 0) + 1

    def next_number(self, sequence: str) -> str:
        """Give out a document number."""
        self._numbers[sequence] += 1
        return str(self._numbers[sequence])

    def note(self, entity: str, key: str, operation: Operation, *, deleted_key: str = "") -> None:
        """Enter a change in the journal."""
        at = self.clock().replace(microsecond=0)
        self.journal.note(Change(entity=entity, key=key, operation=operation, at=at, deleted_key=deleted_key))

    def take_effect(self, record: Record, sign: int) -> None:
        """Add (1) or take back (-1) everything a document posts and settles, and show it in the objects concerned."""
        self.version += 1
        for posting in record.postings:
            self._move_account(posting.account, sign * posting.cents)
            if posting.party is not None:
                self._move_party(posting.party, sign * posting.party_cents)
        for application in record.applications:
            self._settle(record, application, sign)
        if record.entity.name in SETTLED:
            self.show_open(record)

    def touch_concerned(self, postings: Iterable[Posting], applications: Iterable[Application]) -> None:
        """Move the times (and the versions of what is settled) of everything an effect concerned."""
        now = self.clock()
        parties = {posting.party for posting in postings if posting.party is not None}
        keys = {("Account", posting.account) for posting in postings} | parties
        for entity, key in keys:
            for record in self._upwards(entity, key):
                if entity != "Account" or record.document["Classification"] in BALANCE_SHEET:
                    record.touch(now, version=False)
        for entity, key in {(one.entity, one.key) for one in applications if one.touches}:
            target = self.shelves[entity].find(key)
            if target is not None:
                target.touch(now, version=True)
                self.note(entity, key, Operation.UPDATE)

    def _upwards(self, entity: str, key: str) -> Iterator[Record]:
        """Yield an object and those it hangs under."""
        record = self.shelves[entity].find(key)
        while record is not None:
            yield record
            parent = record.document.get("ParentRef")
            record = self.shelves[entity].find(parent["value"]) if parent else None

    def show_open(self, record: Record) -> None:
        """Write what is open of a document into it."""
        document = record.document
        document["Balance"] = number_of(record.open_cents)
        if "HomeTotalAmt" in document or "HomeBalance" in document:
            rate = Decimal(str(document["ExchangeRate"]))
            document["HomeBalance"] = number_of(cents_of(Decimal(record.open_cents) * rate / 100))
        if record.entity.name == "CreditMemo":
            document["RemainingCredit"] = document["Balance"]
        if record.open_cents and record.key in self.shelves[record.entity.name].records:
            self.open[record.entity.name][record.key] = record
        else:
            self.open[record.entity.name].pop(record.key, None)

    def _move_account(self, key: str, cents: int) -> None:
        self.balances.accounts[key] += cents
        for record in self._upwards("Account", key):
            document = record.document
            if document["Classification"] not in BALANCE_SHEET:
                return
            if record.key == key:
                document["CurrentBalance"] = number_of(self.balances.accounts[key])
            whole = round(document["CurrentBalanceWithSubAccounts"] * 100) + cents
            document["CurrentBalanceWithSubAccounts"] = number_of(whole)

    def _move_party(self, party: tuple[str, str], cents: int) -> None:
        entity, key = party
        self.balances.parties[party] += cents
        sign = 1 if entity == "Customer" else -1
        for record in self._upwards(entity, key):
            document = record.document
            if record.key == key:
                document["Balance"] = number_of(sign * self.balances.parties[party])
            if entity == "Customer":
                document["BalanceWithJobs"] = number_of(round(document["BalanceWithJobs"] * 100) + cents)

    def _settle(self, payer: Record, application: Application, sign: int) -> None:
        target = self.shelves[application.entity].find(application.key)
        if target is None:
            return
        if application.entity in SETTLED:
            target.open_cents -= sign * application.cents
            self.show_open(target)
        _link(target.document, {"TxnId": payer.key, "TxnType": application.word}, add=sign > 0)

    def stamp(self, document: Document, created: datetime, updated: datetime) -> None:
        """Write the two times into a document."""
        document["MetaData"] = {"CreateTime": render_time(created), "LastUpdatedTime": render_time(updated)}
        if "DocNumber" in document:
            document["MetaData"]["LastModifiedByRef"] = {"value": USER}


def _link(document: Document, link: dict[str, str], *, add: bool) -> None:
    links = [one for one in document.get("LinkedTxn", []) if one != link]
    document["LinkedTxn"] = [link, *links] if add else links
