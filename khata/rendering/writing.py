"""Plans and audit entries of writing to accounting systems, as lines for people and documents for programs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from canonical.record import JsonValue
from connectors.sdk.writing.audit import AuditEntry, Verdict
from connectors.sdk.writing.plan import Plan
from connectors.sdk.writing.procedure import Outcome
from khata.rendering.sheet import Cell, Sheet, moment, text
from khata.rendering.terminal import printable

LOG_COLUMNS = (
    moment("at", "When"),
    text("key", "Key"),
    text("operation", "Operation"),
    text("title", "Object"),
    text("verdict", "Verdict"),
    text("by", "By"),
    text("reason", "Why"),
    text("guid", "GUID", extra=True),
)
WORDS = {
    Verdict.INTENDED: "was begun; whether {} has it is not known",
    Verdict.WRITTEN: "is written and was read back equal",
    Verdict.UNCHANGED: "is so already; nothing was sent",
    Verdict.DIFFERENT: "is in {}, but not as sent; look at it there",
    Verdict.REFUSED: "was not taken by {}; nothing was changed",
    Verdict.UNCERTAIN: "may or may not be in {}; look there before you repeat it",
}


def plan_lines(plan: Plan) -> Iterator[str]:
    """A dry run as text: what would change, what speaks against it."""
    yield printable(f"{plan.command.key}: {plan.title}")
    if plan.is_done_already:
        yield "  is so already; nothing to do"
    for change in plan.changes:
        before = f"{change.before!r} -> " if change.before else ""
        yield printable(f"  {change.field}: {before}{change.after!r}")
    for note in plan.notes:
        yield printable(f"  note: {note}")
    for objection in plan.objections:
        yield printable(f"  cannot be written: {objection}")


def outcome_lines(outcome: Outcome, title: str) -> Iterator[str]:
    """What became of a command to the product of that title."""
    entry = outcome.entry
    repeat = f" (it was carried out on {entry.at:%Y-%m-%d %H:%M} UTC)" if outcome.is_repeat else ""
    yield printable(f"{entry.key}: {entry.title} {WORDS[entry.verdict].format(title)}{repeat}")
    if entry.reason:
        yield printable(f"  {entry.reason}")
    for field, wanted, found in entry.differences:
        yield printable(f"  {field}: wanted {wanted!r}, found {found!r}")


def plan_document(plan: Plan) -> dict[str, JsonValue]:
    """A dry run for programs."""
    return {
        "key": plan.command.key,
        "operation": plan.command.operation.value,
        "title": plan.title,
        "changes": [{"field": item.field, "before": item.before, "after": item.after} for item in plan.changes],
        "objections": list(plan.objections),
        "notes": list(plan.notes),
    }


def outcome_document(outcome: Outcome) -> dict[str, JsonValue]:
    """An outcome for programs, with all that the audit keeps."""
    return {**outcome.entry.to_json(), "is_repeat": outcome.is_repeat}


def log_sheet(entries: Iterable[AuditEntry], title: str) -> Sheet:
    """Audit entries as a report on the product of that title."""
    rows: list[tuple[Cell, ...]] = [
        (item.at, item.key, item.operation, item.title, item.verdict.value, item.by, item.reason, item.guid)
        for item in entries
    ]
    return Sheet(title=f"Written to {title}", columns=LOG_COLUMNS, rows=tuple(rows))
