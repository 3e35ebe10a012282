"""A proof as a report: every control total with ours, theirs and the difference; what differs comes first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from canonical.money import render_inr
from canonical.proof import ControlTotal, ProofStatus
from canonical.publication import PublicationState
from khata.rendering.books import paged
from khata.rendering.files import plain_cell
from khata.rendering.publication import PUBLICATION_FACTS, publication_facts, publication_note
from khata.rendering.sheet import Sheet, amount, count, day, moment, text
from khata.rendering.summary import STATUS_WORDS, findings_line

if TYPE_CHECKING:
    from decimal import Decimal

    from canonical.publication import Publication
    from canonical.record import JsonValue
    from storage import AcceptedDifference, Page, ProofHead, StoredProof

PROOF_COLUMNS = (
    text("name", "Figure"),
    text("kind", "Kind", extra=True),
    amount("ours", "Ours"),
    amount("theirs", "Theirs"),
    amount("difference", "Difference"),
    text("status", "Status"),
    day("as_of", "On", extra=True),
    text("oracle", "According to"),
    text("reason", "Remark", extra=True),
)
ORACLE_COLUMNS = (
    text("oracle", "Report of the source"),
    text("used", "Compared"),
    day("as_of", "On"),
    count("lines", "Rows"),
    text("reason", "Why not, or with what limits"),
)
HISTORY_COLUMNS = (
    count("id", "Proof"),
    moment("known_at", "Of the books known at"),
    text("status", "Status"),
    text("publication", "Published"),
    count("compared", "Compared"),
    count("differing", "Differ"),
    count("without_oracle", "No oracle"),
    amount("money_difference", "Largest difference"),
    amount("opening_difference", "Of openings", extra=True),
    count("other_differences", "Counts, dates", extra=True),
    count("run", "Run"),
)
PROOF_FACTS: dict[str, Any] = {
    "id": {"type": "integer"},
    "company": {"type": "string"},
    "status": {"type": "string", "enum": [status.value for status in ProofStatus]},
    "known_at": {"type": "string", "format": "date-time"},
    "run": {"anyOf": [{"type": "integer"}, {"type": "null"}]},
    "compared": {"type": "integer"},
    "differing": {"type": "integer"},
    "without_oracle": {"type": "integer"},
    **PUBLICATION_FACTS,
    "oracles": {
        "type": "array",
        "description": "the source's reports, and why some could not be compared with",
        "items": {
            "type": "object",
            "required": ["oracle", "used", "reason"],
            "properties": {
                "oracle": {"type": "string"},
                "used": {"type": "boolean"},
                "reason": {"type": "string"},
                "as_of": {"anyOf": [{"type": "string", "format": "date"}, {"type": "null"}]},
                "lines": {"type": "integer"},
            },
        },
    },
}
"""Schema of the facts of one proof."""
_ORDER = {ProofStatus.DIFFERS: 0, ProofStatus.NO_ORACLE: 1, ProofStatus.PROVED: 2}


def proof_sheet(stored: StoredProof, company: str, publication: Publication, rows_max: int | None = None) -> Sheet:
    """Build the report of one proof: the largest difference first, what was proved last.

    Args:
        stored: the proof.
        company: its name.
        publication: what readers of figures get because of it.
        rows_max: leave out what comes after so many figures, and say so; None shows all.
    """
    totals = in_order(stored.proof.totals)
    shown = totals[:rows_max]
    left = (f"{len(totals) - len(shown)} more figures: --limit {len(totals)}.",) if len(shown) < len(totals) else ()
    return Sheet(
        title=f"{company}: {STATUS_WORDS[stored.findings.status]}",
        noun="totals",
        facts=_facts(stored, company, publication),
        columns=PROOF_COLUMNS,
        rows=[
            (
                total.name, total.kind.value, _figure(total, total.ours), _figure(total, total.theirs),
                _figure(total, total.difference), total.status.value, total.as_of, total.oracle, total.reason,
            )
            for total in shown
        ],
        notes=(*left, *_notes(stored, publication)),
    )  # fmt: skip


def _figure(total: ControlTotal, value: Decimal | None) -> Decimal | int | None:
    """Rupees, or the whole number that a count or a number of days is."""
    return value if value is None or total.kind.is_money else int(value)


def in_order(totals: Iterable[ControlTotal]) -> list[ControlTotal]:
    """Differences first, the largest on top; then what has no oracle; then what was proved."""
    return sorted(totals, key=lambda total: (_ORDER[total.status], -abs(total.difference)))


def _facts(stored: StoredProof, company: str, publication: Publication) -> dict[str, JsonValue]:
    return {
        "id": stored.proof_id,
        "company": company,
        "status": stored.findings.status.value,
        "known_at": plain_cell(stored.known_at),
        "run": stored.run_id,
        "compared": stored.findings.compared,
        "differing": stored.findings.differing,
        "without_oracle": stored.findings.without_oracle,
        **publication_facts(publication),
        "oracles": [
            {
                "oracle": use.oracle,
                "used": use.is_used,
                "reason": use.reason,
                "as_of": plain_cell(use.as_of),
                "lines": use.lines,
            }
            for use in stored.proof.oracles
        ],
    }


def _notes(stored: StoredProof, publication: Publication) -> tuple[str, ...]:
    kept = len(stored.proof.totals)
    whole = stored.findings.compared + stored.findings.without_oracle
    left = () if kept == whole else (f"{whole - kept} figures that were proved are not kept for older proofs.",)
    idle: dict[str, list[str]] = {}
    for use in stored.proof.oracles:
        if not use.is_used:
            idle.setdefault(use.reason, []).append(use.oracle)
    unused = [f"No comparison with {', '.join(oracles)}: {_ended(reason)}" for reason, oracles in idle.items()]
    limited = [f"{use.oracle}: {_ended(use.reason)}" for use in stored.proof.oracles if use.is_used and use.reason]
    return (findings_line(stored.findings), _publication_note(publication), *left, *limited, *unused)


def _ended(reason: str) -> str:
    """A reason as the end of a sentence; some are sentences of their own."""
    return f"{reason.removesuffix('.')}."


def _publication_note(publication: Publication) -> str:
    """What readers of figures get because of this proof."""
    if publication.state is not PublicationState.HELD:
        return publication_note(publication)
    instead = "no figures, for none were published before"
    if publication.published_at is not None:
        instead = f"the figures published last, as known at {plain_cell(publication.published_at)}"
    return f"HELD BACK: {'; '.join(publication.objections)}. Reports show {instead}."


def oracles_sheet(stored: StoredProof, company: str) -> Sheet:
    """List the source's reports and what became of each."""
    return Sheet(
        title=f"{company}: what the source said, and whether it could be compared with",
        noun="oracles",
        columns=ORACLE_COLUMNS,
        rows=[
            (use.oracle, "yes" if use.is_used else "no", use.as_of, use.lines, use.reason)
            for use in stored.proof.oracles
        ],
    )


def history_sheet(page: Page[ProofHead], company: str, published: dict[int, bool]) -> Sheet:
    """List a company's proofs, newest first."""
    return paged(
        Sheet(
            title=f"Proofs of {company}",
            noun="proofs",
            columns=HISTORY_COLUMNS,
            rows=[
                (
                    head.proof_id, head.known_at, head.findings.status.value,
                    "yes" if published[head.proof_id] else "held back", head.findings.compared,
                    head.findings.differing, head.findings.without_oracle, head.findings.money_difference,
                    head.findings.opening_difference, head.findings.other_differences, head.run_id,
                )
                for head in page.items
            ],
        ),
        page.next_cursor,
    )  # fmt: skip


def accepted_line(accepted: AcceptedDifference, company: str) -> str:
    """Say what an owner accepted."""
    return (
        f"The opening balances of {company} may fail to balance by {render_inr(accepted.amount)}: "
        f"{accepted.reason or 'no reason given'}."
    )
