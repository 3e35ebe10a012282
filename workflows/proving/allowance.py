"""How much may change before books that were proved are compared with all of the source's reports again.

A source that is looked at every minute should not be made to draw up every statement and list every open bill for a
single new voucher: people work in the same program meanwhile. After few changes its trial balance alone is asked for,
which still holds every balance; the rest follows when the changes are no longer few, or a day later.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from canonical.voucher import Voucher
from storage.store import TenantStore
from workflows.proving.oracles import REPORTS

SHARE = 200
"""Few are as many as one in so many of the vouchers there are, counted since everything was compared."""
LONGEST = timedelta(days=1)
"""What moves without a trace in the source is found so long after it at the latest."""


def changes_allowed(store: TenantStore, company_id: int, now: datetime) -> int:
    """Return how many more vouchers may change; 0 if everything should be compared now.

    That is so where the newest proof found a difference, where something was written after it, and where a report was
    never read or longer ago than ``LONGEST``; one that was imported from a file counts like any other, so beside such a
    file everything is always asked for.

    Args:
        store: the tenant's.
        company_id: whose books.
        now: the time, UTC.
    """
    proof = store.proofs.newest_head(company_id)
    if proof is None or proof.findings.differing or proof.record_writes != store.proofs.record_writes(company_id):
        return 0
    read_at = [sighting.at for sighting in store.controls.last_seen(company_id, REPORTS).values()]
    if not read_at or now - min(read_at) > LONGEST:
        return 0
    changed = store.controls.changed_vouchers(company_id, min(read_at))
    return max(0, store.records.count(company_id, Voucher) // SHARE - changed)
