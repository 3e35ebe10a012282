r"""A value as the driver hands it over, as the text that Tally's XML has for the same fact.

So that what came over ODBC is translated by the very code that translates files and the gateway. The rules:

- NULL and empty text are nothing; they are not zero.
- Amounts keep Tally's sign (negative is debit). Some releases give numbers, some text, some text with Indian grouping
  and Dr or Cr; the driver's binary fractions are rounded to four decimals, which gives back what Tally holds as long
  as it has no more than fifteen digits; longer ones are refused.
- A logical is Yes, No, 1, 0, true or false.
- A date is a date: a time of day beside it must be midnight, or the day may be off by one.
- Tally's own words carry the mark U+0004 (``\x04 Primary``), kept as U+E004 as everywhere in our raw records.
- Text exactly as long as its column may have been cut.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import ROUND_HALF_EVEN, Decimal, InvalidOperation
from typing import Any

from connectors.tally.odbc.tables import ValueKind

_QUANTUM = Decimal("0.0001")
_EXACT_DIGITS = 15
"""Significant digits a binary fraction of 64 bits keeps."""
_TOO_LARGE = Decimal(10) ** _EXACT_DIGITS
_CONTROLS = {code: 0xE000 + code for code in range(0x20) if chr(code) not in "\t\n\r"}
"""As the sanitiser of the XML route maps what XML forbids."""
_SIDED = re.compile(r"\s*(\(-\)|-)?\s*(\d[\d,]*(?:\.\d*)?|\.\d+)\s*(dr|cr)?\.?\s*\Z", re.IGNORECASE)
_YES = frozenset({"yes", "1", "true", "-1"})
_NO = frozenset({"no", "0", "false"})
_CUT_LENGTH_MIN = 30
"""Shorter columns hold codes that fill them by nature."""


class UndecodableError(ValueError):
    """A value cannot be what its method promises; the caller knows which method and which row."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """Text as Tally's XML has it, and whether it may have been cut by its column."""

    text: str
    is_cut: bool = False


NOTHING = Decoded("")


def decode(value: Any, kind: ValueKind, size: int = 0) -> Decoded:
    """Return a value as Tally's text; empty for nothing.

    Args:
        value: as ``child.encode_value`` leaves it: text, None, or a pair of type letter and value.
        kind: what the method promises.
        size: declared length of the column, 0 if unknown.

    Raises:
        UndecodableError: it is something else.
    """
    if value is None:
        return NOTHING
    if isinstance(value, str):
        text = value.strip().translate(_CONTROLS)
        is_cut = size >= _CUT_LENGTH_MIN and len(value) >= size
        return Decoded(_from_text(text, kind), is_cut) if text else NOTHING
    letter, held = value
    return Decoded(_from_typed(str(letter), held, kind))


def _from_text(text: str, kind: ValueKind) -> str:
    match kind:
        case ValueKind.TEXT | ValueKind.QUANTITY:
            return text
        case ValueKind.LOGICAL:
            return _logical(text)
        case ValueKind.DATE:
            return _day(text)
        case ValueKind.AMOUNT:
            return _amount(text)
        case ValueKind.NUMBER:
            return text


def _from_typed(letter: str, held: Any, kind: ValueKind) -> str:
    match letter:
        case "b" if kind is ValueKind.LOGICAL:
            return "Yes" if held else "No"
        case "i" | "n" | "f":
            return _from_number(letter, str(held), kind)
        case "d":
            return _from_moment(str(held), kind)
        case "x" if kind is ValueKind.TEXT:
            return _from_bytes(bytes.fromhex(str(held)))
        case _:
            raise UndecodableError(f"a value of type {_TYPES.get(letter, held)}")


_TYPES = {"b": "logical", "x": "bytes", "d": "date"}


def _from_number(letter: str, text: str, kind: ValueKind) -> str:
    number = Decimal(text)
    if not number.is_finite():
        raise UndecodableError(f"the number {text}")
    match kind:
        case ValueKind.LOGICAL:
            return _logical(f"{number.normalize():f}")
        case ValueKind.DATE:
            raise UndecodableError(f"the number {text} for a date")
        case ValueKind.AMOUNT if letter == "f":
            return _exact(number, text)
        case _:
            return f"{number:f}" if letter != "f" else f"{number.normalize():f}"


def _exact(number: Decimal, text: str) -> str:
    """Return a binary fraction as the amount it was made of.

    >>> _exact(Decimal("1234.1000000000001"), "")
    '1234.10'
    """
    if abs(number) >= _TOO_LARGE:
        raise UndecodableError(f"the amount {text}, too long for the driver to hold exactly")
    rounded = number.quantize(_QUANTUM, rounding=ROUND_HALF_EVEN)
    cents = rounded.quantize(Decimal("0.01"))
    amount = cents if cents == rounded else rounded
    if len(amount.as_tuple().digits) > _EXACT_DIGITS:
        raise UndecodableError(f"the amount {text}, too long for the driver to hold exactly")
    return f"{amount:f}"


def _from_moment(text: str, kind: ValueKind) -> str:
    if kind not in (ValueKind.DATE, ValueKind.TEXT):
        raise UndecodableError(f"the date {text}")
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise UndecodableError(f"the time {text} for a date") from error
    if moment.time() != time.min:
        raise UndecodableError(f"{text}: a date with a time of day may be off by one")
    return f"{moment:%Y%m%d}"


def _from_bytes(raw: bytes) -> str:
    from connectors.sdk.odbc.child import decode_ladder  # noqa: PLC0415 - the child is otherwise a program

    return decode_ladder(raw)[0].strip("\x00 ").translate(_CONTROLS)


def _logical(text: str) -> str:
    word = text.casefold()
    if word in _YES:
        return "Yes"
    if word in _NO:
        return "No"
    raise UndecodableError(f"{text[:20]!r} for yes or no")


def _day(text: str) -> str:
    """Return ISO dates, with or without midnight, as Tally writes dates; other forms are the translation's business."""
    head, _, tail = text.partition(" ")
    try:
        day = date.fromisoformat(head)
    except ValueError:
        return text
    if tail and set(tail) - set("0:."):
        raise UndecodableError(f"{text}: a date with a time of day may be off by one")
    return f"{day:%Y%m%d}"


def _amount(text: str) -> str:
    """Return an amount as plain digits with Tally's sign: ``1,250.00 Dr`` is ``-1250.00``.

    >>> _amount("1,46,32,571.18 Dr"), _amount("-12.5"), _amount("(-)3.00")
    ('-14632571.18', '-12.5', '-3.00')
    """
    match = _SIDED.match(text)
    if match is None:
        if "=" in text or "@" in text:
            return text  # foreign currency: the translation reads it, and keeps the words
        raise UndecodableError(f"{text[:30]!r} for an amount")
    minus, digits, side = match.groups()
    if minus and side:
        raise UndecodableError(f"{text[:30]!r} for an amount: a sign and a side")
    try:
        number = Decimal(digits.replace(",", ""))
    except InvalidOperation as error:  # pragma: no cover - the pattern admits numbers only
        raise UndecodableError(f"{text[:30]!r} for an amount") from error
    is_debit = bool(minus) or (side or "").casefold() == "dr"
    return f"{-number if is_debit else number:f}"
