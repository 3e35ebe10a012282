"""Options that several commands share, declared once so that they mean the same everywhere."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from pathlib import Path
from typing import Annotated, TypeVar

import typer

from canonical.errors import RuleError
from canonical.money import AmountError, parse_amount
from khata.reading.request import parse_day, parse_moment
from khata.rendering.sheet import Format

T = TypeVar("T")


class DocumentFormat(StrEnum):
    """Formats of commands whose result is not one table."""

    TABLE = "table"
    JSON = "json"


def _option(parse: Callable[[str], T]) -> Callable[[str], T]:
    """Turn a refused value into a usage error of the option it was given to."""

    def read(text: str) -> T:
        try:
            return parse(text)
        except RuleError as error:
            raise typer.BadParameter(error.message) from error

    return read


def rupees(text: str) -> Decimal:
    """Read an amount of an option."""
    try:
        return parse_amount(text)
    except AmountError as error:
        raise typer.BadParameter(error.message) from error


Database = Annotated[
    str | None,
    typer.Option(
        "--db",
        metavar="URL",
        help="Database to work on: sqlite:///PATH or postgresql://USER@HOST/NAME.",
        rich_help_panel="Which books",
    ),
]
Tenant = Annotated[
    str | None, typer.Option("--tenant", metavar="ID", help="Tenant whose books to use.", rich_help_panel="Which books")
]
CompanyName = Annotated[
    str | None,
    typer.Option(
        "--company",
        metavar="NAME",
        help="Company, by number, by name or by the beginning of its name; not needed if there is only one.",
        rich_help_panel="Which books",
    ),
]
AsOf = Annotated[
    date | None,
    typer.Option(
        "--as-of",
        metavar="DATE",
        parser=_option(parse_day),
        help="Accounting date of the report (YYYY-MM-DD); today if left out.",
    ),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        parser=_option(parse_moment),
        help="Answer as the books were known at this time; a bare date means the end of that day in India.",
    ),
]
FromDay = Annotated[
    date | None, typer.Option("--from", metavar="DATE", parser=_option(parse_day), help="First day (YYYY-MM-DD).")
]
ToDay = Annotated[
    date | None, typer.Option("--to", metavar="DATE", parser=_option(parse_day), help="Last day (YYYY-MM-DD).")
]
Unproven = Annotated[
    bool,
    typer.Option("--unproven", help="Show the newest figures even if their proof holds them back."),
]
ReportFormat = Annotated[
    Format, typer.Option("--format", help="table for people; json, csv and xlsx for programs.", case_sensitive=False)
]
SummaryFormat = Annotated[
    DocumentFormat, typer.Option("--format", help="table for people, json for programs.", case_sensitive=False)
]
Output = Annotated[
    Path | None,
    typer.Option(
        "--output", "-o", metavar="FILE", help="Write to this file instead of standard output (needed for xlsx)."
    ),
]
Limit = Annotated[int | None, typer.Option("--limit", min=1, max=10_000, help="Most rows to show.")]
Cursor = Annotated[
    str | None,
    typer.Option("--cursor", metavar="TEXT", help="Go on from here: the cursor that the last page ended with."),
]
