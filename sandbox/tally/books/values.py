"""Values of Tally's methods, each with the type Tally names on the wire, and how text becomes one.

Amounts keep Tally's sign: negative is debit. ``wire`` is the text between the tags of a gateway answer; characters
XML forbids (U+0004 before system values) are the renderer's business, not the value's.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import ClassVar

from sandbox.tally.text import yes, ymd

DAY_LENGTH = 8


@dataclass(frozen=True, slots=True)
class Text:
    """A text; system values begin with U+0004 and a blank."""

    type_name: ClassVar[str] = "String"
    value: str

    @property
    def wire(self) -> str:
        """As it stands."""
        return self.value


@dataclass(frozen=True, slots=True)
class Number:
    """A plain number: counters, percentages, conversions."""

    type_name: ClassVar[str] = "Number"
    value: Decimal

    @property
    def wire(self) -> str:
        """Without a blank; the renderer puts one before those numbers that Tally pads."""
        return f"{self.value:f}"


@dataclass(frozen=True, slots=True)
class Amount:
    """Money in Tally's sign: negative is debit."""

    type_name: ClassVar[str] = "Amount"
    value: Decimal

    @property
    def wire(self) -> str:
        """With two decimals, no grouping."""
        return f"{self.value:.2f}"


@dataclass(frozen=True, slots=True)
class Quantity:
    """A quantity in its base unit; ``text`` is how Tally prints it, alternate unit included."""

    type_name: ClassVar[str] = "Quantity"
    value: Decimal
    unit: str
    text: str

    @property
    def wire(self) -> str:
        """As printed, with its leading blank."""
        return self.text


@dataclass(frozen=True, slots=True)
class Rate:
    """A price per unit."""

    type_name: ClassVar[str] = "Rate"
    value: Decimal
    unit: str

    @property
    def wire(self) -> str:
        """``57.00/Nos``."""
        return f"{self.value:.2f}/{self.unit}"


@dataclass(frozen=True, slots=True)
class Day:
    """A date."""

    type_name: ClassVar[str] = "Date"
    value: date

    @property
    def wire(self) -> str:
        """YYYYMMDD, as in object data."""
        return ymd(self.value)


@dataclass(frozen=True, slots=True)
class Logical:
    """Yes or no."""

    type_name: ClassVar[str] = "Logical"
    value: bool

    @property
    def wire(self) -> str:
        """``Yes`` or ``No``."""
        return yes(self.value)


@dataclass(frozen=True, slots=True)
class Empty:
    """A value that is not there, of a type that is known: an empty amount is not zero."""

    type_name: str
    value: ClassVar[None] = None

    @property
    def wire(self) -> str:
        """Nothing."""
        return ""


Scalar = Text | Number | Amount | Quantity | Rate | Day | Logical | Empty


def parse_scalar(type_name: str, text: str) -> Scalar:
    """Turn stored text into a value; what does not fit its type stays text, as a tolerant source would print it."""
    stripped = text.strip()
    if not stripped and type_name != Text.type_name:
        return Empty(type_name)
    try:
        if type_name == Quantity.type_name:
            return Quantity(*split_quantity(stripped), text)
        parse = _PARSERS.get(type_name)
        return parse(stripped) if parse is not None else Text(text)
    except (InvalidOperation, ValueError):
        return Text(text)


def _rate(text: str) -> Rate:
    price, _, unit = text.rpartition("/")
    return Rate(Decimal(price or unit), unit if price else "")


_PARSERS: dict[str, Callable[[str], Scalar]] = {
    "Number": lambda text: Number(Decimal(text)),
    "Amount": lambda text: Amount(Decimal(text.rpartition("=")[2].strip())),
    "Rate": _rate,
    "Date": lambda text: Day(parse_day(text)),
    "Logical": lambda text: Logical(text == "Yes"),
}


def parse_day(text: str) -> date:
    """Read YYYYMMDD; raises ``ValueError`` for anything else."""
    if len(text) != DAY_LENGTH or not text.isdigit():
        raise ValueError(text)
    return date(int(text[:4]), int(text[4:6]), int(text[6:]))


def split_quantity(text: str) -> tuple[Decimal, str]:
    """Split ``12.50 Kgs. = 2 Bag`` or ``(-)5 Nos`` into number and base unit."""
    first = text.partition("=")[0].strip().replace("(-)", "-")
    number, _, unit = first.partition(" ")
    return Decimal(number), unit.strip()
