"""A branch: its rows by collection, as they are and in the order they changed; its truth.

The fields are those of readers of live installations. Every row has a number of its own (``ID``) and that of the
branch (``CompanyID``). Rows carry no time; the branch remembers when each was last written, for pulls of changes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta, timezone
from typing import Any

from sandbox.marg.codes import Codes, build_codes
from sandbox.marg.documents import add_voucher
from sandbox.marg.masters import master_rows
from sandbox.marg.snapshots import snapshot_rows
from sandbox.world import World, build_world
from sandbox.world.truth import Truth, TruthBook

Row = dict[str, Any]
FIRST_BRANCH = 9001
IST = timezone(timedelta(hours=5, minutes=30), "IST")
COLLECTIONS = (
    *("Product", "Party", "SaleType", "MDis", "Dis", "Stock"),
    *("ACGroup", "Account", "AcBal", "PBal", "Outstanding", "Voucher"),
)
ACCOUNTING = frozenset({"ACGroup", "Account", "AcBal", "PBal", "Outstanding", "Voucher"})
"""Collections that only ``APIType`` 1 gives."""


@dataclass(slots=True, kw_only=True)
class Branch:
    """One branch of the company code.

    Attributes:
        number: ``CompanyID``.
        masters: what the branch says of itself.
        rows: by collection, then by number of the row.
        written: when each row was last written.
        truth: of the world it was made from.
    """

    number: int
    world: World
    codes: Codes
    masters: Row
    truth: Truth
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {name: {} for name in COLLECTIONS})
    written: dict[tuple[str, int], datetime] = field(default_factory=dict)
    next_id: int = 1

    def put(self, collection: str, row: Mapping[str, Any], at: datetime) -> Row:
        """Write a row; without a number it gets the next one."""
        number = int(row.get("ID") or self._new_number())
        held = {
            "ID": number,
            "CompanyID": self.number,
            **{k: v for k, v in row.items() if k not in ("ID", "CompanyID")},
        }
        self.rows[collection][number] = held
        self.written[collection, number] = at
        return held

    def drop(self, collection: str, number: int) -> None:
        """Take a row away; nothing says so afterwards."""
        del self.rows[collection][number], self.written[collection, number]

    def changed(self, since: datetime | None) -> dict[str, list[Row]]:
        """Rows written at or after a moment; all of them for None."""
        return {
            name: [row for number, row in held.items() if since is None or self.written[name, number] >= since]
            for name, held in self.rows.items()
        }

    def of(self, collection: str) -> list[Row]:
        """The rows of a collection."""
        return list(self.rows[collection].values())

    def _new_number(self) -> int:
        number, self.next_id = self.next_id, self.next_id + 1
        return number


def build_branches(count: int = 1, *, vouchers: int = 300, seed: int = 42) -> list[Branch]:
    """Build branches, each from a company of the world of one seed."""
    return [_build(number, vouchers=vouchers, seed=seed) for number in range(count)]


def _build(number: int, *, vouchers: int, seed: int) -> Branch:
    world = build_world(seed=seed, vouchers=vouchers, company=number)
    company = world.masters.company
    codes, book = build_codes(world.masters), TruthBook(world.masters)
    branch = Branch(
        number=FIRST_BRANCH + number,
        world=world,
        codes=codes,
        masters={
            "ID": number + 1,
            "CompanyID": FIRST_BRANCH + number,
            "Code": f"{number + 1:02d}",
            "Name": company.name,
            "StoreID": "",
            "Licence": f"{7000000 + number}",
            "Branch": "HEAD OFFICE" if not number else f"BRANCH {company.city.upper()}",
        },
        truth=book.close(),
    )
    at = end_of(world)
    for collection, row in master_rows(world.masters, codes):
        branch.put(collection, row, at)
    for voucher in world.vouchers():
        book.add(voucher)
        for collection, row in add_voucher(voucher, codes):
            branch.put(collection, row, at)
    branch.truth = book.close()
    for collection, row in snapshot_rows(branch.truth, world.masters, codes):
        branch.put(collection, row, at)
    return branch


def end_of(world: World) -> datetime:
    """The evening of the last day of the books, in India, as UTC."""
    return datetime.combine(world.masters.company.books_to, time(20, 30), IST).astimezone(UTC)
