"""What a sync has to say, for people and programs: what was new, what had been known, what is held back and why."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from canonical.proof import ProofStatus
from khata.rendering.terminal import printable

if TYPE_CHECKING:
    from canonical.issue import Issue
    from canonical.record import JsonValue
    from workflows.inputs import RunSummary

NAMED = {
    "gone": "gone and retired",
    "read": "read",
    "unchanged": "as held",
    "absent": "neither there nor held",
    "compared": "found by comparing a list",
    "refused": "not shown to this sign-in",
}
"""What became of objects that webhooks named."""


def sync_line(summary: RunSummary, rejected: int | None = None) -> str:
    """Say in one line how a sync ended: what is new or other than it was held, and what became of the proof.

    A sync that brought nothing proves nothing anew, so it has no word on the proof that was made before.

    Args:
        summary: of the run.
        rejected: records it refused; None to say nothing of them.
    """
    is_idle = not any(summary.counts.values()) and summary.proof in ("", ProofStatus.NO_ORACLE)
    proof = "the last proof stands" if is_idle else f"proof {summary.proof or 'none'}"
    held = ", held back" if summary.publication == "held" else ""
    refused = f"; {rejected} rejected" if rejected is not None else ""
    return f"run {summary.run_id} {summary.status}: {found_words(summary)}{refused}; {proof}{held}."


def found_words(summary: RunSummary) -> str:
    """Say what was new, changed and gone, by stream, and how many records were read that were known."""
    parts = [_counted(summary.new, "new"), _counted(summary.changed, "changed")]
    if any(summary.retired.values()):
        parts.append(_counted(summary.retired, "gone"))
    known = known_of(summary)
    return f"{', '.join(parts)}" + (f"; {known} read and known before" if known else "")


def known_of(summary: RunSummary) -> int:
    """How many of the records read were held already, exactly so."""
    moved = sum(summary.new.values()) + sum(summary.changed.values())
    return max(0, sum(summary.counts.values()) - moved)


def named_line(summary: RunSummary) -> str:
    """Say what became of what webhooks had named; empty if nothing was."""
    told = [f"{count} {NAMED.get(name, name)}" for name, count in sorted(summary.announced.items()) if count]
    return f"Named by webhooks: {', '.join(told)}." if told else ""


def held_lines(issues: Sequence[Issue]) -> Iterator[str]:
    """Say of each company whose figures are held back what differs, why, and what to do."""
    for one in issues:
        yield f"HELD BACK {printable(one.where)}: {printable(one.message)}"
        yield f"  What to do: {printable(one.hint)}"


def sync_document(summary: RunSummary, rejected: int, held: Sequence[Issue]) -> dict[str, JsonValue]:
    """The same for programs."""
    by_stream: Mapping[str, Mapping[str, int]] = {
        "new": summary.new,
        "changed": summary.changed,
        "gone": summary.retired,
        "read": summary.counts,
    }
    return {
        "run": summary.run_id or None,
        "status": summary.status,
        **{name: sum(counts.values()) for name, counts in by_stream.items()},
        "known": known_of(summary),
        "by_stream": {name: dict(counts) for name, counts in by_stream.items()},
        "named_by_webhooks": dict(summary.announced),
        "rejected": rejected,
        "proof": summary.proof,
        "publication": summary.publication,
        "held": [{"company": one.where, "message": one.message, "hint": one.hint} for one in held],
    }


def _counted(counts: Mapping[str, int], word: str) -> str:
    told = [f"{stream} {number}" for stream, number in sorted(counts.items()) if number]
    return f"{sum(counts.values())} {word}" + (f" ({', '.join(told)})" if told else "")
