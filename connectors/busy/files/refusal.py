"""Why a file cannot be used: one function per reason, each naming the file and what to do.

All are ``SourceMalformed`` with a stable code ``busy.file.*``: nothing of a refused file is ever handed over.
"""

from __future__ import annotations

from canonical.errors import ConfigurationError, SourceMalformed

EXPORT_HINT = "Export it again from BUSY (Administration, XML export) and wait until BUSY says it has finished."
REPORT_HINT = "Export the report again from BUSY, with its title and header, and do not edit the sheet."


def _refuse(code: str, file: str, message: str) -> SourceMalformed:
    return SourceMalformed(message, code=code, file=file)


def not_busy(file: str, found: str) -> SourceMalformed:
    """Readable as something else, or not readable at all."""
    advice = "Give an XML export (.DAT) or a report of BUSY as workbook or CSV."
    return _refuse("busy.file.not_busy", file, f"{file} is {found}, no file of BUSY that is read. {advice}")


def empty(file: str) -> SourceMalformed:
    """No bytes."""
    return _refuse("busy.file.empty", file, f"{file} is empty. {EXPORT_HINT}")


def malformed(file: str, line: int, column: int, reason: str) -> SourceMalformed:
    """Not well-formed XML, or cut off."""
    return _refuse(
        "busy.file.malformed",
        file,
        f"{file} is no whole XML document: line {line}, column {column}: {reason}. The export or a copy of it was "
        f"damaged or cut off. {EXPORT_HINT}",
    )


def without_year(file: str) -> SourceMalformed:
    """An export without FinYear: its codes belong to no database."""
    return _refuse(
        "busy.file.year_missing",
        file,
        f"{file} does not say its financial year (FinYear), or not as dd-mm-yyyy. {EXPORT_HINT}",
    )


def without_header(file: str) -> SourceMalformed:
    """A report whose header row is not there."""
    return _refuse(
        "busy.file.header_missing",
        file,
        f"{file} has the title of a BUSY report and no header row with Date and Vch/Bill No below it. {REPORT_HINT}",
    )


def without_company() -> ConfigurationError:
    """XML exports do not name the firm, and a guess could mix the books of two."""
    return ConfigurationError(
        "An XML export of BUSY does not say whose books it holds. Say it with --company NAME (of khata import, or of "
        "khata watch FOLDER), always the same name for the same firm.",
        code="busy.company.unknown",
    )
