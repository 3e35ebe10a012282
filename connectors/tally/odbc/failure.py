"""What can go wrong with Tally's ODBC server, as sentences with a remedy: one function per reason.

SQLSTATEs are the driver manager's (those of Tally's own driver are not published), so what it does not explain is
passed on in the driver's words. Whether to retry is readable from the class.
"""

from __future__ import annotations

from canonical.errors import ConfigurationError, SourceError, SourceMalformed, SourceRejected, SourceUnavailable
from connectors.tally.odbc.address import OdbcAddress

SWITCH_ON = (
    "In TallyPrime: F1 (Help) > Settings > Connectivity > Client/Server configuration: TallyPrime acts as Both, "
    "Enable ODBC Yes, and the port; in Tally.ERP 9: F12 > Advanced Configuration. Then restart Tally."
)
REGISTER = (
    "Start Tally once with 'Run as administrator' and ODBC enabled: it registers its driver. A driver of 64 bits comes "
    "with a 64-bit Tally."
)
OTHER_BITS = (
    "Install the Tally, or run Khata with the Python, of the other number of bits: a program of 64 bits cannot load a "
    "driver of 32 bits, nor the other way round. TallyPrime is offered in 64 bits; 64-bit Tally with 64-bit Python is "
    "the pair to have."
)
INSTALL_PYODBC = "Install it: pip install 'khata-hub[agent]'."
LOOK_AT_TALLY = (
    "Look at the Tally window: close any message or open entry screen, and wait until a long report is done."
)

Failure = ConfigurationError | SourceError


def of_state(state: str, text: str, address: OdbcAddress, *, is_signing_in: bool = False) -> Failure:
    """Return the error for what the driver said.

    Args:
        state: SQLSTATE, or a word of the child process; empty if the driver gave none.
        text: the driver's own words, shortened.
        address: where we asked.
        is_signing_in: not a query: some drivers say only "general error" when nobody listens.
    """
    where = address.label
    lowered = text.casefold()
    if state == "pyodbc":
        return pyodbc_missing(text)
    if state == "rows":
        return rows_unreadable(where, text)
    if state == "IM014" or "architecture mismatch" in lowered or "error 193" in lowered or "error code 193" in lowered:
        return ConfigurationError(
            f"{where}: the driver and this program have different numbers of bits (32 and 64). {OTHER_BITS}",
            code="tally.odbc.bits",
            state=state,
        )
    if state == "IM002" or "can't open lib" in lowered or state == "IM003":
        return ConfigurationError(
            f"{where}: this computer has no such data source or driver ({text}). {REGISTER}",
            code="tally.odbc.no_driver",
            state=state,
        )
    if is_signing_in or state.startswith(("08", "HYT")):
        return SourceUnavailable(
            f"{where}: Tally's ODBC server does not answer ({text}). Is Tally running, with a company open? "
            f"{SWITCH_ON}",
            code="tally.odbc.not_listening",
            state=state,
        )
    return refused(where, state, text)


def refused(where: str, state: str, text: str) -> SourceRejected:
    """The driver answered with an error that is not about reaching Tally."""
    return SourceRejected(
        f"{where} refused a query: {text}. Is a company open in Tally?", code="tally.odbc.refused", state=state
    )


def pyodbc_missing(text: str) -> ConfigurationError:
    """The Python package, or the system library it needs, is not there."""
    return ConfigurationError(
        f"ODBC needs the Python package pyodbc, and it cannot be loaded ({text}). {INSTALL_PYODBC}",
        code="tally.odbc.pyodbc_missing",
    )


def rows_unreadable(where: str, text: str) -> SourceMalformed:
    """Row after row failed."""
    return SourceMalformed(
        f"{where}: no row can be read any more ({text}). Read the books over the XML gateway.",
        code="tally.odbc.rows_unreadable",
    )


def timed_out(where: str, seconds: float) -> SourceUnavailable:
    """No answer within the time limit; our process was ended, Tally may still be working."""
    return SourceUnavailable(
        f"{where} gave no answer within {seconds:.0f} s; the query was given up. {LOOK_AT_TALLY}",
        code="tally.odbc.timed_out",
        seconds=round(seconds),
    )


def still_busy(where: str, seconds: float) -> SourceUnavailable:
    """After a query was given up Tally did not come back."""
    return SourceUnavailable(
        f"{where} is still busy with an earlier query after {seconds:.0f} s more; nothing else is asked. "
        f"{LOOK_AT_TALLY}",
        code="tally.odbc.busy",
        seconds=round(seconds),
    )


def crashed(where: str, code: int | None) -> SourceUnavailable:
    """The driver took its process down."""
    return SourceUnavailable(
        f"{where}: the ODBC driver ended unexpectedly (exit code {code}). Restart Tally if it happens again.",
        code="tally.odbc.crashed",
        exit_code=code,
    )


def too_many_rows(where: str, table: str, rows_max: int) -> SourceRejected:
    """More rows than the limit: part of a list is no list."""
    return SourceRejected(
        f"{where}: {table} has more than {rows_max} rows, the limit. Raise odbc.rows_max, or use the XML gateway.",
        code="tally.odbc.too_many_rows",
        table=table,
        rows_max=rows_max,
    )


def column_missing(where: str, table: str, column: str) -> SourceMalformed:
    """An answer without the column that gives its rows an identity."""
    return SourceMalformed(
        f"{where}: the answer for {table} has no ${column}; it cannot be used. Use the XML gateway.",
        code="tally.odbc.column_missing",
        table=table,
        column=column,
    )


def other_company(where: str, wanted: str, found: str) -> SourceRejected:
    """ODBC serves the company that is active in Tally, and it is not the wanted one."""
    return SourceRejected(
        f"{where} serves {found}, but {wanted} was asked for. ODBC has no way to choose: in Tally make {wanted} the "
        "active company (F3, or Alt+F3 to select it), then try again.",
        code="tally.odbc.company_mismatch",
        found=found,
        wanted=wanted,
    )


def company_unclear(where: str, number: int) -> SourceRejected:
    """Several companies are open and nothing says whose rows these are."""
    return SourceRejected(
        f"{where}: {number} companies are open in Tally and the rows carry no GUID, so whose they are cannot be told. "
        "Leave only the wanted company open.",
        code="tally.odbc.company_unclear",
        companies=number,
    )


def no_company(where: str) -> SourceRejected:
    """Tally runs, but no company is open."""
    return SourceRejected(
        f"{where}: no company is open in Tally. Open the company, then try again.", code="tally.odbc.no_company_open"
    )


def no_identity(where: str, table: str) -> SourceRejected:
    """Rows without GUID cannot take the place of records known by GUID."""
    return SourceRejected(
        f"{where}: {table} comes without $GUID, so its rows would double the masters that are known by their GUID. "
        "They can be compared with, not stored. Use the XML gateway.",
        code="tally.odbc.no_identity",
        table=table,
    )
