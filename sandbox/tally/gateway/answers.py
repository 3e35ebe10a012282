"""The envelopes of answers: what stands before and after the data, and every kind of refusal.

Lines end in LF here; the server sends CR LF, as Tally does.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.tally.books.catalogue import CLASSES
from sandbox.tally.books.tree import escape_native

PRODUCT = "TallyPrime"
LIVENESS = f"<RESPONSE>{PRODUCT} Server is Running</RESPONSE>\n"
UNKNOWN_REQUEST = "<RESPONSE>Unknown Request, cannot be processed</RESPONSE>\n"
EMPTY_REPORT = "<ENVELOPE></ENVELOPE>\n"
DATA_END = "  </DATA>\n </BODY>\n</ENVELOPE>\n"


def header(*, status: int | None) -> str:
    """The header of a collection, object or function; without STATUS for ``None``."""
    status_line = "" if status is None else f"  <STATUS>{status}</STATUS>\n"
    return f" <HEADER>\n  <VERSION>1</VERSION>\n{status_line} </HEADER>\n"


def company_info(counts: Mapping[str, int]) -> str:
    """CMPINFO: one counter for every class, mostly zero; not a count of what follows."""
    lines = "".join(f"    <{name}>{counts.get(name, 0)}</{name}>\n" for name in CLASSES)
    return f"  <DESC>\n   <CMPINFO>\n{lines}   </CMPINFO>\n  </DESC>\n"


def line_error(message: str) -> str:
    """An application error: STATUS 0 and LINEERROR."""
    return (
        f"<ENVELOPE>\n{header(status=0)} <BODY>\n  <DATA>\n   <LINEERROR>{escape_native(message)}</LINEERROR>\n"
        "  </DATA>\n </BODY>\n</ENVELOPE>\n"
    )


def report_not_found(message: str) -> str:
    """The answer for a report that does not exist."""
    return f"<RESPONSE>\n <LINEERROR>{escape_native(message)}</LINEERROR>\n</RESPONSE>\n"


def company_not_set(name: str) -> str:
    """The answer of a report for a company that is not loaded."""
    return line_error(f"Could not set 'SVCurrentCompany' to '{name}'")


def result(body: str) -> str:
    """A function's answer around its RESULT or ERRORMSG lines."""
    return f"<ENVELOPE>\n{header(status=1)} <BODY>\n  <DESC>\n  </DESC>\n  <DATA>\n{body}{DATA_END}"


def data_start(*, status: int | None, counts: Mapping[str, int]) -> str:
    """Everything before the content of DATA."""
    return f"<ENVELOPE>\n{header(status=status)} <BODY>\n{company_info(counts)}  <DATA>\n"
