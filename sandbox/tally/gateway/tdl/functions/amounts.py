"""Functions of numbers, amounts, quantities and rates."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from sandbox.tally.books.values import Amount, Quantity, Rate
from sandbox.tally.gateway.tdl.functions.definition import Function, of_scope, of_values
from sandbox.tally.gateway.tdl.scope import Scope
from sandbox.tally.gateway.tdl.values import Value, number, number_in, text, truth

_FIRST_DIGIT = re.compile(r"\d")


def _sign(value: Value) -> Decimal:
    return value.value if isinstance(value, Amount) else number(value)


def _is_inwards(scope: Scope, value: Value) -> Value:
    """Goods come in unless the quantity is negative or the line says that it credits the stock.

    Quantities of voucher lines carry no sign of their own; the line's ISDEEMEDPOSITIVE tells the direction.
    """
    if not isinstance(value, Quantity) or value.value < 0:
        return False
    direction = scope.value("isdeemedpositive")
    return True if direction is None or scope.value("stockitemname") is None else truth(direction)


def _money(part: str) -> Amount:
    """One part of a foreign amount; its sign may stand before the currency symbol."""
    size = abs(number_in(part))
    before = _FIRST_DIGIT.split(part, maxsplit=1)[0]
    return Amount(-size if "-" in before else size)


def _base(_: Scope, value: Value) -> Value:
    """The part in base currency: what stands after the last ``=``."""
    if isinstance(value, str):
        return _money(value.rpartition("=")[2])
    return value


def _forex(_: Scope, value: Value) -> Value:
    """The part in foreign currency, nothing for an amount in base currency."""
    if isinstance(value, str) and "@" in value:
        return _money(value.partition("@")[0])
    return None


def _rate_of_exchange(_: Scope, value: Value) -> Value:
    if isinstance(value, str) and "@" in value:
        return number_in(value.partition("@")[2])
    return None


def _currency(scope: Scope, value: Value) -> Value:
    """The symbol of a foreign amount, else the company's own currency."""
    if isinstance(value, str) and "@" in value:
        return "".join(one for one in value.partition("@")[0] if one not in "0123456789.,()- ")
    if value is None:
        return ""
    company = scope.world.find("Company", scope.world.company_name)
    found = company.method("currencyname") if company is not None else None
    return found.wire if found is not None else ""


def _tail_units(_: Scope, value: Value) -> Value:
    if isinstance(value, Quantity | Rate):
        return value.unit
    return text(value).strip().partition(" ")[2].strip()


def _round(_: Scope, value: Value, places: Value = None) -> Value:
    step = Decimal(1).scaleb(-int(number(places))) if places is not None else Decimal(1)
    try:
        return number(value).quantize(step, rounding=ROUND_HALF_UP)
    except InvalidOperation:
        return number(value)


def _as_amount(_: Scope, value: Value) -> Value:
    return value if isinstance(value, Amount) else Amount(number(value))


def _abs(_: Scope, value: Value) -> Value:
    return Amount(abs(value.value)) if isinstance(value, Amount) else abs(number(value))


def _of_number(compute: Callable[[Decimal], Value]) -> Function:
    return of_values(1, 1, lambda _, value: compute(number(value)))


def _magnitude(_: Scope, value: Value) -> Value:
    return abs(number(value))


AMOUNTS: dict[str, Function] = {
    "number": of_values(1, 2, lambda _, value, _form=None: number(value)),
    "numvalue": of_values(1, 1, _magnitude),
    "value": of_values(1, 1, lambda _, value: number(value)),
    "isdebit": of_values(1, 1, lambda _, value: _sign(value) < 0),
    "isdr": of_values(1, 1, lambda _, value: _sign(value) < 0),
    "iscredit": of_values(1, 1, lambda _, value: _sign(value) > 0),
    "iscr": of_values(1, 1, lambda _, value: _sign(value) > 0),
    "iszero": of_values(1, 1, lambda _, value: number(value) == 0),
    "abs": of_values(1, 1, _abs),
    "round": of_values(1, 2, _round),
    "amount": of_values(1, 1, _as_amount),
    "asamount": of_values(1, 1, _as_amount),
    "basevalue": of_values(1, 1, _base),
    "forexvalue": of_values(1, 1, _forex),
    "ratexvalue": of_values(1, 1, _rate_of_exchange),
    "currency": of_scope(1, 1, _currency),
    "isinwards": of_scope(1, 1, _is_inwards),
    "isoutwards": of_scope(1, 1, lambda scope, value: not _is_inwards(scope, value)),
    "tailunits": of_values(1, 1, _tail_units),
    "baseunits": of_values(1, 1, _tail_units),
    "integer": _of_number(lambda value: Decimal(int(value))),
}
