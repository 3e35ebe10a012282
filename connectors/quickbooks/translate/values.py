"""Reads values of QuickBooks' JSON: exact amounts, days, references. Absent means not set; there is no null."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from canonical.errors import KhataError
from canonical.money import ZERO, AmountError, parse_amount

Json = Mapping[str, Any]


class UnreadableValue(KhataError):
    """A value the books stand on is missing or cannot be read; the record is rejected."""

    default_code = "quickbooks.record.unreadable"

    def __init__(self, field: str, text: str, reason: str) -> None:
        super().__init__(f"{field} {reason}")
        self.field, self.text = field, text


def text_of(node: Json, name: str) -> str:
    """A text, trimmed; empty if absent."""
    value = node.get(name)
    return "" if value is None else str(value).strip()


def amount_of(node: Json, name: str) -> Decimal:
    """An amount, zero if absent.

    Raises:
        UnreadableValue: it is no number.
    """
    return optional_amount(node, name) or ZERO


def optional_amount(node: Json, name: str) -> Decimal | None:
    """An amount; None if absent or blank.

    Raises:
        UnreadableValue: it is no number.
    """
    value = node.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool | list | dict):
        raise UnreadableValue(name, str(value), "is no amount.")
    try:
        return parse_amount(value if isinstance(value, int | Decimal) else str(value))
    except AmountError as error:
        raise UnreadableValue(name, str(value), f"cannot be read: {error.message}") from error


def day_of(node: Json, name: str) -> date | None:
    """A business date (``2026-05-05``); None if absent.

    Raises:
        UnreadableValue: it is no date.
    """
    value = text_of(node, name)
    if not value:
        return None
    try:
        return date.fromisoformat(value[:10])
    except ValueError as error:
        raise UnreadableValue(name, value, "is no date.") from error


def moment_of(text: str) -> datetime | None:
    """A time with offset as UTC; QuickBooks writes Pacific offsets, which change with the season."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    return found.astimezone(UTC) if found.tzinfo else None


def changed_at(node: Json) -> datetime | None:
    """When the object last changed, UTC."""
    return moment_of(text_of(part(node, "MetaData"), "LastUpdatedTime"))


def ref_id(node: Json, name: str) -> str:
    """Id of a reference such as ``CustomerRef``; empty if absent."""
    value = node.get(name)
    return text_of(value, "value") if isinstance(value, Mapping) else "" if value is None else str(value).strip()


def ref_name(node: Json, name: str) -> str:
    """Name of a reference as the document shows it; empty if it does not."""
    return text_of(part(node, name), "name")


def part(node: Json, name: str) -> Json:
    """A nested object; empty if absent."""
    value = node.get(name)
    return value if isinstance(value, Mapping) else {}


def rows(node: Json, name: str) -> list[Json]:
    """A list of objects; empty if absent."""
    value = node.get(name)
    return [row for row in value if isinstance(row, Mapping)] if isinstance(value, list) else []


def linked(node: Json) -> list[tuple[str, str]]:
    """Type and id of every linked transaction."""
    return [(text_of(row, "TxnType"), text_of(row, "TxnId")) for row in rows(node, "LinkedTxn")]
