"""Column types, and the same values for the raw drivers.

Why two: repositories use SQLAlchemy Core with the types below; the bulk paths hand tuples straight to the driver, in
*wire form*: money in 1/10000 rupees, days as ordinals, moments as microseconds since 1970 UTC, all 64-bit integers.
SQLite (which has no decimal and no date) stores them like that; on PostgreSQL the loading statement turns them into
NUMERIC(20,4), DATE and TIMESTAMPTZ. Sums are exact on both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator, TypeEngine

from canonical.errors import RuleError
from canonical.money import AMOUNT_MAX_SQLITE, round_amount

AMOUNT_SCALE = 10_000
NUMBER_SCALE = 1_000_000
INT64_MAX = 2**63 - 1
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


class AmountTooLarge(RuleError):
    """An amount does not fit the database's exact range."""

    default_code = "storage.amount_too_large"


def scale_amount(amount: Decimal) -> int:
    """Turn rupees into 1/10000 rupees, rounding what is finer half to even.

    Raises:
        AmountTooLarge: beyond +-922,337,203,685,477.5807.
    """
    scaled = amount * AMOUNT_SCALE
    whole = int(scaled)
    if whole != scaled:
        whole = int(round_amount(amount) * AMOUNT_SCALE)
    if not -INT64_MAX <= whole <= INT64_MAX:
        raise AmountTooLarge(f"{amount} is beyond what the store holds exactly (+-{AMOUNT_MAX_SQLITE}).")
    return whole


def unscale_amount(scaled: int) -> Decimal:
    """Turn 1/10000 rupees back into rupees; whole paise keep two decimals.

    >>> unscale_amount(1234500), unscale_amount(1)
    (Decimal('123.45'), Decimal('0.0001'))
    """
    paise, rest = divmod(scaled, 100)
    return Decimal(scaled).scaleb(-4) if rest else Decimal(paise).scaleb(-2)


def to_microseconds(moment: datetime) -> int:
    """Microseconds since 1970 UTC; a moment without a zone is refused by the subtraction."""
    return (moment - EPOCH) // MICROSECOND


def from_microseconds(value: int) -> datetime:
    """The UTC moment of ``to_microseconds``."""
    return EPOCH + value * MICROSECOND


def tidy_amount(amount: Decimal) -> Decimal:
    """Show whole paise with two decimals, so that both databases give the same text for the same money."""
    return unscale_amount(scale_amount(amount))


class Amount(TypeDecorator[Decimal]):
    """Rupees, exact to 1/10000."""

    impl = sa.Numeric(20, 4)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC(20,4), or BIGINT where the database has no decimal."""
        chosen = sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric(20, 4)
        return dialect.type_descriptor(chosen)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the stored form."""
        if value is None:
            return None
        return scale_amount(value) if dialect.name == "sqlite" else round_amount(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """To rupees."""
        if value is None:
            return None
        return unscale_amount(value) if dialect.name == "sqlite" else tidy_amount(value)


class Number(TypeDecorator[Decimal]):
    """A quantity, rate or percentage, to six decimals; for looking things up, the document has the exact text."""

    impl = sa.Numeric(24, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """NUMERIC(24,6), or BIGINT of millionths."""
        chosen = sa.BigInteger() if dialect.name == "sqlite" else sa.Numeric(24, 6)
        return dialect.type_descriptor(chosen)

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> Any:
        """To the stored form."""
        if value is None or dialect.name != "sqlite":
            return value
        return int(value * NUMBER_SCALE)

    def process_result_value(self, value: Any, dialect: Dialect) -> Decimal | None:
        """To a decimal."""
        if value is None:
            return None
        return Decimal(value).scaleb(-6) if dialect.name == "sqlite" else Decimal(value)


class Day(TypeDecorator[date]):
    """A business date."""

    impl = sa.Date
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """DATE, or the day's ordinal."""
        return dialect.type_descriptor(sa.Integer() if dialect.name == "sqlite" else sa.Date())

    def process_bind_param(self, value: date | None, dialect: Dialect) -> Any:
        """To the stored form."""
        return value.toordinal() if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> date | None:
        """To a date."""
        return date.fromordinal(value) if value is not None and dialect.name == "sqlite" else value


class Moment(TypeDecorator[datetime]):
    """A UTC time stamp."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        """TIMESTAMPTZ, or microseconds since 1970."""
        chosen = sa.BigInteger() if dialect.name == "sqlite" else sa.DateTime(timezone=True)
        return dialect.type_descriptor(chosen)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        """To the stored form."""
        return to_microseconds(value) if value is not None and dialect.name == "sqlite" else value

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        """To a UTC datetime."""
        if value is None:
            return None
        return from_microseconds(value) if dialect.name == "sqlite" else value.astimezone(UTC)


def Key() -> sa.types.TypeEngine[str]:  # noqa: N802 - reads as a type in the table declarations
    """Text that is matched and grouped by: byte order on both databases, whatever the server's locale."""
    return sa.Text().with_variant(sa.Text(collation="C"), "postgresql")


def Json() -> sa.types.TypeEngine[Any]:  # noqa: N802 - reads as a type in the table declarations
    """A JSON document: JSONB on PostgreSQL, text on SQLite."""
    return sa.JSON().with_variant(postgresql.JSONB(), "postgresql")


def wire_number(value: Decimal | None) -> int | None:
    """A quantity or rate in millionths; None if it does not fit (the document has it)."""
    if value is None:
        return None
    scaled = int(value * NUMBER_SCALE)
    return scaled if -INT64_MAX <= scaled <= INT64_MAX else None


def wire_day(value: date | None) -> int | None:
    """A day as its ordinal."""
    return None if value is None else value.toordinal()


def wire_moment(value: datetime | None) -> int | None:
    """A moment as microseconds since 1970 UTC."""
    return None if value is None else to_microseconds(value)


@dataclass(frozen=True, slots=True)
class Values:
    """How prebuilt statements bind and read our values on one database."""

    day: Callable[[date | None], Any]
    moment: Callable[[datetime | None], Any]
    read_amount: Callable[[Any], Decimal]
    read_day: Callable[[Any], date | None]
    read_moment: Callable[[Any], datetime]


SqliteValues = Values(
    day=wire_day,
    moment=wire_moment,
    read_amount=unscale_amount,
    read_day=lambda value: None if value is None else date.fromordinal(value),
    read_moment=from_microseconds,
)
PostgresValues = Values(
    day=lambda value: value,
    moment=lambda value: value,
    read_amount=tidy_amount,
    read_day=lambda value: value,
    read_moment=lambda value: value.astimezone(UTC),
)
