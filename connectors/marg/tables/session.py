"""Marg's tables over ODBC: whole tables of a branch, and how many rows they have. Nothing but SELECT is sent.

The driver lives in a process of its own (``connectors.sdk.odbc``). MySQL and MariaDB show everything as of the moment
of signing in; other servers show each question what is there by then.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Final

from canonical.errors import ConfigurationError
from canonical.record import JsonValue
from connectors.marg.source import Row
from connectors.marg.tables.failure import TableFailures, rows_unreadable
from connectors.sdk.odbc.session import DatabaseSession

_NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*){0,2}")
_MIDNIGHT: Final = "T00:00:00"


class Tables:
    """The tables behind one session.

    Args:
        session: asks them.
        failures: of the session; told what is being asked.
    """

    def __init__(self, session: DatabaseSession, failures: TableFailures) -> None:
        self._session, self._failures = session, failures

    def rows(self, table: str, branch: str | None = None) -> Iterator[Row]:
        """Yield a table's rows, of one branch if one is given, as JSON values.

        Raises:
            ConfigurationError: the name cannot be a table's.
            SourceMalformed: the driver could not hand over a row.
            KhataError: as ``TableFailures`` say.
        """
        self._failures.doing = f"did not give the table {_checked(table)}"
        where, values = (" WHERE CompanyID = ?", (branch,)) if branch is not None else ("", ())
        answered = self._session.read(f"SELECT * FROM {table}{where}", values)
        for batch in answered.batches:
            names = answered.shape.names
            write = [_WRITERS.get(kind, _as_it_is) for kind in answered.shape.types]
            for row in batch:
                yield {
                    name: None if value is None else one(value)
                    for name, one, value in zip(names, write, row, strict=True)
                }
        if answered.bad:
            raise rows_unreadable(f"{self._session.target.label} {self._failures.doing}", answered.bad[0][0])

    def count(self, table: str, branch: str) -> int:
        """Number of a table's rows of one branch.

        Raises:
            KhataError: as ``rows``.
        """
        self._failures.doing = f"did not count the table {_checked(table)}"
        answered = self._session.read(f"SELECT COUNT(*) FROM {table} WHERE CompanyID = ?", (branch,))
        ((number,),) = [row for batch in answered.batches for row in batch]
        return int(number)

    def renew(self) -> None:
        """Sign out: what is asked after it signs in anew and sees what others have done meanwhile."""
        self._session.close()


def _checked(table: str) -> str:
    """A table's name; it is put into statements, so it must be nothing else."""
    if not _NAME.fullmatch(table):
        raise ConfigurationError(f"{table[:40]!r} cannot be the name of a table.", code="marg.settings")
    return table


def _as_it_is(value: JsonValue) -> JsonValue:
    return value


def _moment(value: JsonValue) -> JsonValue:
    """A moment in ISO form with a blank; one at midnight is a day."""
    text = str(value)
    return text.removesuffix(_MIDNIGHT) if text.endswith(_MIDNIGHT) else text.replace("T", " ", 1)


def _digits(value: JsonValue) -> JsonValue:
    """An exact number, never with an exponent."""
    return f"{Decimal(str(value)):f}"


_WRITERS: Final[dict[str, Callable[[JsonValue], JsonValue]]] = {
    "Decimal": _digits,
    "datetime": _moment,
    "float": str,
}
"""By Python's name of a column's type; what is not named comes as it is to be."""
