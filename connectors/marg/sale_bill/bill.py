"""One bill as its lines say it: nothing is interpreted here, so that the raw record is the file's own text.

Fields are separated by commas and never quoted: a comma inside a name shifts every column after it, so the translation
asserts the number of fields (H 53, T 51, F 11) and never guesses.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from canonical.errors import ConfigurationError, SourceMalformed
from connectors.marg.recognition import MARK

BILL_NUMBER, BILL_DATE, BUYER_NAME, BUYER_GSTIN = 2, 3, 30, 32
"""Fields of the line H."""


@dataclass(slots=True)
class Bill:
    """Lines of one bill.

    Attributes:
        header: fields of H.
        lines: fields of every T.
        footer: fields of F; empty if there is none.
        others: lines of other kinds, kept as they are.
        first_line: its H in the file, from 1.
    """

    header: list[str]
    first_line: int
    lines: list[list[str]] = field(default_factory=list)
    footer: list[str] = field(default_factory=list)
    others: list[list[str]] = field(default_factory=list)

    def header_field(self, place: int) -> str:
        """A field of H, trimmed; empty if the line is too short."""
        return self.header[place].strip() if place < len(self.header) else ""


def load_bills(path: Path) -> list[Bill]:
    """Read the bills of a file, one for each H.

    Raises:
        ConfigurationError: the file cannot be opened.
        SourceMalformed: it is no Marg sale bill.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigurationError(
            f"{path.name} cannot be read: {error.strerror}.", code="marg.bill.file_unreadable", file=path.name
        ) from error
    bills = list(parse_bills(decoded(data)))
    if not bills or MARK not in ",".join(bills[0].header):
        raise SourceMalformed(
            f"{path.name} is no Marg sale bill: its first line is not H with {MARK}. Other programs write H/T/F files "
            "too; they cannot be read as Marg's.",
            code="marg.bill.not_a_bill",
            file=path.name,
        )
    return bills


def decoded(data: bytes) -> str:
    """Text of a file; what was seen is ASCII, anything else is read as UTF-8, or as Windows' Latin."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def parse_bills(text: str) -> Iterator[Bill]:
    """Split a text into bills; blank lines and a closing Ctrl-Z are skipped, what comes before the first H too."""
    bill: Bill | None = None
    for number, line in enumerate(text.replace("\x1a", "").splitlines(), start=1):
        if not line.strip():
            continue
        fields = line.split(",")
        kind = fields[0].strip()
        if kind == "H":
            if bill is not None:
                yield bill
            bill = Bill(fields, number)
        elif bill is not None:
            _take(bill, kind, fields)
    if bill is not None:
        yield bill


def _take(bill: Bill, kind: str, fields: list[str]) -> None:
    if kind == "T":
        bill.lines.append(fields)
    elif kind == "F" and not bill.footer:
        bill.footer = fields
    else:
        bill.others.append(fields)
