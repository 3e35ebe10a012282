"""Books whose proof differs after a reading of changes: what is told, and whether everything is compared at once.

What was deleted without a trace shows in no list of changes; it shows as figures that differ. Then everything the
source has must be compared with what is held. The next sync does that, because such a reading is not committed
(``bookmarks.py``); but until then the figures stay held back, for an hour under the usual schedule. So the comparison
follows at once where nobody else would ask soon (a source with change counters is looked at every few seconds), if it
can help, and if it costs no more than half of the calls that are left of the day. It cannot help twice: differences
that a comparison of everything has left are not looked for again until they are others. Nor can it help where something
was refused or had to wait, or where the reading has counted every list and walked those that differed.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

from canonical.issue import Issue, IssueLevel
from canonical.proof import ControlKind, ControlTotal, Proof
from storage.store import TenantStore
from workflows.proving.company import unread
from workflows.proving.words import difference_words

Among = Callable[[ControlTotal], bool]
HELD = "proof.figures_held"
SHOWN = 5
"""Differences named in an issue; the proof lists them all."""
KEPT = 500
"""Differences kept one by one."""
ROWS_A_CALL = 100
"""Records that a call of a comparison lists at the least: lists of 200 rows, one of them half empty."""
CALLS_AT_LEAST = 60
"""Of any comparison: short lists, counts, reports."""
SHARE = 2
"""A comparison may take one part in so many of the calls that are left."""


def is_mendable(total: ControlTotal, *, counts_lists: bool) -> bool:
    """Whether a comparison of everything may find why something differs after a reading of changes.

    Args:
        total: which differs.
        counts_lists: of the connector.
    """
    is_count = total.kind in (ControlKind.VOUCHER_COUNT, ControlKind.MASTER_COUNT)
    return total.name != unread().name and not (is_count and counts_lists)


def differences_of(proofs: Iterable[tuple[int, Proof]], among: Among | None = None) -> list[str]:
    """What differs in the proofs of companies, a digest of each; of very many one digest of them all.

    Digests, because a difference names parties, and bookmarks and facts of runs are no place for them.

    Args:
        proofs: by company.
        among: says which differences are meant; None: all.
    """
    told = sorted(
        f"{company_id}|{total.kind.value}|{total.name}|{total.difference:f}"
        for company_id, proof in proofs
        for total in proof.differences
        if among is None or among(total)
    )
    return [_digest(one) for one in told] if len(told) <= KEPT else [_digest("\n".join(told))]


def held_issue(company: str, proof: Proof, objections: Sequence[str], *, connection: str, has_compared: bool) -> Issue:
    """Say what differs, why the figures are held back, and what to do.

    Args:
        company: its name.
        proof: that differs.
        objections: to publishing it, as parts of a sentence.
        connection: name of it.
        has_compared: everything the source has was compared already.
    """
    waits = any(total.name == unread().name for total in proof.differences)
    shown = "; ".join(difference_words(total) for total in proof.differences[:SHOWN])
    more = f"; and {len(proof.differences) - SHOWN} more" if len(proof.differences) > SHOWN else ""
    return Issue(
        code=HELD,
        level=IssueLevel.ACTION_REQUIRED if has_compared and not waits else IssueLevel.WARNING,
        message="The newest figures are held back, reports show the last ones that were proved: "
        f"{'; '.join(objections)}. {shown}{more}.",
        where=company,
        hint=_after_a_part(connection)
        if waits
        else _after_all(connection)
        if has_compared
        else _after_changes(connection),
        facts={"differing": len(proof.differences)},
    )


def cost_of_looking(store: TenantStore, company_ids: Iterable[int]) -> int:
    """Estimate the calls of a comparison of everything."""
    return CALLS_AT_LEAST + sum(store.raw.count_current(company_id) for company_id in company_ids) // ROWS_A_CALL


def is_affordable(cost: int, left: int | None) -> bool:
    """Whether a comparison may be made now; ``left`` is None where there is no quota."""
    return left is None or cost * SHARE <= left


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def _after_changes(connection: str) -> str:
    return (
        "This sync read changes only, and something may have gone without a trace (a document that was deleted, say). "
        f"The next sync compares everything; 'khata sync {connection} --thorough' does so now."
    )


def _after_a_part(connection: str) -> str:
    return (
        f"Not everything was read: 'khata issues' says what was refused or waits, and what to do. Then: khata sync "
        f"{connection}"
    )


def _after_all(connection: str) -> str:
    return (
        "Everything was compared with the source, and this is left: 'khata proof' lists it, 'khata issues --level "
        "rejected' what was refused; the connector's README names what it cannot read. After a correction in the "
        f"source: khata sync {connection}"
    )
