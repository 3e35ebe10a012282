"""``khata receivables``: open money by age, bill by bill, and as a statement of account."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from canonical.receivable import AgeingBasis, Direction
from khata.cli.options import AsOf, CompanyName, Database, FromDay, KnownAt, Output, ReportFormat, Tenant, Unproven
from khata.cli.output import write_figures
from khata.cli.session import Session, open_session
from khata.rendering.sheet import Format

if TYPE_CHECKING:
    from canonical.publication import Publication
    from receivables.report import ReportTerms
    from storage import StoredCompany

app = typer.Typer(help="Open money: what is owed, since when, and by whom.", no_args_is_help=True)


class Fifo(StrEnum):
    """Which unapplied money pays the oldest bills, while reading only."""

    NONE = "none"
    ON_ACCOUNT = "on-account"
    ALL = "all"


Basis = Annotated[
    AgeingBasis | None, typer.Option("--basis", help="Count ages from the due date or the bill date (default: due).")
]
BucketLimits = Annotated[
    str | None,
    typer.Option("--buckets", metavar="DAYS", help="Last days of the buckets, rising (default: 30,60,90)."),
]
FifoOption = Annotated[
    Fifo | None,
    typer.Option("--fifo", help="Let unapplied money pay the oldest bills in this report (default: none)."),
]
DirectionOption = Annotated[Direction, typer.Option("--direction", help="Money owed to the company, or by it.")]
PartyOption = Annotated[str | None, typer.Option("--party", metavar="NAME", help="Only this party.")]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Question:
    """What was asked: books opened, company picked, terms complete."""

    session: Session
    company: StoredCompany
    terms: ReportTerms
    publication: Publication

    def party_key(self, name: str | None) -> str | None:
        """Key of the party that was meant, None if none was."""
        from khata.reading.receivable import pick_party

        if name is None:
            return None
        return pick_party(self.session.books, self.company.company_id, name, self.terms).key


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """The options all three reports share."""

    company: str | None
    as_of: date | None
    known_at: datetime | None
    unproven: bool
    basis: AgeingBasis | None
    buckets: str | None
    fifo: Fifo | None
    direction: Direction


@contextmanager
def _ask(ctx: typer.Context, db: str | None, tenant: str | None, asked: _Asked) -> Iterator[_Question]:
    from khata.reading.company import pick_company
    from khata.reading.receivable import parse_fifo
    from khata.reading.request import parse_buckets
    from receivables.report import ReportTerms

    with open_session(ctx, db, tenant) as session:
        usual = session.hub.settings.receivables
        company = pick_company(session.books, asked.company)
        view = session.published(company, asked.known_at, unproven=asked.unproven)
        terms = ReportTerms(
            as_of=asked.as_of or session.today,
            known_at=view.known_at,
            direction=asked.direction,
            basis=asked.basis or usual.basis,
            buckets=parse_buckets(asked.buckets or usual.buckets),
            policy=parse_fifo(asked.fifo.value if asked.fifo else usual.fifo),
        )
        yield _Question(session=session, company=company, terms=terms, publication=view.publication)


@app.command()
def ageing(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    as_of: AsOf = None,
    basis: Basis = None,
    buckets: BucketLimits = None,
    fifo: FifoOption = None,
    direction: DirectionOption = Direction.RECEIVABLE,
    party: PartyOption = None,
    known_at: KnownAt = None,
    unproven: Unproven = False,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Sort open money by age, one line per party: not due, the buckets, unapplied credits, net."""
    from khata.reading.receivable import read_ageing
    from khata.rendering.receivable import ageing_sheet

    asked = _Asked(
        company=company, as_of=as_of, known_at=known_at, unproven=unproven, basis=basis, buckets=buckets, fifo=fifo,
        direction=direction,
    )  # fmt: skip
    with _ask(ctx, db, tenant, asked) as question:
        report = read_ageing(
            question.session.books, question.company.company_id, question.terms, question.party_key(party)
        )
    write_figures(ageing_sheet(report, question.company.name), question.publication, form, output)


@app.command()
def outstanding(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    company: CompanyName = None,
    as_of: AsOf = None,
    basis: Basis = None,
    buckets: BucketLimits = None,
    fifo: FifoOption = None,
    direction: DirectionOption = Direction.RECEIVABLE,
    party: PartyOption = None,
    known_at: KnownAt = None,
    unproven: Unproven = False,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """List what is open, bill by bill, oldest due first; unapplied money after the bills of its party."""
    from khata.reading.receivable import read_outstanding
    from khata.rendering.receivable import outstanding_sheet

    asked = _Asked(
        company=company, as_of=as_of, known_at=known_at, unproven=unproven, basis=basis, buckets=buckets, fifo=fifo,
        direction=direction,
    )  # fmt: skip
    with _ask(ctx, db, tenant, asked) as question:
        company_id = question.company.company_id
        found = read_outstanding(question.session.books, company_id, question.terms, question.party_key(party))
    write_figures(outstanding_sheet(found, question.company.name, company_id), question.publication, form, output)


@app.command()
def statement(  # noqa: PLR0917 - one parameter per option, given by name
    ctx: typer.Context,
    party: Annotated[str, typer.Argument(metavar="PARTY", help="Name of the party, or its beginning.")],
    company: CompanyName = None,
    day_from: FromDay = None,
    as_of: AsOf = None,
    basis: Basis = None,
    buckets: BucketLimits = None,
    fifo: FifoOption = None,
    direction: DirectionOption = Direction.RECEIVABLE,
    known_at: KnownAt = None,
    unproven: Unproven = False,
    db: Database = None,
    tenant: Tenant = None,
    form: ReportFormat = Format.TABLE,
    output: Output = None,
) -> None:
    """Print a party's account: opening balance, every movement, closing balance, and what of it is open by age."""
    from khata.reading.receivable import pick_party, read_statement
    from khata.rendering.receivable import statement_sheet

    asked = _Asked(
        company=company, as_of=as_of, known_at=known_at, unproven=unproven, basis=basis, buckets=buckets, fifo=fifo,
        direction=direction,
    )  # fmt: skip
    with _ask(ctx, db, tenant, asked) as question:
        books, company_id = question.session.books, question.company.company_id
        chosen = pick_party(books, company_id, party, question.terms)
        found = read_statement(books, company_id, chosen, day_from, question.terms)
    write_figures(statement_sheet(found, question.company.name), question.publication, form, output)
