"""A trace for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from canonical.money import render_inr
from canonical.record import JsonValue
from khata.reading.trace import Trace, TraceStep
from khata.rendering.files import plain_cell
from khata.rendering.terminal import printable
from khata.wiring import BUSINESS_ZONE

PAYLOAD_CHARACTERS_MAX = 4000
"""Longer payloads are cut for people; ``--format json`` has all of it."""

TRACE_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "required": ["id", "steps", "payload"],
    "properties": {
        "id": {"type": "string"},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["what", "id", "facts", "lines"],
                "properties": {
                    "what": {"type": "string"},
                    "id": {"type": "string"},
                    "facts": {"type": "object"},
                    "lines": {"type": "array", "items": {"type": "object"}},
                },
            },
        },
        "payload": {"description": "the raw record as the source gave it, or null"},
    },
}


def trace_document(trace: Trace) -> dict[str, JsonValue]:
    """Turn a trace into one JSON object; the payload is the stored JSON itself."""
    return {
        "id": trace.id,
        "steps": [
            {
                "what": step.what,
                "id": step.id,
                "facts": {name: _plain(value) for name, value in step.facts},
                "lines": [{name: _plain(value) for name, value in line.items()} for line in step.lines],
            }
            for step in trace.steps
        ],
        "payload": None if trace.payload is None else json.loads(trace.payload),
    }


def trace_lines(trace: Trace) -> Iterator[str]:
    """Yield the lines people read: each step, its facts, its lines, at the end the payload."""
    for number, step in enumerate(trace.steps):
        yield f"{'└─ ' if number else ''}{step.what}  {step.id}".rstrip()
        yield from _fact_lines(step)
        yield from _table_lines(step)
    if trace.payload is None:
        yield "No raw record stands behind this."
        return
    text = json.dumps(json.loads(trace.payload), ensure_ascii=False, indent=2)
    yield "Payload, as the source gave it:"
    yield from (printable(line) for line in text[:PAYLOAD_CHARACTERS_MAX].splitlines())
    if len(text) > PAYLOAD_CHARACTERS_MAX:
        yield f"... {len(text) - PAYLOAD_CHARACTERS_MAX} more characters: --format json"


def _fact_lines(step: TraceStep) -> Iterator[str]:
    width = max((len(name) for name, _ in step.facts), default=0)
    for name, value in step.facts:
        if value not in (None, "", [], {}):
            yield f"     {name:<{width}}  {_shown(value)}"


def _table_lines(step: TraceStep) -> Iterator[str]:
    rows = [[_shown(value) for value in line.values()] for line in step.lines]
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numeric = [isinstance(value, Decimal) for value in step.lines[0].values()]
    for row in rows:
        cells = (
            f"{cell:>{width}}" if right else f"{cell:<{width}}"
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        yield f"     - {'  '.join(cells)}".rstrip()


def _shown(value: object) -> str:
    match value:
        case Decimal():
            return render_inr(value)
        case datetime():
            return value.astimezone(BUSINESS_ZONE).strftime("%Y-%m-%d %H:%M:%S")
        case dict() | list():
            return printable(json.dumps(value, ensure_ascii=False))
        case _:
            return printable(str(value))


def _plain(value: object) -> JsonValue:
    return plain_cell(value) if isinstance(value, Decimal | datetime | date) else value
