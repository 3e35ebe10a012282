"""Balance Sheet and Profit and Loss: rows with a main amount, or with a sub amount that a main row above contains.

The balance sheet wraps its names (``BSNAME``) and its amounts (``BSAMT``); the profit and loss account uses ``PLAMT``
and, inside it, the balance sheet's tag for main amounts.
"""

from __future__ import annotations

from canonical.proof import ReportLine
from connectors.tally.reports.rows import Sheet, column_text
from connectors.tally.tree import Node

MAIN = "BSMAINAMT"
BALANCE_SHEET = ("BSNAME", "BSAMT", "BSSUBAMT")
PROFIT_AND_LOSS = ("DSPACCNAME", "PLAMT", "PLSUBAMT")


def read_statement(sheet: Sheet, tags: tuple[str, str, str]) -> tuple[tuple[ReportLine, ...], tuple[str, ...]]:
    """Read the rows that have an amount, and the names of those that have none.

    Args:
        sheet: the report.
        tags: of names, of amount blocks, of sub amounts.

    Raises:
        SourceMalformed: an amount cannot be read.
    """
    name_tag, block_tag, sub_tag = tags
    lines = []
    headings = []
    for name, block in sheet.pairs(name_tag, block_tag):
        line = _line(name, block or {}, sub_tag, sheet)
        if line is None:
            headings.append(name)
        else:
            lines.append(line)
    return tuple(lines), tuple(headings)


def _line(name: str, block: Node, sub_tag: str, sheet: Sheet) -> ReportLine | None:
    main, sub = column_text(block, MAIN), column_text(block, sub_tag)
    if not main and not sub:
        return None
    return ReportLine(name=name, net=-sheet.amount(main or sub), is_part=not main)
