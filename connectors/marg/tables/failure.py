"""What can go wrong with Marg's tables, as sentences with a remedy.

Drivers repeat addresses, users and connection texts in their words, so of those only the SQLSTATE is passed on.
"""

from __future__ import annotations

from typing import Final

from canonical.errors import (
    ConfigurationError,
    CredentialError,
    KhataError,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)

ABSENT: Final = "marg.tables.absent"
SIGN_IN: Final = "cannot be connected to"
_REFUSED: Final = "28"
_REFUSING_WORDS: Final = ("login failed", "access denied")
"""SQL Server's and MySQL's, which some drivers give under another state."""
_NO_DRIVER: Final = ("IM002", "IM003", "01000")
_NO_TABLE: Final = ("42S02", "42S22")


class TableFailures:
    """The sentences for ``connectors.sdk.odbc.session``.

    Attributes:
        doing: what the database was asked for, as a sentence goes on: "did not give the table Dis".
    """

    def __init__(self) -> None:
        self.doing = SIGN_IN

    def of_state(self, state: str, text: str, label: str, *, is_signing_in: bool) -> KhataError:
        """The driver answered with an error; its words are looked at and not repeated."""
        if is_signing_in:
            return _of_sign_in(state, text.casefold(), f"{label} {SIGN_IN}")
        what = f"{label} {self.doing}"
        if state == "rows":
            return rows_unreadable(what, 0)
        return absent(what, state) if state in _NO_TABLE else unavailable(what, state)

    def timed_out(self, label: str, seconds: float) -> KhataError:
        """No answer within the limit; the driver's process was ended."""
        return SourceUnavailable(
            f"{label} {self.doing}: no answer within {seconds:.0f} s, the question was given up. If the tables are "
            "large, or others lock them, raise database.timeout_s.",
            code="marg.tables.timed_out",
            seconds=round(seconds),
        )

    def crashed(self, label: str, code: int | None) -> KhataError:
        """The driver took its process down."""
        return SourceUnavailable(
            f"{label} {self.doing}: the ODBC driver ended unexpectedly (exit code {code}). Try again; if it happens "
            "again, install another version of the driver.",
            code="marg.tables.crashed",
            exit_code=code,
        )

    def too_many_rows(self, label: str, rows_max: int) -> KhataError:
        """More rows than the limit: part of a table is no table."""
        return SourceRejected(
            f"{label} {self.doing}: it has more than {rows_max} rows, the limit. Raise database.rows_max.",
            code="marg.tables.too_many_rows",
            rows_max=rows_max,
        )


def _of_sign_in(state: str, words: str, what: str) -> KhataError:
    if state == "pyodbc":
        return no_pyodbc()
    if state in _NO_DRIVER or "can't open lib" in words:
        return no_driver(what, state)
    if state.startswith(_REFUSED) or any(one in words for one in _REFUSING_WORDS):
        return refused_user(what, state)
    return unavailable(what, state)


def no_pyodbc() -> ConfigurationError:
    """The Python package, or the system library it needs, is not there."""
    return ConfigurationError(
        "Tables are read through pyodbc, which cannot be loaded: pip install 'khata-hub[agent]'; on Linux it needs "
        "unixODBC besides.",
        code="marg.tables.no_pyodbc",
    )


def refused_user(what: str, state: str) -> CredentialError:
    """The server knows better."""
    return CredentialError(f"{what}: the user or password is refused.", code="marg.tables.refused_user", state=state)


def no_driver(what: str, state: str) -> ConfigurationError:
    """The driver manager does not know the driver."""
    return ConfigurationError(
        f"{what}: the ODBC driver or data source of the settings is not on this computer.",
        code="marg.tables.no_driver",
        state=state,
    )


def absent(what: str, state: str) -> SourceRejected:
    """No such table, or it is one of something else."""
    return SourceRejected(
        f"{what}: it, or its column CompanyID, is not there. Name the table in 'tables'.", code=ABSENT, state=state
    )


def unavailable(what: str, state: str) -> SourceUnavailable:
    """Nobody answers, or the answer broke off."""
    return SourceUnavailable(
        f"{what} (state {state or 'unknown'}). Try again.", code="marg.tables.unavailable", state=state
    )


def rows_unreadable(what: str, number: int) -> SourceMalformed:
    """The driver cannot hand rows over; without them documents would miss lines."""
    which = f"row {number}" if number else "one row after another"
    return SourceMalformed(
        f"{what}: {which} cannot be handed over by the driver. Nothing is taken; look at the row in the database, or "
        "try another driver.",
        code="marg.tables.rows_unreadable",
        row=number,
    )
