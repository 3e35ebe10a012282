"""The answer to an import: counters, refusals, and the trap that an exception need not say why."""

from __future__ import annotations

from dataclasses import dataclass, field, fields

from sandbox.tally.books.tree import escape_native

UNKNOWN_REQUEST = "<RESPONSE>Unknown Request, cannot be processed</RESPONSE>"
"""No counters: a hard failure, never nothing created."""


@dataclass(slots=True, kw_only=True)
class ImportResult:
    """What an import did; the counters in Tally's order.

    Attributes:
        lastvchid: master number of the last voucher written.
        lastmid: Tally writes 0 here in nearly every answer seen, and so does the sandbox.
        line_errors: texts of refusals.
    """

    created: int = 0
    altered: int = 0
    deleted: int = 0
    lastvchid: int = 0
    lastmid: int = 0
    combined: int = 0
    ignored: int = 0
    errors: int = 0
    cancelled: int = 0
    exceptions: int = 0
    line_errors: list[str] = field(default_factory=list)

    def refuse(self, text: str) -> None:
        """Count an exception, with its reason."""
        self.exceptions += 1
        self.line_errors.append(text)

    @property
    def counters(self) -> dict[str, int]:
        """Counters by lower-case name."""
        return {one.name: getattr(self, one.name) for one in fields(self) if one.name != "line_errors"}

    def to_xml(self) -> str:
        """Write the bare RESPONSE, as captured."""
        errors = "".join(f"<LINEERROR>{escape_native(text)}</LINEERROR>" for text in self.line_errors)
        counts = "".join(f"<{name.upper()}>{count}</{name.upper()}>" for name, count in self.counters.items())
        return f"<RESPONSE>{errors}{counts}</RESPONSE>"


def wrong_company(name: str) -> str:
    """Answer an import into a company that is not loaded."""
    text = escape_native(f"Could not set 'SVCurrentCompany' to '{name}'")
    return (
        "<ENVELOPE>\n <HEADER>\n  <VERSION>1</VERSION>\n  <STATUS>0</STATUS>\n </HEADER>\n <BODY>\n  <DATA>\n"
        f"   <LINEERROR>{text}</LINEERROR>\n  </DATA>\n </BODY>\n</ENVELOPE>\n"
    )
