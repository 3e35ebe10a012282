"""Answers: report values as JSON, encoded once by msgspec, and the same shapes as OpenAPI schemas.

FastAPI's own response models would check and copy every row again (30 to 40 % of a list's time); the schemas are made
from the columns the rows are built with, and a test compares every real answer with its schema.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec
from starlette.responses import Response

from khata.rendering.files import sheet_document
from khata.rendering.sheet import Column, ColumnKind, Sheet

_ENCODER = msgspec.json.Encoder()
_SCHEMAS: dict[ColumnKind, dict[str, Any]] = {
    ColumnKind.TEXT: {"type": "string"},
    ColumnKind.AMOUNT: {"type": "string", "pattern": r"^-?\d+\.\d{2,4}$", "description": "rupees, plain decimals"},
    ColumnKind.COUNT: {"type": "integer"},
    ColumnKind.DAY: {"type": "string", "format": "date"},
    ColumnKind.MOMENT: {"type": "string", "format": "date-time"},
}
_EXAMPLES: dict[ColumnKind, Any] = {
    ColumnKind.TEXT: "",
    ColumnKind.AMOUNT: "123456.50",
    ColumnKind.COUNT: 1,
    ColumnKind.DAY: "2026-03-31",
    ColumnKind.MOMENT: "2026-03-31T12:30:00+00:00",
}
CURSOR_SCHEMA = {
    "type": "string",
    "description": "Hand it back as cursor for the next page; missing on the last page.",
}
ERROR_SCHEMA = {
    "type": "object",
    "required": ["error", "detail", "hint", "request_id"],
    "properties": {
        "error": {"type": "string", "description": "dotted and stable, see docs/errors.md"},
        "detail": {"type": "string"},
        "hint": {"type": "string"},
        "request_id": {"type": "string"},
    },
    "example": {
        "error": "storage.not_found",
        "detail": "There is no company 7 in this store.",
        "hint": "List what there is with the endpoint one level up.",
        "request_id": "4f1c0a5d9d5b4f0e8c1f7b1f6f1d2c3a",
    },
}


def answer(document: object) -> Response:
    """Send a document as JSON."""
    return Response(_ENCODER.encode(document), media_type="application/json")


def answer_sheet(sheet: Sheet) -> Response:
    """Send a report: its facts, its rows under their noun, its totals."""
    return answer(sheet_document(sheet))


def row_schema(columns: Sequence[Column], example: dict[str, Any] | None = None) -> dict[str, Any]:
    """Describe one row; any cell may be null."""
    return {
        "type": "object",
        "required": [column.key for column in columns],
        "properties": {
            column.key: {"title": column.title, "anyOf": [_SCHEMAS[column.kind], {"type": "null"}]}
            for column in columns
        },
        "example": {column.key: _EXAMPLES[column.kind] for column in columns} | (example or {}),
    }


def sheet_answers(
    noun: str,
    columns: Sequence[Column],
    *,
    facts: dict[str, Any] | None = None,
    totals: bool = False,
    paged: bool = True,
    **example: Any,
) -> dict[int | str, dict[str, Any]]:
    """Describe a list endpoint: the good answer and the failures, for ``responses=``."""
    row = row_schema(columns, example)
    properties: dict[str, Any] = {**(facts or {}), noun: {"type": "array", "items": row}}
    if totals:
        properties["totals"] = {**row, "required": []}
    elif paged:
        properties["next_cursor"] = CURSOR_SCHEMA
    return document_answers({"type": "object", "required": [noun], "properties": properties})


def document_answers(schema: dict[str, Any]) -> dict[int | str, dict[str, Any]]:
    """Describe an endpoint by the schema of its good answer."""
    failure = {"application/json": {"schema": ERROR_SCHEMA}}
    return {
        200: {"description": "What was asked for", "content": {"application/json": {"schema": schema}}},
        401: {"description": "No valid key", "content": failure},
        404: {"description": "Not there, or another tenant's", "content": failure},
        409: {"description": "Refused by a rule", "content": failure},
        422: {"description": "A parameter does not fit", "content": failure},
        429: {"description": "Too many requests", "content": failure},
    }
