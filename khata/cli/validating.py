"""``khata validate``: check the books against the rules of GST anew."""

from __future__ import annotations

import typer

from khata.cli.options import CompanyName, Database, Tenant
from khata.cli.session import open_session


def validate(ctx: typer.Context, company: CompanyName = None, db: Database = None, tenant: Tenant = None) -> None:
    """Check every voucher of a company against the rules of GST anew, from the store.

    Every import and sync does this for what it brings. This does it for all: after the settings of GST or a release's
    rules have changed. Nothing is read from the source and no voucher is changed.
    """
    from harmonizer.validation.codes import BOOK_CODES, RECORD_CODES
    from khata.reading.company import pick_company
    from khata.turnover import parse_turnover
    from workflows.validation import validate_again

    with open_session(ctx, db, tenant) as session:
        declared = parse_turnover(session.hub.settings.gst.turnover)
        chosen = pick_company(session.books, company)
        count = validate_again(session.books, chosen.company_id, None, session.hub.clock(), declared)
        found = session.books.issues.counts(company_id=chosen.company_id)
    ours = {code: number for code, number in found.items() if code in (*RECORD_CODES, *BOOK_CODES)}
    typer.echo(f"{chosen.name}: {count} vouchers checked; {sum(ours.values())} issues of GST.")
    for code, number in sorted(ours.items(), key=lambda item: (-item[1], item[0])):
        typer.echo(f"{number:10}  {code}")
    if ours:
        typer.echo("Next: khata issues --code CODE")
