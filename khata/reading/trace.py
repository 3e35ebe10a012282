"""Any figure back to what the source said: report line, voucher, raw record, payload.

A trace is a chain of steps, each with a few named facts, that ends in the payload exactly as it was stored. Reports
print ids (``record_id.py``); a source address (``tally:COMPANY:vouchers:KEY``) works as well.
Where next: ``balance.py`` walks ledgers and bills to the vouchers behind them.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from canonical.codec import to_document
from canonical.errors import NotFound
from canonical.record import SourceRef
from canonical.voucher import Voucher
from khata.reading.record_id import RECORD_WORDS, parse_id, render_id

if TYPE_CHECKING:
    from storage import Stored, StoredIssue, StoredRaw, TenantStore

ISSUES_SHOWN = 20
ADDRESS_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One station on the way: what it is, its id if it has one, and facts in the order they matter."""

    what: str
    id: str = ""
    facts: tuple[tuple[str, object], ...] = ()
    lines: tuple[dict[str, object], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """The chain, and the payload at its end (None if there is no raw record behind it)."""

    id: str
    steps: tuple[TraceStep, ...]
    payload: bytes | None = None


def trace_record(books: TenantStore, text: str) -> Trace:
    """Walk from an id or a source address to the raw record.

    Raises:
        RecordIdInvalid: the text is neither.
        NotFound: this tenant has nothing of that id.
    """
    if text.count(":") >= ADDRESS_PARTS - 1:
        return _trace_address(books, text)
    word, number = parse_id(text)
    match word:
        case "raw":
            return _ending_in_raw(books, text, (), number)
        case "issue":
            return _trace_issue(books, text, number)
        case "run":
            return Trace(id=text, steps=(_run_step(books, number),))
        case _:
            return _trace_stored(books, text, books.records.get(RECORD_WORDS[word], number))


def _trace_stored(books: TenantStore, text: str, stored: Stored[Any]) -> Trace:
    return _ending_in_raw(books, text, (record_step(stored),), stored.raw_id)


def _trace_address(books: TenantStore, text: str) -> Trace:
    source = SourceRef(*text.split(":", ADDRESS_PARTS - 1))
    company = books.companies.find(source.connector, source.company)
    raw = None if company is None else books.raw.find(company.company_id, source)
    if company is None or raw is None:
        raise NotFound(f"Nothing was ever read at {text!r}.", code="trace.address_unknown")
    found: list[Stored[Any] | None] = [
        books.records.find(record_type, company.company_id, source) for record_type in RECORD_WORDS.values()
    ]
    steps = tuple(record_step(stored) for stored in found if stored is not None)
    return _ending_in_raw(books, text, steps, raw.raw_id)


def _trace_issue(books: TenantStore, text: str, number: int) -> Trace:
    stored = books.issues.get(number)
    return _ending_in_raw(books, text, (issue_step(stored),), stored.raw_id)


def _ending_in_raw(books: TenantStore, text: str, steps: tuple[TraceStep, ...], raw_id: int | None) -> Trace:
    if raw_id is None:
        return Trace(id=text, steps=steps)
    raw = books.raw.get(raw_id)
    told = {step.id for step in steps}
    page = books.issues.page(raw_id=raw_id, limit=ISSUES_SHOWN)
    issues = tuple(step for step in map(issue_step, page.items) if step.id not in told)
    return Trace(id=text, steps=(*steps, raw_step(raw), *issues), payload=raw.record.payload)


def record_step(stored: Stored[Any]) -> TraceStep:
    """Say what a canonical record is and since when it has been known so."""
    record = stored.record
    facts: list[tuple[str, object]] = [("known from", stored.known_from)]
    if stored.known_to is not None:
        facts.append(("known until", stored.known_to))
    lines: tuple[dict[str, object], ...] = ()
    if isinstance(record, Voucher):
        facts[:0] = _voucher_facts(record)
        lines = tuple(
            {"ledger": posting.ledger_name, "side": posting.side.value, "amount": posting.amount}
            for posting in record.postings
        )
    else:
        kept = {"source", "key", "extras"}
        facts[:0] = [(name, value) for name, value in to_document(record).items() if name not in kept]
    return TraceStep(what=type(record).__name__, id=render_id(type(record), stored.id), facts=tuple(facts), lines=lines)


def _voucher_facts(voucher: Voucher) -> list[tuple[str, object]]:
    return [
        ("type", voucher.type_name),
        ("number", voucher.number),
        ("date", voucher.day),
        ("party", voucher.party_name),
        ("debit total", voucher.debit_total),
        ("counts in the books", "yes" if voucher.counts_in_books else "no"),
    ]


def raw_step(raw: StoredRaw) -> TraceStep:
    """Say where a raw record was read, when, and its digest."""
    record = raw.record
    return TraceStep(
        what="Raw record",
        id=render_id("raw", raw.raw_id),
        facts=(
            ("address", str(record.source)),
            ("read from", record.origin),
            ("read at", record.extracted_at),
            ("sha256", record.digest.hex()),
            ("current", "yes" if raw.is_current else "no, the source has changed it since"),
        ),
    )


def issue_step(stored: StoredIssue) -> TraceStep:
    """Say what an issue found."""
    issue = stored.issue
    facts = (("level", issue.level.value), ("code", issue.code), ("message", issue.message), ("where", issue.where))
    hint = (("hint", issue.hint),) if issue.hint else ()
    return TraceStep(what="Issue", id=render_id("issue", stored.id), facts=(*facts, *hint))


def _run_step(books: TenantStore, number: int) -> TraceStep:
    run = books.runs.get(number)
    lines = tuple({"step": step.name, "status": step.status, "done": step.done} for step in run.steps)
    facts = (
        ("kind", run.kind),
        ("source", run.connector),
        ("status", run.status),
        ("started", run.started_at),
        ("finished", run.finished_at),
    )
    return TraceStep(what="Run", id=render_id("run", number), facts=facts, lines=lines)
