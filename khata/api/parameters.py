"""Parameters that several endpoints share, declared once so that they mean the same everywhere."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Path, Query

CompanyId = Annotated[int, Path(ge=1, le=2**62, description="Number of the company, as /v1/companies lists it.")]
Limit = Annotated[int | None, Query(ge=1, le=10_000, description="Rows of this page; the server has an upper limit.")]
Cursor = Annotated[str | None, Query(max_length=500, description="next_cursor of the page before.")]
AsOf = Annotated[date | None, Query(description="Accounting date of the report; today in India if left out.")]
KnownAt = Annotated[
    str | None,
    Query(
        max_length=40,
        description="Answer as the books were known at this time; a bare date means the end of that day in India.",
        examples=["2026-04-01", "2026-04-01T18:00:00+05:30"],
    ),
]
Unproven = Annotated[
    bool, Query(description="Answer with the newest figures even if their proof holds them back (409 or older ones).")
]
RecordIdText = Annotated[str, Path(max_length=300, description="An id as the lists print it, such as voucher:12.")]
