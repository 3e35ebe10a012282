"""The sandbox's business as rows of company databases: one year, or that year and the one it is carried over to.

``build_years`` gives, per financial year, rows by table as a driver would hand them over. What BUSY cannot hold is left
out and counted in nobody's truth: memoranda, reversing journals and provisional vouchers. Vouchers dated after the year
stand in the next year's database, which begins with the closing balances and pending bills as openings, under codes
of its own. Names are cut at forty characters, as BUSY's field is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox.busy.chart import CODES, GROUPS, PROFIT_AND_LOSS, Master, short, voucher_type
from sandbox.busy.columns import TABLES, Column
from sandbox.busy.vouchers import VoucherRows, money, thousandths
from sandbox.world import World
from sandbox.world.masters import ItemMaster, LedgerMaster, PartyMaster, due_day
from sandbox.world.truth import TruthBook
from sandbox.world.vouchers import Voucher

Row = dict[str, Any]
NULL_DAY = datetime(1899, 12, 30)  # noqa: DTZ001 - a database's moment has no zone
FIRST_USER_CODE = 1001
_CODE_SHIFT = 137
"""Codes of the next year's masters are higher by this, so that nobody can rely on them."""
_DEFAULTS: dict[str, Any] = {"L": 0, "I": 0, "D": 0.0, "B": False, "S": NULL_DAY, "T": None, "M": None}


@dataclass(slots=True)
class YearTables:
    """One year's database.

    Attributes:
        first: calendar year it begins in.
        rows: by table; every column is there.
    """

    first: int
    rows: dict[str, list[Row]] = field(default_factory=lambda: {table: [] for table in TABLES})

    def add(self, table: str, **values: Any) -> Row:
        """Add a row; columns not named have the engine's usual value."""
        known = {column.name for column in TABLES[table]}
        unknown = values.keys() - known
        if unknown:
            raise KeyError(f"{table} has no column {', '.join(sorted(unknown))}")
        row = {column.name: values.get(column.name, _DEFAULTS[column.kind]) for column in TABLES[table]}
        self.rows[table].append({name: _cut(value, TABLES[table], name) for name, value in row.items()})
        return self.rows[table][-1]


@dataclass(slots=True)
class Codes:
    """Codes of one year's masters, by type and name."""

    shift: int = 0
    _given: dict[tuple[int, str], int] = field(default_factory=dict)
    _next: int = FIRST_USER_CODE

    def of(self, kind: Master, name: str, fixed: int = 0) -> int:
        """Return a master's code, a new one if it has none yet."""
        key = (int(kind), name)
        if key not in self._given:
            if fixed:
                self._given[key] = fixed
            else:
                self._given[key] = self._next + self.shift
                self._next += 1
        return self._given[key]

    def known(self, kind: Master, name: str) -> int:
        """Return the code of a master that was written; 0 if there is none."""
        return self._given.get((int(kind), name), 0)


def build_years(world: World, *, carry_over: bool = False) -> list[YearTables]:
    """Write a world's year, and with ``carry_over`` the next one with what is dated in it."""
    first = world.spec.financial_year
    book = TruthBook(world.masters)
    inside: list[Voucher] = []
    after: list[Voucher] = []
    for voucher in world.vouchers():
        (inside if voucher.day <= world.spec.last_day else after).append(voucher)
        book.add(voucher)
    year = _Writer(world, YearTables(first), Codes())
    year.masters()
    year.openings()
    year.vouchers(inside)
    if not carry_over:
        return [year.tables]
    following = _Writer(world, YearTables(first + 1), Codes(shift=_CODE_SHIFT))
    following.masters()
    following.carry(book)
    following.vouchers(after)
    return [year.tables, following.tables]


class _Writer:
    """Writes one year."""

    def __init__(self, world: World, tables: YearTables, codes: Codes) -> None:
        self.tables = tables
        self._masters, self._codes = world.masters, codes
        self._rows = VoucherRows(world.masters, tables, codes)
        self._opened = datetime(tables.first, 4, 1, 10, 15, 30)  # noqa: DTZ001 - as NULL_DAY

    def masters(self) -> None:
        """Write groups, accounts, units, items and the rest."""
        for code, (name, parent) in GROUPS.items():
            self._codes.of(Master.GROUP, name, code)
            self._master(Master.GROUP, name, parent=parent)
        for group in self._masters.groups:
            if not group.reserved:
                parent = self._group_code(group.parent)
                self._codes.of(Master.GROUP, short(group.name))
                self._master(Master.GROUP, group.name, parent=parent)
        for number, ledger in enumerate(self._masters.ledgers):
            self._account(ledger, fixed={"Cash": 1}.get(ledger.name, 2 if number == 0 else 0))
        for party in self._masters.parties:
            self._party(party)
        self._goods()

    def openings(self) -> None:
        """Write what the books begin with."""
        for ledger in self._masters.ledgers:
            self._opening(ledger.name, ledger.opening)
        for party in self._masters.parties:
            self._opening(party.name, party.opening)
            for bill in party.opening_bills:
                due = bill.bill_date if bill.is_advance else due_day(bill.bill_date, bill.terms, party.terms)
                self._rows.opening_bill(party.name, bill.ref, bill.paise, bill.bill_date, due)
        for item in self._masters.items:
            code = self._codes.of(Master.ITEM, short(item.name))
            value, quantity = -money(item.opening_value), thousandths(item.opening_quantity)
            self.tables.add("Folio1", MasterCode=code, MasterType=6, D1=quantity, D2=quantity, D3=value)

    def carry(self, book: TruthBook) -> None:
        """Write the balances and pending bills of the year before as openings."""
        truth = book.close()
        for name, row in truth.trial_balance.items():
            self._opening(name, row.closing)
        for name, party in truth.parties.items():
            for bill in party.bills:
                self._rows.opening_bill(name, bill.ref, bill.paise, bill.bill_date, bill.due_date)

    def vouchers(self, vouchers: Iterable[Voucher]) -> None:
        """Write the vouchers BUSY can hold."""
        for voucher in vouchers:
            kind = voucher_type(voucher.kind, has_goods=bool(voucher.items))
            if kind is not None and not voucher.is_optional:
                self._rows.voucher(voucher, kind)
        self._rows.finish()

    def _master(self, kind: Master, name: str, *, parent: int = 0, **values: Any) -> None:
        code = self._codes.of(kind, short(name))
        times = {"CreationTime": self._opened, "ModificationTime": self._opened, "CreatedBy": "a"}
        named = {"Name": short(name), "PrintName": name}
        self.tables.add("Master1", Code=code, MasterType=int(kind), ParentGrp=parent, **named, **times, **values)

    def _group_code(self, name: str) -> int:
        reserved = next((group.reserved for group in self._masters.groups if group.name == name), "")
        if reserved:
            return CODES[reserved]
        return self._codes.of(Master.GROUP, short(name)) if name else PROFIT_AND_LOSS

    def _account(self, ledger: LedgerMaster, fixed: int) -> None:
        self._codes.of(Master.ACCOUNT, short(ledger.name), fixed)
        self._master(Master.ACCOUNT, ledger.name, parent=self._group_code(ledger.group))

    def _party(self, party: PartyMaster) -> None:
        self._master(Master.ACCOUNT, party.name, parent=self._group_code(party.group))
        self.tables.add(
            "MasterAddressInfo",
            MasterCode=self._codes.of(Master.ACCOUNT, short(party.name)),
            Address1=party.street,
            Address2=party.city,
            Mobile=party.phone or None,
            Email=party.email or None,
            Contact=party.contact or None,
            GSTNo=party.gstin or None,
            ITPAN=party.pan or None,
            PINCode=party.pincode,
        )

    def _goods(self) -> None:
        for unit in self._masters.units:
            self._master(Master.UNIT, unit.symbol)
        for group in self._masters.stock_groups:
            self._master(Master.ITEM_GROUP, group.name)
        for centre in self._masters.godowns:
            self._master(Master.CENTRE, centre.name)
        for rate in sorted({row.rate for item in self._masters.items for row in item.rates}):
            self._master(Master.TAX_CATEGORY, f"GST {rate // 100}%")
        for item in self._masters.items:
            self._item(item)

    def _item(self, item: ItemMaster) -> None:
        category = f"GST {item.rate_on(date(self.tables.first, 4, 1)) // 100}%"
        self._master(
            Master.ITEM,
            item.name,
            parent=self._codes.of(Master.ITEM_GROUP, short(item.group)),
            Alias=item.part_number or None,
            CM1=self._codes.of(Master.UNIT, short(item.unit.symbol)),
            CM8=self._codes.known(Master.TAX_CATEGORY, category),
            HSNCode=item.hsn,
            D3=money(item.price),
        )

    def _opening(self, name: str, paise: int) -> None:
        code = self._codes.of(Master.ACCOUNT, short(name))
        self.tables.add("Folio1", MasterCode=code, MasterType=2, D1=-money(paise))


def _cut(value: Any, columns: tuple[Column, ...], name: str) -> Any:
    """Texts longer than their column are cut, as the program cuts what is typed."""
    if not isinstance(value, str):
        return value
    size = next(column.size for column in columns if column.name == name)
    return value[:size] if size else value


def iter_rows(years: Iterable[YearTables]) -> Iterator[tuple[int, str, Row]]:
    """Yield every row with its year and table."""
    for year in years:
        for table, rows in year.rows.items():
            for row in rows:
                yield year.first, table, row
