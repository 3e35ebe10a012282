"""Stock Summary: items or stock groups with quantity, rate and value at the end of the period.

Only the value is read: the rate is rounded, so quantity times rate is not the value. Negative is debit: stock held.
A Godown Summary has the same shape with places for names; whoever uses the lines looks at the names.
"""

from __future__ import annotations

from canonical.proof import ReportLine
from connectors.tally.reports.rows import Sheet
from connectors.tally.tree import nodes_of, text_of

NAME, BLOCK = "DSPACCNAME", "DSPSTKINFO"


def read_stock(sheet: Sheet) -> tuple[tuple[ReportLine, ...], tuple[str, ...]]:
    """Read the values, and the names without one.

    Raises:
        SourceMalformed: a value cannot be read.
    """
    lines = []
    headings = []
    for name, block in sheet.pairs(NAME, BLOCK):
        closing = nodes_of(block.get("DSPSTKCL"))[:1] if block else []
        text = text_of(closing[0].get("DSPCLAMTA")) if closing else ""
        if text:
            lines.append(ReportLine(name=name, net=-sheet.amount(text)))
        else:
            headings.append(name)
    return tuple(lines), tuple(headings)
