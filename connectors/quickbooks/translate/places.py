"""States: QuickBooks India wrote the place of supply as the numeric GST code of the state, on the document."""

from __future__ import annotations

from typing import Final

from canonical.identifiers import state as states
from connectors.quickbooks.translate.values import Json, text_of

INDIA: Final = frozenset({"in", "ind", "india"})


def place_of_supply(node: Json) -> str:
    """Name of the state a document's supply is in; other countries keep words of their own in the same member."""
    code = text_of(node, "TransactionLocationType")
    return states.info(code).name if code.isdigit() and states.is_valid(code) else ""


def state_code_of(name: str, country: str) -> str:
    """Code of an Indian state; elsewhere the same letters mean other places (GA is Goa, and Georgia)."""
    return (states.find_code(name) or "") if name and country.casefold() in INDIA else ""
