"""Ledgers as Tally's ODBC server gave them, kept in a record of the stream ``reports``: closing balances as an oracle.

Whether they are of a period that is known decides ``connectors.tally.odbc.opinion`` when they are read; here they are
only lines.
"""

from __future__ import annotations

from canonical.proof import ReportLine
from connectors.tally.reports.rows import Sheet
from connectors.tally.tree import text_of

ROW_TAG = "ODBCLEDGER"
"""Tag of a row: a ledger as an object with the tags of Tally's XML."""
DERIVED = "@DERIVED"
"""Marks a ledger whose balance Tally derives (the result, stock): compared with nothing."""


def read_odbc_ledgers(sheet: Sheet) -> tuple[ReportLine, ...]:
    """Read the ledgers that carry a closing balance in rupees.

    Left out are those without a balance, those whose balance Tally derives, and those that state it in a foreign
    currency: they say nothing, which is not zero.

    Raises:
        SourceMalformed: an amount cannot be read.
    """
    lines = []
    for tag, node in sheet.rows:
        if tag != ROW_TAG or not isinstance(node, dict) or DERIVED in node:
            continue
        closing = text_of(node.get("CLOSINGBALANCE"))
        if closing and "=" not in closing:
            lines.append(ReportLine(name=text_of(node.get("@NAME")), net=-sheet.amount(closing)))
    return tuple(lines)
