"""One financial year's tables, understood as far as finding rows needs it: masters, vouchers, what refers to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date

from canonical.dates import FinancialYear
from canonical.errors import SourceRejected
from connectors.busy.database import failure
from connectors.busy.database.spool import Spool, fingerprint_of
from connectors.busy.database.tables import (
    ADDRESSES,
    BALANCES,
    DELETIONS,
    HEADERS,
    MASTERS,
    NEEDED,
    REFERENCE,
    REFERENCES,
    VOUCHER_TABLES,
    Row,
    TableReader,
    code_of,
    text,
    whole,
)
from connectors.busy.staging import BillMethod, MasterType
from connectors.busy.values import find_day

MasterId = tuple[int, int]
"""Master type and code, within one year."""
_FILTER_SHARE = 4
"""Lines are asked for by code while the changed vouchers are fewer than one in so many."""
_CHANGE_COLUMNS = ("Stamp", "ModificationTime")


@dataclass(frozen=True, slots=True)
class MasterFact:
    """What finding things needs to know of a master."""

    name: str
    parent: int = 0
    unit: int = 0
    tax_category: int = 0
    gstin: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    """A voucher, as far as telling whether it changed."""

    fingerprint: int
    day: date | None
    number: str


@dataclass(slots=True)
class Year:
    """One year's database while it is read.

    Attributes:
        first: calendar year it begins in; 0 until it is known.
        reader: of its tables.
        spool: rows by master ``(type, code)`` and by voucher code.
        masters: by type and code.
        headers: by voucher code.
        made: the row that made a bill, by its reference code.
        billed: codes of accounts with bill references.
        deletions: rows of ``DeletedInfo``.
    """

    first: int
    reader: TableReader
    spool: Spool
    masters: dict[MasterId, MasterFact] = field(default_factory=dict)
    headers: dict[int, Header] = field(default_factory=dict)
    made: dict[int, Row] = field(default_factory=dict)
    billed: set[int] = field(default_factory=set)
    deletions: list[Row] = field(default_factory=list)
    has_stamps: bool = False

    @property
    def day_one(self) -> date:
        """First day of the year."""
        return FinancialYear(self.first).period.start

    def check(self) -> None:
        """See that this is a company database of a year.

        Raises:
            SourceRejected: a table without which there are no books is missing.
        """
        missing = [table for table in NEEDED if not self.reader.has(table)]
        if missing:
            raise SourceRejected(
                f"{self.reader.label} has no table {', '.join(missing)}: it is no company database of a financial "
                "year. The company-wide db.bds holds no vouchers; read db1YYYY.bds.",
                code="busy.database.no_table",
                tables=", ".join(missing),
            )

    def read_masters(self) -> None:
        """Read masters, their addresses and openings."""
        for row in self._rows(MASTERS):
            master = (whole(row.get("MasterType")), code_of(row, "Code"))
            self.masters[master] = _fact(row)
            self.spool.add(master, MASTERS, row)
        types = self._types_by_code()
        for row in self._rows(ADDRESSES):
            code = code_of(row, "MasterCode")
            for kind in types.get(code, ()):
                self.spool.add((kind, code), ADDRESSES, row)
                self._note_gstin((kind, code), text(row.get("GSTNo")))
        for row in self._rows(BALANCES):
            self.spool.add((whole(row.get("MasterType")), code_of(row, "MasterCode")), BALANCES, row)
        self._read_references()

    def read_headers(self) -> None:
        """Read which vouchers there are."""
        for row in self._rows(HEADERS):
            code = code_of(row)
            self.has_stamps = self.has_stamps or any(name in row for name in _CHANGE_COLUMNS)
            print_ = fingerprint_of(HEADERS, row)
            self.headers[code] = Header(print_, find_day(row.get("Date")), text(row.get("VchNo")))
            self.spool.add(code, HEADERS, row)
        if not self.first:
            self.first = self._guess_first()

    def read_lines(self, wanted: Collection[int] | None = None) -> None:
        """Read what belongs to vouchers.

        Args:
            wanted: their codes; None for all.
        """
        few = wanted is not None and self.reader.can_filter and len(wanted) * _FILTER_SHARE < len(self.headers)
        for table in VOUCHER_TABLES:
            if table == REFERENCES or not self.reader.has(table):
                continue  # references were read whole, with the masters
            rows = self.reader.rows_by(table, "VchCode", sorted(wanted)) if few and wanted else self.reader.rows(table)
            for row in rows:
                code = code_of(row)
                if wanted is None or code in wanted:
                    self.spool.add(code, table, row)

    def read_deletions(self) -> None:
        """Read BUSY's own log of what was deleted."""
        self.deletions = list(self._rows(DELETIONS))

    def note_content(self) -> None:
        """Let a voucher's version stand for everything it has, not for its header alone."""
        self.headers = {
            code: Header(self.spool.fingerprint(code), held.day, held.number) for code, held in self.headers.items()
        }

    def find(self, code: int, *kinds: int) -> tuple[MasterId, MasterFact] | None:
        """Find the master a code means, of the first type that has it."""
        for kind in kinds:
            fact = self.masters.get((kind, code))
            if fact is not None:
                return (kind, code), fact
        return None

    def _read_references(self) -> None:
        """Bill references of vouchers, and those that are openings: they belong to the party."""
        for row in self._rows(REFERENCES):
            code = code_of(row)
            is_reference = whole(row.get("RecType")) == REFERENCE
            if is_reference:
                self.billed.add(code_of(row, "MasterCode1"))
            if is_reference and whole(row.get("Method")) == BillMethod.NEW:
                self.made[code_of(row, "RefCode")] = {name: row.get(name) for name in ("No", "Date", "DueDate")}
            if code:
                self.spool.add(code, REFERENCES, row)
            elif is_reference:
                self.spool.add((int(MasterType.ACCOUNT), code_of(row, "MasterCode1")), REFERENCES, row)

    def _rows(self, table: str) -> Iterator[Row]:
        return self.reader.rows(table) if self.reader.has(table) else iter(())

    def _types_by_code(self) -> dict[int, list[int]]:
        """Types that an address row with no type may mean: the account, else whatever has the code."""
        types: dict[int, list[int]] = {}
        for kind, code in self.masters:
            types.setdefault(code, []).append(kind)
        account = int(MasterType.ACCOUNT)
        return {code: [account] if account in kinds else kinds for code, kinds in types.items()}

    def _note_gstin(self, master: MasterId, gstin: str) -> None:
        if gstin:
            held = self.masters[master]
            self.masters[master] = MasterFact(held.name, held.parent, held.unit, held.tax_category, gstin)

    def _guess_first(self) -> int:
        """The year most vouchers stand in.

        Raises:
            ConfigurationError: there is none.
        """
        years = Counter(FinancialYear.of(held.day).start_year for held in self.headers.values() if held.day)
        if not years:
            raise failure.year_unknown(self.reader.label)
        return years.most_common(1)[0][0]


def _fact(row: Row) -> MasterFact:
    is_item = whole(row.get("MasterType")) == MasterType.ITEM
    return MasterFact(
        name=str(row.get("Name") or ""),
        parent=code_of(row, "ParentGrp"),
        unit=code_of(row, "CM1") if is_item else 0,
        tax_category=code_of(row, "CM8") if is_item else 0,
    )
