"""Reports for people: Rich tables with Indian digit grouping.

On a terminal the table fits its width; into a pipe or a file it is as wide as it needs to be, so nothing is cut off
and the same figures always give the same text. Where next: ``files.py`` for programs.
"""

from __future__ import annotations

import sys
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO

from canonical.money import render_inr
from khata.rendering.sheet import Cell, Column, ColumnKind, Sheet
from khata.wiring import BUSINESS_ZONE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

PIPE_WIDTH = 400
"""Columns of output that is not a terminal: wide enough that no table of ours wraps."""
_RIGHT = {ColumnKind.AMOUNT, ColumnKind.COUNT}


def open_console(stream: TextIO | None = None) -> Console:
    """Return a console on a stream (standard output by default) that never cuts what goes into a pipe."""
    from rich.console import Console  # noqa: PLC0415 - loads when something is printed

    target = stream or sys.stdout
    return Console(
        file=target, width=None if target.isatty() else PIPE_WIDTH, highlight=False, emoji=False, soft_wrap=False
    )


def print_sheet(sheet: Sheet, console: Console) -> None:
    """Print title, table, notes."""
    if console.is_terminal:
        _print_parts(sheet, console)
        return
    with console.capture() as captured:
        _print_parts(sheet, console)
    console.file.writelines(f"{line.rstrip()}\n" for line in captured.get().splitlines())


def _print_parts(sheet: Sheet, console: Console) -> None:
    from rich.text import Text  # noqa: PLC0415 - loads when something is printed

    console.print(Text(sheet.title, style="bold"))
    console.print(build_table(sheet) if sheet.rows else Text("  (nothing)"))
    for note in sheet.notes:
        console.print(Text(note))


def build_table(sheet: Sheet) -> Table:
    """Lay a sheet out as a Rich table; the totals are its footer."""
    from rich import box  # noqa: PLC0415 - loads when something is printed
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_footer=sheet.totals is not None, pad_edge=False, title_justify="left")
    totals = sheet.totals or [None] * len(sheet.columns)
    for column, total in zip(sheet.columns, totals, strict=True):
        right = column.kind in _RIGHT
        table.add_column(
            Text(column.title),
            footer=Text(render_cell(column, total)),
            justify="right" if right else "left",
            no_wrap=right or column.kind is ColumnKind.DAY,
            overflow="fold",
        )
    for row in sheet.rows:
        table.add_row(
            *(Text(render_cell(column, cell)) for column, cell in zip(sheet.columns, row, strict=True)),
        )
    return table


def render_cell(column: Column, cell: Cell) -> str:
    """Write one cell for people: grouped rupees, ISO dates, Indian time, nothing for None."""
    match cell:
        case None:
            return ""
        case Decimal():
            return render_inr(cell, decimals=_decimals(cell))
        case datetime():
            return cell.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M")
        case date():
            return cell.isoformat()
        case int() if column.kind is ColumnKind.COUNT:
            return render_inr(Decimal(cell), decimals=0)
        case _:
            return printable(str(cell))


def _decimals(amount: Decimal) -> int:
    exponent = amount.normalize().as_tuple().exponent
    return max(2, -exponent if isinstance(exponent, int) else 0)


def printable(words: str) -> str:
    """Show control characters instead of sending them to the terminal (a source may hold escape sequences)."""
    return "".join(
        char if char.isprintable() else " " if char in "\t\r\n" else "\N{REPLACEMENT CHARACTER}" for char in words
    )
