"""Which rates a document of a day may carry, and which date decides where a rate changed in between.

Section 14 of the CGST Act: of the day of supply, the day of the invoice and the day of payment, the side of the change
on which two of the three lie decides. Credit and debit notes keep the rate of the invoice they correct.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from harmonizer.validation.rules import Rules


class Standing(StrEnum):
    """What a rate is on a day."""

    IN_FORCE = "in_force"
    UNDECIDED = "undecided"
    """The rate was in force before a change (or comes with it) and what is known does not decide."""
    WITHDRAWN = "withdrawn"
    """It was in force earlier."""
    NOT_YET = "not_yet"
    """It comes into force later."""
    UNKNOWN = "unknown"
    """It never was a rate of GST."""


def is_rate_on(rules: Rules, percent: Decimal, day: date, hsn: str = "") -> bool:
    """Say whether a line of a document of the day may carry the rate.

    Args:
        rules: the dated tables.
        percent: CGST and SGST together, or IGST.
        day: of the document.
        hsn: the line's code; an empty one could be anything, so a rate kept for some goods passes.
    """
    return any(
        rule.percent == percent and day in rule.span and (not rule.hsn or not hsn or hsn.startswith(rule.hsn))
        for rule in rules.rates
    )


def standing(rules: Rules, percent: Decimal, day: date, hsn: str = "") -> Standing:
    """Say what the rate is on the day, without transition; arguments as ``is_rate_on``."""
    if is_rate_on(rules, percent, day, hsn):
        return Standing.IN_FORCE
    known = [rule for rule in rules.rates if rule.percent == percent]
    if not known:
        return Standing.UNKNOWN
    return Standing.WITHDRAWN if any(rule.span.since <= day for rule in known) else Standing.NOT_YET


def deciding_day(change: date, *, supply: date | None, invoice: date, payment: date | None) -> date | None:
    """Return a day on the side of a rate change that decides: two of supply, invoice and payment lie there.

    Args:
        change: first day of the new rates.
        supply: goods or service delivered; None if not known.
        invoice: the tax invoice.
        payment: received or entered, whichever is earlier; None if not known.

    Returns:
        The earliest of the known days on the deciding side; None if what is known does not decide.

    >>> change = date(2025, 9, 22)
    >>> deciding_day(change, supply=date(2025, 9, 20), invoice=date(2025, 9, 25), payment=date(2025, 9, 18))
    datetime.date(2025, 9, 18)
    >>> deciding_day(change, supply=date(2025, 9, 20), invoice=date(2025, 9, 25), payment=date(2025, 10, 3))
    datetime.date(2025, 9, 25)
    >>> deciding_day(change, supply=None, invoice=date(2025, 9, 25), payment=None) is None
    True
    """
    days = [day for day in (supply, invoice, payment) if day is not None]
    before = sorted(day for day in days if day < change)
    after = sorted(day for day in days if day >= change)
    majority = 2
    if len(before) >= majority:
        return before[0]
    return after[0] if len(after) >= majority else None


def standing_in_transition(
    rules: Rules,
    percent: Decimal,
    *,
    invoice: date,
    supply: date | None = None,
    payment: date | None = None,
    hsn: str = "",
) -> Standing:
    """Say what the rate is on an invoice, with section 14 applied to the change next to it.

    A rate that is in force on the day of the invoice may still be the wrong one if supply and payment lie on the other
    side; that is said only where both are known.
    """
    plain = standing(rules, percent, invoice, hsn)
    for change in rules.rate_changes:
        if plain is Standing.IN_FORCE:
            if supply is None or payment is None:
                continue
            decided = deciding_day(change, supply=supply, invoice=invoice, payment=payment)
            if decided is not None and not is_rate_on(rules, percent, decided, hsn):
                return standing(rules, percent, decided, hsn)
        elif _was_in_force_across(rules, percent, change, invoice, hsn):
            decided = deciding_day(change, supply=supply, invoice=invoice, payment=payment)
            if decided is None:
                return _undecided(plain, change, supply, payment)
            if is_rate_on(rules, percent, decided, hsn):
                return Standing.IN_FORCE
    return plain


def _was_in_force_across(rules: Rules, percent: Decimal, change: date, invoice: date, hsn: str) -> bool:
    """The rate holds on the other side of the change than the invoice."""
    other_side = date.fromordinal(change.toordinal() - 1) if invoice >= change else change
    return is_rate_on(rules, percent, other_side, hsn)


def _undecided(plain: Standing, change: date, supply: date | None, payment: date | None) -> Standing:
    """Without any sign of the other side the invoice's own day is the best guess."""
    hints = [day for day in (supply, payment) if day is not None]
    points_back = any(day < change for day in hints)
    points_on = any(day >= change for day in hints)
    wanted = points_back if plain is Standing.WITHDRAWN else points_on
    return Standing.UNDECIDED if wanted else plain


def was_ever_a_rate(rules: Rules, percent: Decimal, day: date) -> bool:
    """Say whether the rate was in force on or before the day: what a note to an unknown invoice may carry."""
    return any(rule.percent == percent and rule.span.since <= day for rule in rules.rates)
