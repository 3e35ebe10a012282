"""A proof as a report: every control total with ours, theirs and the difference; what differs comes first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canonical.proof import ProofStatus
from khata.rendering.files import plain_cell
from khata.rendering.sheet import Sheet, amount, text
from khata.rendering.summary import STATUS_WORDS, proof_line

if TYPE_CHECKING:
    from storage import StoredProof

PROOF_COLUMNS = (
    text("name", "Figure"),
    amount("ours", "Ours"),
    amount("theirs", "Theirs"),
    amount("difference", "Difference"),
    text("status", "Status"),
    text("oracle", "According to"),
)
_ORDER = {ProofStatus.DIFFERS: 0, ProofStatus.NO_ORACLE: 1, ProofStatus.PROVED: 2}


def proof_sheet(stored: StoredProof, company: str) -> Sheet:
    """Build the report of one proof."""
    totals = sorted(stored.proof.totals, key=lambda total: _ORDER[total.status])
    return Sheet(
        title=f"{company}: {STATUS_WORDS[stored.proof.status]}",
        noun="totals",
        facts={"company": company, "status": stored.proof.status.value, "known_at": plain_cell(stored.known_at)},
        columns=PROOF_COLUMNS,
        rows=[
            (total.name, total.ours, total.theirs, total.difference, total.status.value, total.oracle)
            for total in totals
        ],
        notes=(proof_line(stored.proof),),
    )
