"""Conditions and bounds of the questions about vouchers."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from canonical.dates import Period
from connectors.tally.gateway.formula import (
    Comparison,
    Formula,
    altered_after,
    compare,
    either,
    logical,
    method,
    number,
    text,
)
from connectors.tally.gateway.profile import EDUCATION_DAYS
from connectors.tally.live.windows import Window


def numbered(master_ids: Sequence[int]) -> Formula:
    """The condition that an object is one of some, by their numbers in Tally."""
    return either(*(compare(method("MasterID"), Comparison.EQUAL, number(one)) for one in master_ids))


def slice_of(window: Window) -> tuple[Formula, ...]:
    """The condition on the change number that a window sets; none if it sets none."""
    return (altered_after(window.after, window.upto),) if window.after or window.upto is not None else ()


def may_be_renumbered(types: Sequence[str]) -> Formula:
    """The condition that a voucher is optional, or of one of some types."""
    optional = compare(method("IsOptional"), Comparison.EQUAL, logical(value=True))
    return either(optional, *(compare(method("VoucherTypeName"), Comparison.EQUAL, text(name)) for name in types))


def widened(period: Period) -> Period:
    """The nearest bounds around a period that the educational mode accepts: the 1st, and a 1st, 2nd or 31st."""
    end = period.end
    while end.day not in EDUCATION_DAYS:
        end += timedelta(days=1)
    return Period(period.start.replace(day=1), end)
