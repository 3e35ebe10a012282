"""The tables that are read, of about 87, and the columns their rows are found by.

Names and meanings: a public port of one company database's schema and written analyses of real ones. A table that a
database does not have is taken as empty, except those without which there are no books.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal, InvalidOperation
from typing import Protocol

from canonical.record import JsonValue

Row = dict[str, JsonValue]

MASTERS, ADDRESSES, BALANCES = "Master1", "MasterAddressInfo", "Folio1"
HEADERS, LINES, REFERENCES = "Tran1", "Tran2", "Tran3"
BILLING, OTHER, TAXES = "BillingDet", "VchOtherInfo", "VchGSTSumItemWise"
DELETIONS = "DeletedInfo"
VOUCHER_TABLES = (LINES, REFERENCES, BILLING, OTHER, TAXES)
"""Tables whose rows belong to a voucher by ``VchCode``, besides its header."""
NEEDED = (MASTERS, HEADERS, LINES)
"""Without one of these it is no company database of a year."""
TABLES = (MASTERS, ADDRESSES, BALANCES, HEADERS, *VOUCHER_TABLES, DELETIONS)

REFERENCE, ORDER = 1, 4
"""``Tran3.RecType``: bill reference, order line."""


class TableReader(Protocol):
    """Reads the tables of one year, whatever holds them.

    Attributes:
        label: for people.
        can_filter: ``rows_by`` costs less than reading the whole table.
    """

    label: str
    can_filter: bool

    def has(self, table: str) -> bool:
        """Whether there is such a table."""
        ...

    def rows(self, table: str) -> Iterator[Row]:
        """Yield every row; a column that is NULL is left out."""
        ...

    def rows_by(self, table: str, column: str, codes: Sequence[int]) -> Iterator[Row]:
        """Yield the rows with one of these codes in a column."""
        ...

    def count(self, table: str) -> int:
        """The source's own count of a table's rows."""
        ...


def whole(value: JsonValue) -> int:
    """Return a code or number that some drivers and the web service hand over as text; nothing is 0.

    >>> whole("12"), whole(12.0), whole(None), whole(True), whole("x")
    (12, 12, 0, 1, 0)
    """
    if isinstance(value, int):
        return int(value)
    try:
        return int(Decimal(str(value))) if value is not None and value != "" else 0
    except (InvalidOperation, ValueError, OverflowError):
        return 0


def text(value: JsonValue) -> str:
    """Return a text; NULL and blanks are nothing. Inner blanks stay, padding goes."""
    return "" if value is None else str(value).strip()


def code_of(row: Row, column: str = "VchCode") -> int:
    """Return the code in a column."""
    return whole(row.get(column))
