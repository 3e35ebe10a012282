"""Amounts as rows hold them: rupees with a decimal point; debits are negative in Marg's accounts."""

from __future__ import annotations

from decimal import Decimal

from sandbox.world.paise import render_paise


def rupees(paise: int) -> Decimal:
    """Paise as rupees."""
    return Decimal(render_paise(paise))


def credit_positive(paise: int) -> Decimal:
    """A debit-positive amount as Marg signs it."""
    return rupees(-paise)


def plain(number: int, divisor: int) -> Decimal:
    """A scaled whole number, without needless zeros."""
    value = Decimal(number) / divisor
    return value.quantize(Decimal(1)) if value == value.to_integral() else value.normalize()
