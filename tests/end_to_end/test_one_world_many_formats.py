"""One invented business through every route of BUSY and Marg: the same documents, and the same balances.

Each route has closer tests beside its connector; here they are held against each other and against the truth. What a
route cannot carry stands in the tables of the connectors' READMEs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache
from itertools import count
from pathlib import Path
from typing import Any

from canonical.ledger import Ledger
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.sdk.base import Surroundings
from sandbox.busy.chart import short
from sandbox.busy.exports import write, write_lists
from sandbox.busy.tables import build_years
from sandbox.busy.tds.server import serve as serve_tds
from sandbox.marg import write_bills
from sandbox.world import World, build_world
from sandbox.world.spec import WorldSpec
from storage import TenantStore, open_store
from tests.connectors.busy_db.hub import BASE, databases, fold, rupees
from tests.connectors.busy_db.servers import fill, freetds, mariadb_config
from tests.connectors.marg.support import ede, surroundings
from workflows.inputs import SyncRequest
from workflows.local import sync_connection
from workflows.steps import Steps

SPEC = WorldSpec(seed=42, vouchers=160)
Sale = tuple[date, str, Decimal]
"""Day, party and total of a sale: what all routes carry (numbers are each system's own)."""
Reached = tuple[str, dict[str, Any], Surroundings]
"""Connector, settings, and what its tap needs of the process."""
Route = Callable[[Path, ExitStack], Reached]


@cache
def world() -> World:
    return build_world(SPEC)


def name_of(text: str) -> str:
    return fold(short(text))


def beside(folder: Path) -> Surroundings:
    return Surroundings(work_directory=folder / "work", clock=lambda: 0.0, sleep=lambda _: None)


def busy_xml(folder: Path, stack: ExitStack) -> Reached:
    del stack
    paths = write(SPEC, folder).paths
    return "busy", {"files": [str(path) for path in paths], "company": "Shop"}, beside(folder)


def busy_lists(folder: Path, stack: ExitStack) -> Reached:
    del stack
    return "busy", {"files": [str(path) for path in write_lists(world(), folder)], "company": "Shop"}, beside(folder)


def busy_mariadb(folder: Path, stack: ExitStack) -> Reached:
    del stack
    fill(databases(build_years(world())))
    return "busy", mariadb_config(BASE), beside(folder)


def busy_tds(folder: Path, stack: ExitStack) -> Reached:
    driver = freetds()
    running = stack.enter_context(serve_tds(databases(build_years(world())), user="reader", password="p;w"))
    place = {"server": "127.0.0.1", "port": running.port, "user": "reader", "password": "p;w"}
    return (
        "busy",
        {"company": "Shop", "database": {**place, "driver": driver, "encrypt": "off", "database": BASE}},
        beside(folder),
    )


def marg_ede(folder: Path, stack: ExitStack) -> Reached:
    del folder
    running = stack.enter_context(ede(1, vouchers=SPEC.vouchers))
    return "marg", running.config(bill_references="remark"), surroundings(running.clock, running.waited)


def marg_bills(folder: Path, stack: ExitStack) -> Reached:
    del stack
    written = write_bills(SPEC, folder)
    files = [str(one.path) for one in written.sold]
    return "marg", {"files": files, "owner": "supplier", "suppliers": written.suppliers}, beside(folder)


ROUTES: dict[str, Route] = {
    "BUSY XML": busy_xml,
    "BUSY Excel": busy_lists,
    "MariaDB": busy_mariadb,
    "TDS": busy_tds,
    "Marg CSV": marg_bills,
    "Marg EDE": marg_ede,
}
WITHOUT_BALANCES = {"BUSY Excel", "Marg CSV"}
"""Documents only: the one has no postings, the other no receipts, payments or openings."""


@contextmanager
def read(route: Route, folder: Path) -> Iterator[tuple[TenantStore, int]]:
    """A store that has read the world by a route, and its company."""
    ticks = count()

    def clock() -> datetime:
        return datetime(2026, 6, 1, tzinfo=UTC) + timedelta(seconds=next(ticks))

    with ExitStack() as stack:
        connector, config, around = route(folder, stack)
        store = open_store(f"sqlite:///{folder / 'books.db'}", migrate=True)
        stack.callback(store.close)
        books = store.tenant()
        books.connections.save("shop", connector, config, at=clock())
        steps = Steps(stores=store.tenant, clock=clock, surroundings=around)
        request = SyncRequest(tenant="default", connection="shop", source=connector)
        assert sync_connection(steps, request).status == "succeeded"
        (company,) = books.companies.list()
        yield books, company.company_id


def sales_of(books: TenantStore, company: int) -> Counter[Sale]:
    found: Counter[Sale] = Counter()
    for voucher in books.records.iter(company, Voucher):
        if voucher.kind is VoucherKind.SALES and not voucher.is_cancelled:
            posted = sum((one.net for one in voucher.postings if one.ledger_key == voucher.party_key), Decimal(0))
            total = posted if voucher.postings else Decimal(str(voucher.extras["total"]))
            found[voucher.day, name_of(voucher.party_name), total] += 1
    return found


def balances_of(books: TenantStore, company: int) -> dict[str, Decimal]:
    names = {one.key: name_of(one.name) for one in books.records.iter(company, Ledger)}
    rows = books.reports.trial_balance(company, world().truth().as_of)
    return {names[row.ledger_key]: row.closing for row in rows if row.closing}


def true_sales() -> Counter[Sale]:
    return Counter(
        (one.day, name_of(one.party_ledger), rupees(next(entry.paise for entry in one.entries if entry.is_party)))
        for one in world().vouchers()
        if one.kind is VoucherKind.SALES and not one.is_cancelled and not one.is_optional
    )


def test_every_route_gives_the_same_sales_and_balances(tmp_path: Path) -> None:
    sales: dict[str, Counter[Sale]] = {}
    balances: dict[str, Mapping[str, Decimal]] = {}
    for name, route in ROUTES.items():
        folder = tmp_path / name
        folder.mkdir()
        with read(route, folder) as (books, company):
            sales[name], balances[name] = sales_of(books, company), balances_of(books, company)
            rejected = [one.issue for one in books.issues.page().items if one.issue.level == "rejected"]
            assert not rejected, (name, rejected[:3])
    wanted = true_sales()
    assert sum(wanted.values()) > 40
    bills = sales.pop("Marg CSV")
    assert bills <= wanted, "a bill is one of the sales"
    assert sum(bills.values()) > 30, "goods to customers that have a name; the rest is no bill"
    for name, found in sales.items():
        assert found == wanted, (name, found - wanted, wanted - found)
    truth = {name_of(name): rupees(row.closing) for name, row in world().truth().trial_balance.items() if row.closing}
    for name in ROUTES.keys() - WITHOUT_BALANCES:
        assert balances[name] == (in_latin(truth) if name == "BUSY XML" else truth), name


def in_latin(balances: Mapping[str, Decimal]) -> dict[str, Decimal]:
    """Names as an export of one byte a letter has them: what stands in other letters is lost."""
    return {name.encode("latin-1", "replace").decode("latin-1"): net for name, net in balances.items()}
