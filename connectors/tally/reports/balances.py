"""Trial Balance: names with opening, debit, credit and closing, group by group or ledger by ledger.

Closing and opening come as a debit and a credit column (both may be filled for a group) or as one signed column; the
columns of the period's movement are there only if the report was asked for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from canonical.money import ZERO
from canonical.proof import ReportLine
from connectors.tally.reports.rows import Sheet, column_text
from connectors.tally.tree import Node

NAME, BLOCK = "DSPACCNAME", "DSPACCINFO"
CLOSING = ("DSPCLDRAMT", "DSPCLCRAMT", "DSPCLAMT")
OPENING = ("DSPOPDRAMT", "DSPOPCRAMT", "DSPOPAMT")
MOVEMENT = ("DSPDRAMT", "DSPCRAMT")


def is_trial_balance(sheet: Sheet) -> bool:
    """Names with account figures among which closing balances are, and no periods (as a cash flow has)."""
    return "DSPPERIOD" not in sheet.tags and any(_has(block, CLOSING) for _, block in sheet.pairs(NAME, BLOCK))


def read_trial_balance(sheet: Sheet) -> tuple[tuple[ReportLine, ...], tuple[str, ...]]:
    """Read the lines, and the names that are printed without any amount.

    Raises:
        SourceMalformed: an amount cannot be read.
    """
    pairs = list(sheet.pairs(NAME, BLOCK))
    has_opening = any(_has(block, OPENING) for _, block in pairs)
    has_movement = any(_has(block, MOVEMENT) for _, block in pairs)
    lines = []
    headings = []
    for name, block in pairs:
        if block is None:
            headings.append(name)
            continue
        debit, credit = (abs(_sum(block, (tag,), sheet)) for tag in MOVEMENT)
        lines.append(
            ReportLine(
                name=name,
                net=-_sum(block, CLOSING, sheet),
                opening=-_sum(block, OPENING, sheet) if has_opening else None,
                debit=debit if has_movement else None,
                credit=credit if has_movement else None,
            )
        )
    return tuple(lines), tuple(headings)


def _has(block: Node | None, tags: Sequence[str]) -> bool:
    return block is not None and any(tag in block for tag in tags)


def _sum(block: Node, tags: Sequence[str], sheet: Sheet) -> Decimal:
    return sum((sheet.amount(column_text(block, tag)) for tag in tags), ZERO)
