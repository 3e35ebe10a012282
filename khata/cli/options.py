"""Options that several commands share, declared once so that they mean the same everywhere."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from khata.rendering.sheet import Format
from khata.wiring import BUSINESS_ZONE


class DocumentFormat(StrEnum):
    """Formats of commands whose result is not one table."""

    TABLE = "table"
    JSON = "json"


def parse_day(text: str) -> date:
    """Read a business date.

    Raises:
        typer.BadParameter: not ``YYYY-MM-DD``.
    """
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it as 2026-03-31.") from error


def parse_moment(text: str) -> datetime:
    """Read a point in time; a bare date means the end of that day in India.

    >>> parse_moment("2026-03-31").isoformat()
    '2026-03-31T23:59:59.999999+05:30'
    """
    try:
        if len(text) == len("2026-03-31"):
            midnight = datetime.combine(date.fromisoformat(text) + timedelta(days=1), time(), BUSINESS_ZONE)
            return midnight - timedelta(microseconds=1)
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a time; write 2026-03-31 or 2026-03-31T18:00:00+05:30.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=BUSINESS_ZONE)


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
        parser=parse_day,
        help="Accounting date of the report (YYYY-MM-DD); today if left out.",
    ),
]
KnownAt = Annotated[
    datetime | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        parser=parse_moment,
        help="Answer as the books were known at this time; a bare date means the end of that day in India.",
    ),
]
FromDay = Annotated[
    date | None, typer.Option("--from", metavar="DATE", parser=parse_day, help="First day (YYYY-MM-DD).")
]
ToDay = Annotated[date | None, typer.Option("--to", metavar="DATE", parser=parse_day, help="Last day (YYYY-MM-DD).")]
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
