"""A hub beside a fake QuickBooks: the real connector, steps and store; and what it holds, to be compared with truth."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

from canonical.money import ZERO
from canonical.proof import Proof
from canonical.voucher import Voucher
from connectors.quickbooks.translate.draft import bill_ref
from storage import Store, TenantStore, open_store
from tests.connectors.quickbooks.api import Api
from tests.live.hub import Calendar
from tests.support.dying import dying_after
from tests.support.stores import empty_store
from workflows.inputs import RunSummary, SyncRequest
from workflows.local import sync_connection
from workflows.steps import Steps

REQUEST = SyncRequest(tenant="default", connection="books", source="quickbooks")
CENT = Decimal("0.01")


@dataclass
class Hub:
    """One connection to one company."""

    api: Api
    store: Store
    clock: Calendar = field(default_factory=Calendar)

    @property
    def books(self) -> TenantStore:
        return self.store.tenant()

    @property
    def company(self) -> int:
        (found,) = self.books.companies.list()
        return found.company_id

    def connect(self, **more: Any) -> None:
        self.books.connections.save("books", "quickbooks", self.api.config(**more), at=self.clock())

    def sync(self, *, dies_after: int | None = None) -> RunSummary:
        """Sync; the process ends at the call of that number, if one is given."""
        place = dying_after(dies_after, self.api.surroundings())
        return sync_connection(replace(self.steps, surroundings=place), REQUEST)

    @property
    def steps(self) -> Steps:
        return Steps(stores=self.store.tenant, clock=self.clock, surroundings=self.api.surroundings())

    def proof(self) -> Proof:
        found = self.books.proofs.latest(self.company)
        assert found is not None
        return found.proof

    def vouchers(self) -> list[Voucher]:
        return list(self.books.records.iter(self.company, Voucher))

    def trial_balance(self) -> dict[str, Decimal]:
        """Balance of every account by its id; a control account is the sum of its parties."""
        control = {
            "customer": self._account("Accounts Receivable (A/R)"),
            "vendor": self._account("Accounts Payable (A/P)"),
        }
        found: dict[str, Decimal] = {}
        for voucher in self.vouchers():
            for posting in voucher.postings if voucher.counts_in_books else ():
                kind, _, identity = posting.ledger_key.partition("/")
                key = control.get(kind, identity)
                found[key] = found.get(key, ZERO) + posting.net
        return {key: net for key, net in found.items() if net}

    def _account(self, name: str) -> str:
        return self.api.live.company.account(name)

    def pending(self) -> dict[str, Decimal]:
        """What is open, by bill reference."""
        found: dict[str, Decimal] = {}
        for voucher in self.vouchers():
            for posting in voucher.postings:
                for bill in posting.bills:
                    found[bill.ref] = found.get(bill.ref, ZERO) + bill.net
        return {ref: net for ref, net in found.items() if net}


def true_balances(api: Api) -> dict[str, Decimal]:
    return {key: cents * CENT for key, cents in api.live.truth().trial_balance.items()}


def true_pending(api: Api) -> dict[str, Decimal]:
    """What is open of invoices, bills, credits and unused payments, debit-positive, by bill reference."""
    owed = {"Invoice": 1, "VendorCredit": 1, "BillPayment": 1}
    return {
        bill_ref(entity, key): owed.get(entity, -1) * cents * CENT
        for (entity, key), cents in api.live.truth().outstanding.items()
    }


@contextmanager
def hub(api: Api, url: str = "", **more: Any) -> Iterator[Hub]:
    """A hub that has never read anything."""
    with tempfile.TemporaryDirectory(prefix="khata-test-") as folder:
        store = open_store(url, migrate=True) if url else empty_store(Path(folder) / "books.db")
        made = Hub(api, store)
        made.connect(**more)
        try:
            yield made
        finally:
            store.close()
