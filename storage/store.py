"""The store: where everything is kept, opened by an address, used through a tenant.

    store = open_store("sqlite:///books.db", migrate=True)
    books = store.tenant()
    company = books.companies.ensure("tally", "a1b2", "Asha Traders")
    books.raw.append(company, run, records)

Start here; ``TenantStore`` lists the repositories.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import sqlalchemy as sa

from canonical.errors import ConfigurationError
from storage import migrate as migrations
from storage.census import Census
from storage.engine import Database, first_line
from storage.ids import IdAllocator
from storage.postgres import Postgres
from storage.raw_store import RawStore
from storage.renames import Renames
from storage.reports.book import Reports
from storage.reports.controls import Controls
from storage.repositories.announcements import Announcements
from storage.repositories.companies import Companies
from storage.repositories.connections import Bookmarks, Connections
from storage.repositories.crosswalks import Crosswalks
from storage.repositories.deliveries import Deliveries
from storage.repositories.issues import Issues
from storage.repositories.mappings import Mappings
from storage.repositories.proofs import Proofs
from storage.repositories.records import Records
from storage.repositories.runs import Runs
from storage.repositories.sign_ins import SignIns
from storage.repositories.taken_files import TakenFiles
from storage.repositories.tax_documents import TaxDocuments
from storage.repositories.throttles import Throttles
from storage.retirement import Retirement
from storage.sqlite import Sqlite
from storage.tenants import DEFAULT_TENANT, ApiKeys, Tenants
from storage.turn import await_turn, hold_turn

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Address:
    """Where a tenant's part of a store is, for another process of ours (``reopen``).

    Attributes:
        url: with the database's password, if it has one: never shown.
        tenant_id: whose.
    """

    url: str = field(repr=False)
    tenant_id: int


class TenantStore:
    """Everything one tenant has; no method reaches another's.

    Attributes:
        address: for another process of ours.
        companies: sets of books.
        raw: what sources said.
        census: what a source says exists, held against it; ``retirement`` takes what is gone out of the books.
        renames: masters that got another name, and what that outdates.
        records: canonical records in versions.
        runs: executions; ``issues`` and ``proofs`` are what they leave.
        connections: configured connectors; ``bookmarks`` are their positions.
        sign_ins: their sealed tokens; ``throttles`` how fast they may ask; ``deliveries`` what called us about them,
            ``announcements`` the objects those calls named.
        taken_files: what became of files dropped into watched folders; ``mappings`` how spreadsheets are read.
        controls: control totals for summaries and proofs.
        reports: trial balance, open bills, ageing, ledger entries, traces.
        tax_documents: what is compared across sales, purchases and notes.
        crosswalk: which source parties are one party.
    """

    def __init__(self, database: Database, address: Address) -> None:
        tenant_id = address.tenant_id
        self._database = database
        self.address = address
        self.tenant_id = tenant_id
        bound = (database, tenant_id, IdAllocator(database, tenant_id))
        self.companies = Companies(*bound)
        self.raw = RawStore(*bound)
        self.census = Census(*bound)
        self.retirement = Retirement(*bound)
        self.renames = Renames(*bound)
        self.records = Records(*bound)
        self.runs = Runs(*bound)
        self.issues = Issues(*bound)
        self.tax_documents = TaxDocuments(*bound)
        self.proofs = Proofs(*bound)
        self.connections = Connections(*bound)
        self.bookmarks = Bookmarks(*bound)
        self.sign_ins = SignIns(*bound)
        self.throttles = Throttles(*bound)
        self.deliveries = Deliveries(*bound)
        self.announcements = Announcements(*bound)
        self.taken_files = TakenFiles(*bound)
        self.mappings = Mappings(*bound)
        self.controls = Controls(*bound)
        self.reports = Reports(*bound, records=self.records, raw=self.raw)
        self.crosswalk = Crosswalks(*bound)

    def refresh_statistics(self) -> None:
        """Have the database look at its tables, of all tenants; outside of any transaction. It never fails."""
        try:
            self._database.dialect.refresh_statistics(self._database.engine)
        except sa.exc.DBAPIError as error:
            _log.warning("The database's statistics were not refreshed: %s", first_line(error))

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Make everything written in the block one commit: all of it is stored, or nothing.

        Keep it short (one batch): on SQLite other writers wait for it.
        """
        with self._database.write(self.tenant_id):
            yield

    def make_durable(self) -> None:
        """Have what was committed survive a power cut too, at once; a commit as such survives a kill only."""
        self._database.make_durable()

    @contextmanager
    def turn(self, connection_id: int) -> Iterator[None]:
        """Be the only one, in this process and any other, that syncs a connection.

        Raises:
            TurnTaken: somebody else is syncing it.
        """
        sentence = (
            "This connection is being synced at the moment. Wait for that to end; what it brings counts for both."
        )
        with hold_turn(self._database, f"sync:{self.tenant_id}:{connection_id}", sentence=sentence):
            yield

    @contextmanager
    def company_turn(self, company_id: int, waiting: Callable[[], None]) -> Iterator[None]:
        """Be the only one, in this process and any other, that translates or proves a company's records.

        Args:
            company_id: whose.
            waiting: called now and then while somebody else is at it.
        """
        with await_turn(self._database, f"company:{self.tenant_id}:{company_id}", waiting):
            yield

    @contextmanager
    def run_turn(self, run_id: int) -> Iterator[None]:
        """Be the process of a run: while it is held, the run goes on; if it is free, that process has ended.

        Raises:
            TurnTaken: the run goes on.
        """
        with hold_turn(self._database, f"run:{self.tenant_id}:{run_id}", sentence="The run goes on.", is_once=True):
            yield

    @contextmanager
    def sign_in_turn(self, connection_id: int) -> Iterator[None]:
        """Be the only one, in this process and any other, that changes a connection's tokens.

        Raises:
            TurnTaken: somebody else is at it; what they save is there in a moment.
        """
        sentence = "The sign-in of this connection is being renewed at the moment."
        with hold_turn(self._database, f"sign-in:{self.tenant_id}:{connection_id}", sentence=sentence):
            yield

    @contextmanager
    def folder_turn(self, folder: str) -> Iterator[None]:
        """Be the only one, in this process and any other on this store, that takes files from a folder.

        Raises:
            TurnTaken: somebody else watches it.
        """
        sentence = "This folder is being watched already; one watch is enough for any number of files."
        with hold_turn(self._database, f"folder:{self.tenant_id}:{folder}", sentence=sentence):
            yield

    @contextmanager
    def overlapping(self) -> Iterator[None]:
        """Let the loader of this thread work on while the server finishes a batch; see ``Database.overlapping``."""
        with self._database.overlapping():
            yield

    @property
    def batch_rows(self) -> int:
        """Records that are committed at once."""
        return self._database.dialect.batch_rows

    def close(self) -> None:
        """Close the connections of a store that was opened for this tenant alone (``reopen``)."""
        self._database.close()


class Store:
    """One database with the books of any number of tenants."""

    def __init__(self, database: Database, url: sa.URL) -> None:
        self._database = database
        self._address = url.render_as_string(hide_password=False)
        self._lock = threading.Lock()
        self._opened: dict[str, TenantStore] = {}
        self.url = url.render_as_string(hide_password=True)
        self.dialect = database.dialect.name
        self.tenants = Tenants(database)
        self.api_keys = ApiKeys(database, self.tenants)

    def tenant(self, slug: str = DEFAULT_TENANT) -> TenantStore:
        """Return a tenant's part of the store.

        Raises:
            NotFound: there is no such tenant (``default`` is there from the start).
        """
        with self._lock:
            if slug not in self._opened:
                address = Address(self._address, self.tenants.get(slug).id)
                self._opened[slug] = TenantStore(self._database, address)
            return self._opened[slug]

    def migrate(self, revision: str = "head") -> None:
        """Bring the database to this program's schema, or to the revision named."""
        migrations.migrate(self._database, revision)
        self._opened.clear()  # they remember what was in the tables

    def pending_migrations(self) -> tuple[str, ...]:
        """Revisions the database lacks, oldest first."""
        return migrations.pending_migrations(self._database)

    def optimize(self) -> None:
        """Refresh statistics and files; worth it after a large import, harmless at any time."""
        self._database.dialect.settle(self._database.engine)

    def close(self) -> None:
        """Close all connections."""
        self._database.close()


def open_store(url: str, *, migrate: bool = False, set_up_empty: bool = False) -> Store:
    """Open a database.

    Args:
        url: ``sqlite:///path/to/file.db`` or ``postgresql://user@host/name``.
        migrate: create or update the schema; otherwise a schema that is not this program's is refused.
        set_up_empty: create the schema in a database that has none, and leave an older one to ``migrate``.

    Raises:
        ConfigurationError: not an address of a database we know, or its driver is missing.
        MigrationNeeded: the schema is older or newer than the program.
        StorageError: the database does not answer.
    """
    parsed = _parse(url)
    database = _database(parsed)
    with ExitStack() as if_refused:
        if_refused.callback(database.close)
        missing = migrations.pending_migrations(database)
        if missing and (migrate or (set_up_empty and len(missing) == len(migrations.known_revisions()))):
            migrations.migrate(database)
        migrations.require_current(database)
        if_refused.pop_all()
    return Store(database, parsed)


def reopen(address: Address) -> TenantStore:
    """Open a tenant's part of a store again, in another process; whoever gave the address has checked the schema.

    Raises:
        StorageError: the database does not answer.
    """
    return TenantStore(_database(_parse(address.url)), address)


def _database(url: sa.URL) -> Database:
    return Database(Postgres(url) if url.get_backend_name() == "postgresql" else Sqlite(url))


def _parse(url: str) -> sa.URL:
    spelled = "postgresql://" + url.removeprefix("postgres://") if url.startswith("postgres://") else url
    try:
        parsed = sa.make_url(spelled)
    except sa.exc.ArgumentError as error:
        raise ConfigurationError("The database address is not a URL such as sqlite:///books.db.") from error
    if parsed.get_backend_name() not in {"sqlite", "postgresql"}:
        raise ConfigurationError(
            f"{parsed.get_backend_name()} is not a database Khata knows; use sqlite:/// or postgresql://."
        )
    if parsed.get_backend_name() == "sqlite":
        _check_file(parsed)
    return parsed


def _check_file(url: sa.URL) -> None:
    if url.database in (None, "", ":memory:"):
        raise ConfigurationError("The embedded store is a file: sqlite:///path/to/books.db.")
    folder = Path(str(url.database)).resolve().parent
    if not folder.is_dir():
        raise ConfigurationError(f"The folder {folder} of the database does not exist.")
