"""``khata trace``: any figure back to its raw record."""

from __future__ import annotations

from typing import Annotated

import typer

from khata.cli.options import Database, DocumentFormat, SummaryFormat, Tenant
from khata.cli.output import write_document
from khata.cli.session import open_session


def trace(
    ctx: typer.Context,
    record: Annotated[
        str,
        typer.Argument(metavar="ID", help="An id from a report (voucher:12, ledger:5, raw:7, issue:3) or an address."),
    ],
    db: Database = None,
    tenant: Tenant = None,
    form: SummaryFormat = DocumentFormat.TABLE,
) -> None:
    """Walk from a figure to the record behind it and to what the source said, word by word."""
    from khata.reading.trace import trace_record
    from khata.rendering.trace import trace_document, trace_lines

    with open_session(ctx, db, tenant) as session:
        found = trace_record(session.books, record)
    if form is DocumentFormat.JSON:
        write_document(trace_document(found))
        return
    for line in trace_lines(found):
        typer.echo(line)
