"""Books as reports: companies, parties, vouchers, issues, runs, connections."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from canonical.issue import IssueLevel
from canonical.party import Party
from canonical.voucher import Voucher
from khata.reading.record_id import render_id
from khata.rendering.sheet import Cell, Sheet, amount, count, day, moment, text
from khata.rendering.terminal import printable

if TYPE_CHECKING:
    from canonical.publication import Publication
    from storage import Connection, Page, Run, Stored, StoredCompany, StoredIssue

COMPANY_COLUMNS = (
    count("id", "ID"),
    text("name", "Company"),
    text("connector", "Source"),
    text("source_key", "Identity in the source", extra=True),
    day("books_from", "Books from"),
    text("proof", "Proof"),
    text("publication", "Figures"),
)
PARTY_COLUMNS = (
    text("id", "ID"),
    text("name", "Party"),
    text("roles", "Roles", extra=True),
    text("gstin", "GSTIN"),
    text("pan", "PAN", extra=True),
    text("state", "State", extra=True),
    text("group", "Group", extra=True),
)
VOUCHER_COLUMNS = (
    text("id", "ID"),
    day("date", "Date"),
    text("type", "Type"),
    text("number", "Number"),
    text("party", "Party"),
    amount("debit_total", "Amount"),
    text("state", "State"),
    text("kind", "Kind"),
)
ISSUE_COLUMNS = (
    text("id", "ID"),
    text("level", "Level"),
    text("code", "Code"),
    text("message", "What"),
    text("where", "Where"),
    text("hint", "What to do"),
    count("company_id", "Company"),
    count("run_id", "Run"),
    text("raw", "Raw record"),
)
RUN_COLUMNS = (
    count("id", "Run"),
    text("kind", "Kind"),
    text("source", "Source"),
    text("status", "Status"),
    moment("started_at", "Started"),
    moment("finished_at", "Finished"),
    text("proof", "Proof"),
)
CONNECTION_COLUMNS = (
    text("name", "Connection"),
    text("connector", "Source"),
    text("reads", "Reads"),
    count("company_id", "Company"),
)


def companies_sheet(companies: Sequence[StoredCompany], published: Mapping[int, Publication]) -> Sheet:
    """List sets of books with the status of their newest proof, and whether their figures are published."""
    return Sheet(
        title="Companies",
        noun="companies",
        columns=COMPANY_COLUMNS,
        rows=[
            (
                company.company_id,
                company.name,
                company.connector,
                company.source_key,
                company.books_from,
                found.status.value if found.status else "",
                found.state.value,
            )
            for company in companies
            for found in (published[company.company_id],)
        ],
    )


def parties_sheet(page: Page[Stored[Party]], company: str) -> Sheet:
    """List the parties of one company."""
    return paged(
        Sheet(
            title=f"Parties of {company}",
            noun="parties",
            columns=PARTY_COLUMNS,
            rows=[party_row(stored) for stored in page.items],
        ),
        page.next_cursor,
    )


def party_row(stored: Stored[Party]) -> tuple[Cell, ...]:
    """One party as cells of ``PARTY_COLUMNS``."""
    party = stored.record
    registration = max(party.registrations, key=lambda r: str(r.applicable_from or ""), default=None)
    roles = ", ".join(sorted(role.value for role in party.roles))
    state = registration.state if registration else next((a.state for a in party.addresses if a.state), "")
    return render_id(Party, stored.id), party.name, roles, party.gstin, party.pan, state, party.group_name


def vouchers_sheet(page: Page[Stored[Voucher]], company: str) -> Sheet:
    """List vouchers, newest first."""
    return paged(
        Sheet(
            title=f"Vouchers of {company}",
            noun="vouchers",
            columns=VOUCHER_COLUMNS,
            rows=[voucher_row(stored) for stored in page.items],
        ),
        page.next_cursor,
    )


def voucher_row(stored: Stored[Voucher]) -> tuple[Cell, ...]:
    """One voucher as cells of ``VOUCHER_COLUMNS``."""
    voucher = stored.record
    return (
        render_id(Voucher, stored.id),
        voucher.day,
        voucher.type_name,
        voucher.number,
        voucher.party_name,
        voucher.debit_total,
        voucher_state(voucher),
        voucher.kind.value,
    )


def voucher_state(voucher: Voucher) -> str:
    """Say what keeps a voucher out of the books, if anything does."""
    if voucher.is_cancelled:
        return "cancelled"
    if voucher.is_optional:
        return "optional"
    if voucher.is_post_dated:
        return "post-dated"
    return "" if voucher.kind.is_accounting else "not in the books"


def issues_sheet(page: Page[StoredIssue], counts: dict[IssueLevel, int]) -> Sheet:
    """List issues, and how many there are of each level."""
    by_level = ", ".join(f"{counts[level]} {level.value}" for level in reversed(IssueLevel) if counts.get(level))
    return paged(
        Sheet(
            title=f"Issues: {by_level or 'none'}",
            noun="issues",
            facts={"counts": {level.value: counts[level] for level in IssueLevel if counts.get(level)}},
            columns=ISSUE_COLUMNS,
            rows=[issue_row(stored) for stored in page.items],
        ),
        page.next_cursor,
    )


def issue_row(stored: StoredIssue) -> tuple[Cell, ...]:
    """One issue as cells of ``ISSUE_COLUMNS``."""
    found = stored.issue
    raw = "" if stored.raw_id is None else render_id("raw", stored.raw_id)
    return (
        render_id("issue", stored.id), found.level.value, found.code, found.message, found.where, found.hint,
        stored.company_id, stored.run_id, raw,
    )  # fmt: skip


def issue_lines(page: Page[StoredIssue], counts: dict[IssueLevel, int]) -> Iterator[str]:
    """Yield issues for people, a block each: the sentence, where, what to do, what it is about."""
    yield issues_sheet(page, counts).title
    for stored in page.items:
        found = stored.issue
        yield ""
        yield f"{render_id('issue', stored.id)}  {found.level.value}  {found.code}"
        yield f"  {printable(found.message)}"
        if found.where:
            yield f"  where  {printable(found.where)}"
        if found.hint:
            yield f"  do     {printable(found.hint)}"
        if stored.raw_id is not None:
            yield f"  see    khata trace {render_id('raw', stored.raw_id)}"
    if page.next_cursor:
        yield ""
        yield f"More: --cursor {page.next_cursor}"


def runs_sheet(page: Page[Run]) -> Sheet:
    """List runs, newest first."""
    rows = [
        (
            run.run_id,
            run.kind,
            run.connector,
            run.status,
            run.started_at,
            run.finished_at,
            str(run.summary.get("proof", "")),
        )
        for run in page.items
    ]
    return paged(Sheet(title="Runs", noun="runs", columns=RUN_COLUMNS, rows=rows), page.next_cursor)


def connections_sheet(connections: Sequence[Connection]) -> Sheet:
    """List configured connectors."""
    return Sheet(
        title="Connections",
        noun="connections",
        columns=CONNECTION_COLUMNS,
        rows=[(c.name, c.connector, reads(c), c.company_id) for c in connections],
    )


def reads(connection: Connection) -> str:
    """Say what a connection reads: its files and folders, its company at an address, or the names of its settings."""
    files, gateway = connection.config.get("files"), connection.config.get("gateway")
    if gateway:
        return f"{connection.config.get('company') or 'all companies'} at {gateway.get('url', '')}"
    if company := (connection.config.get("hub") or {}).get("company_name"):
        return str(company)
    return ", ".join(map(str, files)) if files else ", ".join(sorted(connection.config))


def paged(sheet: Sheet, next_cursor: str | None) -> Sheet:
    """Add how to go on, if this was not the end."""
    if next_cursor is None:
        return sheet
    return Sheet(
        title=sheet.title,
        columns=sheet.columns,
        rows=sheet.rows,
        totals=sheet.totals,
        noun=sheet.noun,
        facts={**sheet.facts, "next_cursor": next_cursor},
        notes=(*sheet.notes, f"More: --cursor {next_cursor}"),
    )
