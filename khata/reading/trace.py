"""Any figure back to what the source said: report line, voucher, raw record, payload.

A trace lists the records behind a figure, each with what it contributes, the facts we read out of it, and its raw
record exactly as it was stored. The store follows the ids of figures (``v p l b r``, see ``record_id.py``); this module
adds everything else that has a number, source addresses (``tally:COMPANY:vouchers:KEY``), and the issues of a record.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from canonical.codec import to_document
from canonical.errors import NotFound
from canonical.issue import Issue
from canonical.item import Unit
from canonical.record import RawRecord, SourceRef
from canonical.voucher import Voucher
from khata.reading.record_id import LONG_WORDS, RECORD_WORDS, STORE_WORDS, check_store_id, parse_id, render_id

if TYPE_CHECKING:
    from storage import Run, Stored, StoredRaw, TenantStore

ISSUES_SHOWN = 20
ADDRESS_PARTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceStep:
    """One record behind a figure.

    Attributes:
        id: of the record; ``what`` says in words what it is.
        net: debit-positive rupees it contributes to the figure; None where the question is the record itself.
        facts: what we read out of it, in the order it matters.
        lines: its parts: the postings of a voucher, the steps of a run.
        raw: what the source said.
        raw_id: for ``khata trace``.
        issues: what was found in it.
    """

    id: str
    what: str
    net: Decimal | None = None
    facts: tuple[tuple[str, object], ...] = ()
    lines: tuple[dict[str, object], ...] = ()
    raw: RawRecord | None = None
    raw_id: int | None = None
    issues: tuple[Issue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A figure or record, and everything behind it."""

    id: str
    title: str
    steps: tuple[TraceStep, ...]


def trace_record(books: TenantStore, text: str) -> Trace:
    """Walk from an id or a source address to the raw records.

    Raises:
        RecordIdInvalid: the text is neither.
        NotFound: this tenant has nothing of that id.
    """
    word, colon, rest = text.strip().partition(":")
    word = LONG_WORDS.get(word, word)
    if colon and word in STORE_WORDS:
        return _trace_in_store(books, f"{word}:{rest}")
    if rest.count(":") >= ADDRESS_PARTS - 2:
        return _trace_address(books, text.strip())
    word, number = parse_id(text)
    match word:
        case "issue":
            return _trace_issue(books, text, number)
        case "run":
            return _trace_run(text, books.runs.get(number))
        case _:
            return _of_steps(text, (_stored_step(books, books.records.get(RECORD_WORDS[word], number)),))


def _of_steps(text: str, steps: tuple[TraceStep, ...]) -> Trace:
    return Trace(id=text, title=steps[0].what if steps else text, steps=steps)


def _trace_in_store(books: TenantStore, text: str) -> Trace:
    check_store_id(text)
    found = books.reports.trace(text)
    steps = []
    for step in found.steps:
        raw_id = step.record.raw_id if step.record is not None else _raw_number(step.trace_id)
        facts, lines = _facts_of(step.record) if step.record is not None else ((), ())
        facts += _tombstone_facts(books, raw_id)
        steps.append(
            TraceStep(
                id=step.trace_id,
                what=step.what,
                net=step.net,
                facts=facts,
                lines=lines,
                raw=step.raw,
                raw_id=raw_id,
                issues=_issues(books, raw_id),
            )
        )
    return Trace(id=text, title=found.title, steps=tuple(steps))


def _raw_number(trace_id: str) -> int | None:
    word, _, number = trace_id.partition(":")
    return int(number) if word == "r" else None


def _trace_address(books: TenantStore, text: str) -> Trace:
    source = SourceRef(*text.split(":", ADDRESS_PARTS - 1))
    company = books.companies.find(source.connector, source.company)
    said = () if company is None else books.raw.find_versions(company.company_id, source)
    if company is None or not said:
        raise NotFound(f"Nothing was ever read at {text[:200]!r}.", code="trace.address_unknown")
    raw = next((version for version in said if version.is_current), None)
    found = [_newest(books, record_type, company.company_id, source, raw) for record_type in RECORD_WORDS.values()]
    steps = tuple(_stored_step(books, stored) for stored in found if stored is not None)
    return _of_steps(text, steps or (_raw_step(books, (raw or said[-1]).raw_id),))


def _newest(
    books: TenantStore, record_type: type[Any], company_id: int, source: SourceRef, raw: StoredRaw | None
) -> Stored[Any] | None:
    """The current record of an address; of one the source has no more, the last there was."""
    if raw is not None:
        return books.records.find(record_type, company_id, source)
    versions = books.records.versions(record_type, company_id, source)
    return versions[-1] if versions else None


def _trace_issue(books: TenantStore, text: str, number: int) -> Trace:
    stored = books.issues.get(number)
    if stored.raw_id is None:
        step = TraceStep(id=text, what=stored.issue.message, issues=(stored.issue,))
        return _of_steps(text, (step,))
    step = _raw_step(books, stored.raw_id)
    return Trace(id=text, title=stored.issue.message, steps=(step,))


def _trace_run(text: str, run: Run) -> Trace:
    facts = (
        ("kind", run.kind),
        ("source", run.connector),
        ("status", run.status),
        ("started", run.started_at),
        ("finished", run.finished_at),
    )
    lines = tuple({"step": step.name, "status": step.status, "done": step.done} for step in run.steps)
    return _of_steps(text, (TraceStep(id=text, what=f"Run {run.run_id}", facts=facts, lines=lines),))


def _stored_step(books: TenantStore, stored: Stored[Any]) -> TraceStep:
    facts, lines = _facts_of(stored)
    facts += _tombstone_facts(books, stored.raw_id)
    return TraceStep(
        id=render_id(type(stored.record), stored.id),
        what=_name_of(stored.record),
        facts=facts,
        lines=lines,
        raw=None if stored.raw_id is None else books.raw.get(stored.raw_id).record,
        raw_id=stored.raw_id,
        issues=_issues(books, stored.raw_id),
    )


def _name_of(record: Any) -> str:
    match record:
        case Voucher():
            return f"{record.type_name} {record.number or '(no number)'} of {record.day}"
        case Unit():
            return f"Unit {record.symbol}"
        case _:
            return f"{type(record).__name__} {record.name}"


def _raw_step(books: TenantStore, raw_id: int) -> TraceStep:
    raw = books.raw.get(raw_id)
    return TraceStep(
        id=render_id("r", raw_id),
        what=f"Raw record {raw.record.source}",
        facts=_tombstone_facts(books, raw_id),
        raw=raw.record,
        raw_id=raw_id,
        issues=_issues(books, raw_id),
    )


def _issues(books: TenantStore, raw_id: int | None) -> tuple[Issue, ...]:
    if raw_id is None:
        return ()
    return tuple(stored.issue for stored in books.issues.page(raw_id=raw_id, limit=ISSUES_SHOWN).items)


Facts = tuple[tuple[str, object], ...]
Lines = tuple[dict[str, object], ...]


def _facts_of(stored: Stored[Any]) -> tuple[Facts, Lines]:
    record = stored.record
    known: list[tuple[str, object]] = [("known from", stored.known_from)]
    if stored.known_to is not None:
        known.append(("known until", stored.known_to))
    if isinstance(record, Voucher):
        return (*_voucher_facts(record), *known), _posting_lines(stored.id, record)
    unsaid = {"source", "key", "extras"}
    return (*((name, value) for name, value in to_document(record).items() if name not in unsaid), *known), ()


def _tombstone_facts(books: TenantStore, raw_id: int | None) -> Facts:
    """When the source was found to have a record no more, by which run and why; and that it has it again."""
    tombstones = () if raw_id is None else books.retirement.of_raw(raw_id)
    if raw_id is None or not tombstones:
        return ()
    facts: list[tuple[str, object]] = []
    for tombstone in tombstones:
        facts += [
            ("gone from the source", tombstone.known_at),
            ("noticed by", "" if tombstone.run_id is None else f"run:{tombstone.run_id}"),
            ("reason", tombstone.reason),
        ]
    if books.raw.get(raw_id).is_current:
        facts.append(("since then", "the source has it again"))
    return tuple(facts)


def _voucher_facts(voucher: Voucher) -> Facts:
    return (
        ("date", voucher.day),
        ("party", voucher.party_name),
        ("debit total", voucher.debit_total),
        ("counts in the books", "yes" if voucher.counts_in_books else "no"),
    )


def _posting_lines(version_id: int, voucher: Voucher) -> Lines:
    return tuple(
        {
            "id": f"p:{version_id}:{line}",
            "ledger": posting.ledger_name,
            "side": "Dr" if posting.side.value == "D" else "Cr",
            "amount": posting.amount,
        }
        for line, posting in enumerate(voucher.postings)
    )
