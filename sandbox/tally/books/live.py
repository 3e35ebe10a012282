"""The books as the gateway sees them: several live companies, their objects, edits, backups and reports."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from threading import RLock

from canonical.dates import Period
from sandbox.tally.books.bill_objects import iter_bills
from sandbox.tally.books.building import build_company
from sandbox.tally.books.catalogue import BILL_CLASSES, class_of
from sandbox.tally.books.company import BooksState, Ledgerbook
from sandbox.tally.books.company_object import CompanyObject
from sandbox.tally.books.editing import VoucherEditor
from sandbox.tally.books.importing import import_objects, read_import
from sandbox.tally.books.importing.result import UNKNOWN_REQUEST, wrong_company
from sandbox.tally.books.master_editing import MasterEditor
from sandbox.tally.books.master_objects import MasterObject
from sandbox.tally.books.objects import LiveObject, Scope
from sandbox.tally.books.references import fold
from sandbox.tally.books.reports import run_report
from sandbox.tally.books.tree import Element
from sandbox.tally.books.voucher_objects import VoucherObject
from sandbox.tally.options import Scaffolding, TallyStyle
from sandbox.world.business import build_world
from sandbox.world.spec import WorldSpec


class LiveCompany(Ledgerbook):
    """One company: state, questions (``Ledgerbook``) and edits.

    ``company.edit_vouchers`` and ``company.edit_masters`` change it; ``snapshot`` and ``restore`` are Tally's backup.
    """

    def __init__(self, books: Ledgerbook) -> None:
        super().__init__(books.facts, books.state)
        self.edit_vouchers = VoucherEditor(self)
        self.edit_masters = MasterEditor(self)

    def objects(self, kind: str, period: Period | None = None) -> Iterator[LiveObject]:
        """Yield the objects of a class: masters by name, vouchers by day.

        Args:
            kind: TYPE as clients write it.
            period: for balances; None for the whole books.

        Raises:
            UnknownKind: Tally has no such class.
        """
        name = class_of(kind)
        scope = Scope(self, period or self.whole_period)
        if name == "COMPANY":
            yield CompanyObject(scope)
        elif name == "VOUCHER":
            yield from (VoucherObject(scope, row) for row in self.vouchers())
        elif name in BILL_CLASSES:
            yield from iter_bills(scope)
        else:
            yield from (MasterObject(scope, row) for row in self.masters.of_kind(name))

    def voucher_objects(self, period: Period) -> Iterator[VoucherObject]:
        """Yield the vouchers dated within a period (found by day, not by a scan)."""
        scope = Scope(self, period)
        yield from (VoucherObject(scope, row) for row in self.vouchers_between(period))

    def find_object(self, kind: str, name: str, period: Period | None = None) -> LiveObject | None:
        """Find a master by name or alias; None if there is none."""
        master = self.masters.find(class_of(kind), name)
        return MasterObject(Scope(self, period or self.whole_period), master) if master is not None else None

    def report(self, name: str, period: Period, statics: Mapping[str, str] | None = None) -> str:
        """Answer a named report: the whole body, without header where Tally writes none.

        Raises:
            ReportUnknown: its message is Tally's LINEERROR.
        """
        return "".join(run_report(self, name, period, statics or {}))

    def rename_company(self, name: str) -> None:
        """Rename the company: its GUID stays, which is why it and not the name tells companies apart."""
        with self.lock:
            self.state.name = name
            self.touch()

    def snapshot(self) -> BooksState:
        """Take a backup: everything as it is now, counters included."""
        with self.lock:
            return self.state.copy()

    def restore(self, backup: BooksState) -> None:
        """Restore a backup: objects and counters go back; what is entered next takes the same numbers again."""
        with self.lock:
            self.state = backup.copy()
            self.touch()


def twin_of(company: LiveCompany, *, name: str, number: str) -> LiveCompany:
    """Return a second company from a backup, as restoring into another folder makes one.

    GUID, masters, vouchers and counters are equal; name and company number tell the two apart. From here on each has
    its own history, so the same AlterID can mean different things.
    """
    state = company.snapshot()
    state.name = name
    return LiveCompany(Ledgerbook(replace(company.facts, number=number), state))


def group_of(company: LiveCompany, *, name: str, number: str) -> LiveCompany:
    """Return a group of companies, as Tally lists one; what a real one answers when asked for books is not known."""
    state = company.snapshot()
    state.name = name
    guid = f"{'0' * 8}{company.guid[8:]}"
    return LiveCompany(Ledgerbook(replace(company.facts, guid=guid, number=number, is_aggregate=True), state))


@dataclass(slots=True)
class LiveBooks:
    """The companies loaded in one Tally.

    Attributes:
        companies: all loaded ones.
        current: the active one, which requests without ``SVCURRENTCOMPANY`` read and write; None if none is open.
        lock: one for all companies; held for a whole answer, for Tally serves one request at a time.
    """

    companies: list[LiveCompany]
    current: LiveCompany | None
    lock: RLock = field(default_factory=RLock)

    def __post_init__(self) -> None:
        for company in self.companies:
            company.lock = self.lock

    def find(self, name: str) -> LiveCompany | None:
        """Find a loaded company by name, as Tally matches names: case and outer blanks do not matter."""
        return next((company for company in self.companies if fold(company.name) == fold(name)), None)

    def import_data(self, envelope: Element) -> str:
        """Run an import request of either form and return the answer's XML.

        Without ``SVCURRENTCOMPANY`` it writes into the active company, whichever that is.
        """
        request = read_import(envelope)
        if request is None:
            return UNKNOWN_REQUEST
        company = self.find(request.company) if request.company else self.current
        if company is None:
            return wrong_company(request.company)
        with self.lock:
            return import_objects(company, request.objects, request.statics).to_xml()

    def close(self, company: LiveCompany) -> None:
        """Unload a company; the first that is left becomes the active one."""
        self.companies.remove(company)
        self.current = next(iter(self.companies), None)

    def open(self, company: LiveCompany) -> None:
        """Load a company and make it the active one."""
        company.lock = self.lock
        self.companies.append(company)
        self.current = company


def build_books(
    specs: Iterable[WorldSpec],
    *,
    style: TallyStyle = TallyStyle.PRIME5,
    is_integrated: bool = True,
    scaffolding: Scaffolding = Scaffolding.USUAL,
) -> LiveBooks:
    """Build the books of several synthetic companies; the first is the active one.

    Args:
        specs: one per company; they should differ in ``company_index``.
        style: generation of releases the objects look like.
        is_integrated: accounts integrated with inventory (closing stock comes from items).
        scaffolding: ``FULL`` writes the empty elements of a real Tally around vouchers, which makes them as large.
    """
    companies = [
        LiveCompany(build_company(build_world(spec), style=style, is_integrated=is_integrated, scaffolding=scaffolding))
        for spec in specs
    ]
    return LiveBooks(companies, next(iter(companies), None))


def specs_for(companies: int, *, vouchers: int, seed: int = 42) -> list[WorldSpec]:
    """Return specifications of several companies of one seed."""
    first = WorldSpec(seed=seed, vouchers=vouchers)
    return [replace(first, company_index=index) for index in range(companies)]
