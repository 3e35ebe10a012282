"""Reports for people: Rich tables with Indian digit grouping.

On a terminal the table fits its width; into a pipe or a file it is as wide as it needs to be, so nothing is cut off
and the same figures always give the same text. Where next: ``files.py`` for programs.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, TextIO, TypeVar

from canonical.money import render_inr
from khata.rendering.sheet import Cell, Column, ColumnKind, Sheet
from khata.wiring import BUSINESS_ZONE

if TYPE_CHECKING:
    from rich.console import Console
    from rich.table import Table

T = TypeVar("T")
PIPE_WIDTH = 400
"""Columns of output that is not a terminal: wide enough that no table of ours wraps."""
TEXT_WIDTH_MIN = 16
"""Columns a text keeps on a narrow terminal before it is folded; figures and dates keep all of theirs."""
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
    if sheet.rows:
        _print_table(sheet, console)
    else:
        console.print(Text("  (nothing)"))
    for note in sheet.notes:
        console.print(Text(note))


def _print_table(sheet: Sheet, console: Console) -> None:
    """Print the columns the terminal has room for; extra ones go first, from the right, and no figure is ever cut.

    If even the columns that must be there are too wide, the lines are longer than the terminal and it wraps them.
    """
    table = build_table(sheet)
    least, widest = _widths(table, console)
    while widest > console.width and (extras := [i for i, column in enumerate(sheet.columns) if column.is_extra]):
        sheet = _without_column(sheet, extras[-1])
        table = build_table(sheet)
        least, widest = _widths(table, console)
    if least > console.width:
        table.width = least
    console.print(table, crop=False)


def _widths(table: Table, console: Console) -> tuple[int, int]:
    from rich.measure import Measurement  # noqa: PLC0415 - loads when something is printed

    found = Measurement.get(console, console.options.update(max_width=PIPE_WIDTH), table)
    return found.minimum, found.maximum


def _without_column(sheet: Sheet, place: int) -> Sheet:
    def kept(cells: Sequence[T]) -> tuple[T, ...]:
        return (*cells[:place], *cells[place + 1 :])

    totals = None if sheet.totals is None else kept(sheet.totals)
    return replace(sheet, columns=kept(sheet.columns), rows=[kept(row) for row in sheet.rows], totals=totals)


def build_table(sheet: Sheet) -> Table:
    """Lay a sheet out as a Rich table; the totals are its footer."""
    from rich import box  # noqa: PLC0415 - loads when something is printed
    from rich.table import Table  # noqa: PLC0415
    from rich.text import Text  # noqa: PLC0415

    table = Table(box=box.SIMPLE_HEAD, show_footer=sheet.totals is not None, pad_edge=False, title_justify="left")
    totals = sheet.totals or [None] * len(sheet.columns)
    for place, (column, total) in enumerate(zip(sheet.columns, totals, strict=True)):
        right = column.kind in _RIGHT
        shown = [column.title, render_cell(column, total), *(render_cell(column, row[place]) for row in sheet.rows)]
        widest = max(map(len, shown))
        table.add_column(
            Text(column.title),
            footer=Text(render_cell(column, total)),
            justify="right" if right else "left",
            no_wrap=column.kind is not ColumnKind.TEXT,
            overflow="fold",
            min_width=min(widest, TEXT_WIDTH_MIN) if column.kind is ColumnKind.TEXT else widest,
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
        case int() if column.kind in _RIGHT:
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
