"""``khata trial-balance``, ``ledger`` and ``proof``: whether the books are whole, and what stands in them."""

from __future__ import annotations

from typing import Annotated

import typer

from canonical.errors import NotFound
from canonical.proof import ProofStatus
from khata.cli.options import AsOf, CompanyName, Database, FromDay, KnownAt, Output, ReportFormat, Tenant, ToDay
from khata.cli.output import write_sheet
from khata.cli.session import open_session
from khata.exit_codes import ExitCode
from khata.rendering.sheet import Format


def trial_balance(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    as_of: AsOf = None,
    known_at: KnownAt = None,
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
        balances = session.books.reports.trial_balance(chosen.company_id, day, known_at)
    write_sheet(trial_balance_sheet(balances, chosen.name, day, known_at), form, output)


def ledger(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    name: Annotated[str, typer.Argument(metavar="LEDGER", help="Name of the ledger.")],
    company: CompanyName = None,
    day_from: FromDay = None,
    day_to: ToDay = None,
    known_at: KnownAt = None,
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
        found = read_account(
            session.books,
            chosen.company_id,
            name,
            day_from=day_from,
            day_to=day_to or session.today,
            known_at=known_at,
        )
    write_sheet(ledger_sheet(found, chosen.name, known_at), form, output)


def proof(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Print the newest proof: our totals against the source's own; exit code 4 if any differs."""
    from khata.reading.company import pick_company
    from khata.rendering.proof import proof_sheet

    with open_session(ctx, db, tenant) as session:
        chosen = pick_company(session.books, company)
        stored = session.books.proofs.latest(chosen.company_id)
    if stored is None:
        raise NotFound(f"{chosen.name} has no proof yet; an import makes one.", code="proof.none")
    write_sheet(proof_sheet(stored, chosen.name), form, output)
    if stored.proof.status is ProofStatus.DIFFERS:
        raise typer.Exit(ExitCode.DIFFERS)
