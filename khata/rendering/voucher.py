"""One voucher as a document: the canonical record with its ids and the time it has been known so."""

from __future__ import annotations

from typing import TYPE_CHECKING

from canonical.codec import json_schema, to_document
from canonical.record import JsonValue
from canonical.voucher import Voucher
from khata.reading.record_id import render_id
from khata.rendering.files import plain_cell

if TYPE_CHECKING:
    from storage import Stored

_CANONICAL = json_schema(Voucher)
VOUCHER_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "required": ["id", "raw", "known_from", "known_to", "voucher"],
    "properties": {
        "id": {"type": "string"},
        "raw": {"anyOf": [{"type": "string"}, {"type": "null"}]},
        "known_from": {"type": "string", "format": "date-time"},
        "known_to": {"anyOf": [{"type": "string", "format": "date-time"}, {"type": "null"}]},
        "voucher": {"type": "object", "description": _CANONICAL["description"], "required": _CANONICAL["required"]},
    },
}
"""The voucher's own fields are described by the canonical JSON Schema (``docs/canonical-model.md``)."""


def voucher_document(stored: Stored[Voucher]) -> dict[str, JsonValue]:
    """Turn a stored voucher into one JSON object."""
    return {
        "id": render_id(Voucher, stored.id),
        "raw": None if stored.raw_id is None else render_id("raw", stored.raw_id),
        "known_from": plain_cell(stored.known_from),
        "known_to": plain_cell(stored.known_to),
        "voucher": to_document(stored.record),
    }
