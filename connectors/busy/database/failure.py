"""What can go wrong with a company database, as sentences with a remedy: one function per reason.

Drivers' own words are passed on shortened; passwords never are.
"""

from __future__ import annotations

from pathlib import Path

from canonical.errors import (
    ConfigurationError,
    CredentialError,
    KhataError,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)

INSTALL_PYODBC = "Install it: pip install 'khata-hub[agent]'."
INSTALL_DRIVER = (
    "Debian and Ubuntu: odbc-mdbtools for .bds files, tdsodbc for SQL Server, odbc-mariadb for MySQL and MariaDB; on "
    "Windows the Access Database Engine in the number of bits of this program. Another driver's name goes into "
    "database.driver."
)
READ_ONLY_LOGIN = (
    "Ask whoever runs the server for a login that may only read: db_datareader on every BusyComp..._db1YYYY database, "
    "the new year's each April included."
)
_NO_DRIVER = ("IM002", "IM003", "01000")
_SIGN_IN_REFUSED = ("28", "18456", "1045")
_WRONG_JET_PASSWORD = ("not a valid password", "-1905")


class DatabaseFailures:
    """The sentences for ``connectors.sdk.odbc.session``."""

    def of_state(self, state: str, text: str, label: str, *, is_signing_in: bool) -> KhataError:
        """The driver answered with an error."""
        if state == "pyodbc":
            return pyodbc_missing(text)
        lowered = text.casefold()
        if (is_signing_in and state in _NO_DRIVER) or "can't open lib" in lowered:
            return no_driver(label, state, text)
        if any(words in lowered for words in _WRONG_JET_PASSWORD):
            return file_password(label, text)
        if is_signing_in:
            is_refused = state.startswith(_SIGN_IN_REFUSED) or "login failed" in lowered or "denied" in lowered
            return sign_in_refused(label, state, text) if is_refused else unreachable(label, state, text)
        return unreachable(label, state, text) if state.startswith(("08", "HYT")) else refused(label, state, text)

    def timed_out(self, label: str, seconds: float) -> KhataError:
        """No answer within the limit; our process was ended."""
        return SourceUnavailable(
            f"{label} gave no answer within {seconds:.0f} s; the question was given up. If the database is large, "
            "raise database.answer_timeout_s.",
            code="busy.database.timed_out",
            seconds=round(seconds),
        )

    def crashed(self, label: str, code: int | None) -> KhataError:
        """The driver took its process down."""
        return SourceUnavailable(
            f"{label}: the ODBC driver ended unexpectedly (exit code {code}). If it happens again, the file may be "
            "damaged: repair it in BUSY, or read a backup.",
            code="busy.database.crashed",
            exit_code=code,
        )

    def too_many_rows(self, label: str, rows_max: int) -> KhataError:
        """More rows than the limit: part of a table is no table."""
        return SourceRejected(
            f"{label}: a table has more than {rows_max} rows, the limit. Raise database.rows_max.",
            code="busy.database.too_many_rows",
            rows_max=rows_max,
        )


def pyodbc_missing(text: str) -> ConfigurationError:
    """The Python package, or the system library it needs, is not there."""
    return ConfigurationError(
        f"Reading databases needs the Python package pyodbc, and it cannot be loaded ({text}). {INSTALL_PYODBC}",
        code="busy.database.pyodbc_missing",
    )


def no_driver(label: str, state: str, text: str) -> ConfigurationError:
    """The driver manager does not know the driver."""
    return ConfigurationError(
        f"{label}: this computer has no such ODBC driver ({text}). {INSTALL_DRIVER}",
        code="busy.database.no_driver",
        state=state,
    )


def file_password(label: str, text: str) -> CredentialError:
    """Microsoft's driver asks for the file's password."""
    return CredentialError(
        f"{label}: the driver wants the file's password ({text}). Put it into database.password; on Linux MDBTools "
        "needs none.",
        code="busy.database.password",
    )


def sign_in_refused(label: str, state: str, text: str) -> CredentialError:
    """The server knows better."""
    return CredentialError(
        f"{label} refused the sign-in ({text}). Check database.user and database.password. {READ_ONLY_LOGIN}",
        code="busy.database.sign_in",
        state=state,
    )


def unreachable(label: str, state: str, text: str) -> SourceUnavailable:
    """Nobody answers."""
    return SourceUnavailable(
        f"{label} does not answer ({text}). Is the server running, and can this computer reach its port?",
        code="busy.database.unreachable",
        state=state,
    )


def refused(label: str, state: str, text: str) -> SourceRejected:
    """The driver or server did not want to answer."""
    lowered = text.casefold()
    if state == "42S02" or "invalid object name" in lowered or "doesn't exist" in lowered:
        return SourceRejected(
            f"{label} has no such table ({text}). Is it a BUSY company database of a financial year?",
            code="busy.database.no_table",
            state=state,
        )
    return SourceRejected(f"{label} refused a question: {text}.", code="busy.database.refused", state=state)


def no_file(path: Path) -> ConfigurationError:
    """Nothing readable under the name."""
    return ConfigurationError(
        f"There is no readable company database at {path}. Give a company's folder (DATA\\COMP0001) or its db1YYYY.bds "
        "files.",
        code="busy.database.file_not_found",
        file=path.name,
    )


def not_jet(name: str, why: str) -> SourceRejected:
    """Not an Access database."""
    return SourceRejected(
        f"{name} is no company database of BUSY ({why}). Company databases are called db1YYYY.bds and lie in "
        "DATA\\COMPNNNN.",
        code="busy.database.not_jet",
        file=name,
    )


def encrypted(name: str) -> SourceRejected:
    """AES: nobody reads it without the password, MDBTools not even with it."""
    return SourceRejected(
        f"{name} is encrypted by Access with a password (AES); MDBTools cannot read it at all. Read it on Windows with "
        "the Access driver and database.password, or remove the encryption in a copy; a password that only BUSY set "
        "does not encrypt and is no hindrance.",
        code="busy.database.encrypted",
        file=name,
    )


def money_file(name: str) -> SourceRejected:
    """Microsoft Money uses the same engine under another name."""
    return SourceRejected(
        f"{name} is a Microsoft Money file, not a BUSY database.", code="busy.database.money", file=name
    )


def truncated(name: str, size: int) -> SourceRejected:
    """Shorter than its own header, or not whole pages."""
    return SourceRejected(
        f"{name} is cut short ({size} bytes are no whole pages). Copy it again while nobody works in the company.",
        code="busy.database.truncated",
        file=name,
    )


def restless(name: str, attempts: int) -> SourceUnavailable:
    """Somebody writes all the time."""
    return SourceUnavailable(
        f"{name} changed while it was copied, {attempts} times in a row. Try again when fewer people work in BUSY.",
        code="busy.database.restless",
        file=name,
    )


def no_years(where: str) -> ConfigurationError:
    """A folder or server without a year's database."""
    return ConfigurationError(
        f"{where} holds no database of a financial year (db1YYYY.bds, or BusyCompNNNN_db1YYYY on a server), or this "
        "login may not see it.",
        code="busy.database.no_years",
    )


def without_company(name: str) -> ConfigurationError:
    """A file outside BUSY's own folder names no firm, and a guess could mix the books of two."""
    return ConfigurationError(
        f"{name} does not say whose books it holds, for it does not lie in a folder of BUSY's such as COMP0001. Say it "
        "with --company NAME (of khata import, or of khata watch FOLDER), always the same name for the same firm.",
        code="busy.company.unknown",
        file=name,
    )


def year_unknown(name: str) -> ConfigurationError:
    """Neither the name nor the vouchers say the year."""
    return ConfigurationError(
        f"Which financial year {name} holds is said neither by its name (db1YYYY.bds) nor by a voucher. Give the file "
        "its name back.",
        code="busy.database.year_unknown",
        file=name,
    )


def nepali(name: str, year: int) -> ConfigurationError:
    """Books of another calendar."""
    return ConfigurationError(
        f"{name} holds a year of the Nepali calendar ({year}); such books are not read.",
        code="busy.database.calendar",
        year=year,
    )


def rows_lost(label: str, table: str, expected: int, found: int) -> SourceMalformed:
    """The driver gave other rows than the table has."""
    return SourceMalformed(
        f"{label}: {table} has {expected} rows by its own count, but {found} could be read. Repair the database in "
        "BUSY, or read a backup.",
        code="busy.database.rows_lost",
        table=table,
        expected=expected,
        found=found,
    )


def setting(field: str, problem: str) -> ConfigurationError:
    """A setting that cannot be."""
    return ConfigurationError(f"database.{field} {problem}.", code="busy.database.setting", field=field)
