"""Vouchers by type, party, number and day, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from canonical.ledger import name_key
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind

if TYPE_CHECKING:
    from storage import Page, Stored, TenantStore


@dataclass(frozen=True, slots=True, kw_only=True)
class VoucherFilter:
    """What to list; None leaves a field open. Names match without regard to case and doubled blanks."""

    kind: VoucherKind | None = None
    type_name: str | None = None
    party: str | None = None
    number: str | None = None
    day_from: date | None = None
    day_to: date | None = None
    known_at: datetime | None = None


def page_vouchers(
    books: TenantStore, company_id: int, wanted: VoucherFilter, cursor: str | None, limit: int
) -> Page[Stored[Voucher]]:
    """Return some vouchers, newest first.

    Raises:
        CursorInvalid: the cursor is not one this list ended with.
    """
    return books.records.page(
        company_id,
        Voucher,
        cursor=cursor,
        limit=limit,
        known_at=wanted.known_at,
        kind=wanted.kind.value if wanted.kind else None,
        type_key=name_key(wanted.type_name) if wanted.type_name else None,
        party_key=name_key(wanted.party) if wanted.party else None,
        number=wanted.number,
        day_from=wanted.day_from,
        day_to=wanted.day_to,
    )
