"""``khata trial-balance`` and ``ledger``: what stands in the books."""

from __future__ import annotations

from typing import Annotated

import typer

from khata.cli.options import (
    AsOf,
    CompanyName,
    Database,
    FromDay,
    KnownAt,
    Output,
    ReportFormat,
    Tenant,
    ToDay,
    Unproven,
)
from khata.cli.output import write_figures
from khata.cli.session import open_session
from khata.rendering.sheet import Format


def trial_balance(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
    unproven: Unproven = False,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Print every ledger's balance at the end of a day."""
    from khata.reading.company import pick_company
    from khata.rendering.trial_balance import trial_balance_sheet

    with open_session(ctx, db, tenant) as session:
        chosen = pick_company(session.books, company)
        day = as_of or session.today
        view = session.published(chosen, known_at, unproven=unproven)
        balances = session.books.reports.trial_balance(chosen.company_id, day, view.known_at)
    write_figures(trial_balance_sheet(balances, chosen.name, day, view.known_at), view.publication, form, output)


def ledger(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LEDGER", help="Name of the ledger.")],
    company: CompanyName = None,
    day_from: FromDay = None,
    day_to: ToDay = None,
    known_at: KnownAt = None,
    unproven: Unproven = False,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Print a ledger's account with a running balance, by default from the start of the financial year."""
    from khata.reading.company import pick_company
    from khata.reading.ledger import read_account
    from khata.rendering.trial_balance import ledger_sheet

    with open_session(ctx, db, tenant) as session:
        chosen = pick_company(session.books, company)
        view = session.published(chosen, known_at, unproven=unproven)
        found = read_account(
            session.books,
            chosen.company_id,
            name,
            day_from=day_from,
            day_to=day_to or session.today,
            known_at=view.known_at,
        )
    write_figures(ledger_sheet(found, chosen.name, view.known_at), view.publication, form, output)
