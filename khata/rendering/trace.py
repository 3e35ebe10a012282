"""A trace for people and for programs."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal

from canonical.money import render_inr
from canonical.record import JsonValue, RawRecord
from khata.reading.record_id import render_id
from khata.reading.trace import Trace, TraceStep
from khata.rendering.files import plain_cell
from khata.rendering.terminal import printable
from khata.wiring import BUSINESS_ZONE

PAYLOAD_CHARACTERS_MAX = 4000
"""Longer payloads are cut for people; ``--format json`` has all of it."""
TRACE_SCHEMA: dict[str, JsonValue] = {
    "type": "object",
    "required": ["id", "title", "steps"],
    "properties": {
        "id": {"type": "string"},
        "title": {"type": "string"},
        "steps": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["id", "what", "net", "facts", "lines", "issues", "raw"],
                "properties": {
                    "id": {"type": "string"},
                    "what": {"type": "string"},
                    "net": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "facts": {"type": "object"},
                    "lines": {"type": "array", "items": {"type": "object"}},
                    "issues": {"type": "array", "items": {"type": "object"}},
                    "raw": {"anyOf": [{"type": "object"}, {"type": "null"}]},
                },
            },
        },
    },
}


def trace_document(trace: Trace) -> dict[str, JsonValue]:
    """Turn a trace into one JSON object; payloads are the stored JSON itself."""
    return {"id": trace.id, "title": trace.title, "steps": [_step_document(step) for step in trace.steps]}


def _step_document(step: TraceStep) -> dict[str, JsonValue]:
    return {
        "id": step.id,
        "what": step.what,
        "net": _plain(step.net),
        "facts": {name: _plain(value) for name, value in step.facts},
        "lines": [{name: _plain(value) for name, value in line.items()} for line in step.lines],
        "issues": [
            {"level": i.level.value, "code": i.code, "message": i.message, "where": i.where, "hint": i.hint}
            for i in step.issues
        ],
        "raw": None if step.raw is None else _raw_document(step.raw, step.raw_id),
    }


def _raw_document(raw: RawRecord, raw_id: int | None) -> dict[str, JsonValue]:
    return {
        "id": None if raw_id is None else render_id("r", raw_id),
        "address": str(raw.source),
        "read_from": raw.origin,
        "read_at": plain_cell(raw.extracted_at),
        "sha256": raw.digest.hex(),
        "payload": json.loads(raw.payload),
    }


def trace_lines(trace: Trace) -> Iterator[str]:
    """Yield the lines people read: each record behind the figure, what it says, where it was read.

    The payload is shown where one record stands behind the figure; with several, each raw record can be traced.
    """
    yield printable(trace.title)
    for step in trace.steps:
        yield ""
        yield from _step_lines(step)
    nets = [step.net for step in trace.steps if step.net is not None]
    if len(nets) > 1:
        yield ""
        yield f"Together {render_inr(sum(nets, Decimal(0)))}"
    if len(trace.steps) == 1 and trace.steps[0].raw is not None:
        yield from _payload_lines(trace.steps[0].raw)


def _step_lines(step: TraceStep) -> Iterator[str]:
    contributes = "" if step.net is None else f"  {render_inr(step.net)}"
    yield f"{step.id}  {printable(step.what)}{contributes}"
    yield from _fact_lines(step.facts)
    yield from _table_lines(step)
    for issue in step.issues:
        yield f"  {issue.level.value}: {printable(issue.message)} ({issue.code})"
        if issue.hint:
            yield f"    {printable(issue.hint)}"
    if step.raw is None:
        yield "  No raw record stands behind this."
        return
    raw_id = "" if step.raw_id is None else render_id("r", step.raw_id)
    yield from _fact_lines(
        (
            ("raw record", raw_id),
            ("address", str(step.raw.source)),
            ("read from", step.raw.origin),
            ("read at", step.raw.extracted_at),
            ("sha256", step.raw.digest.hex()),
        )
    )


def _payload_lines(raw: RawRecord) -> Iterator[str]:
    text = json.dumps(json.loads(raw.payload), ensure_ascii=False, indent=2)
    yield ""
    yield "What the source said:"
    yield from (printable(line) for line in text[:PAYLOAD_CHARACTERS_MAX].splitlines())
    if len(text) > PAYLOAD_CHARACTERS_MAX:
        yield f"... {len(text) - PAYLOAD_CHARACTERS_MAX} more characters: --format json"


def _fact_lines(facts: tuple[tuple[str, object], ...]) -> Iterator[str]:
    said = [(name, value) for name, value in facts if value not in (None, "", [], {})]
    width = max((len(name) for name, _ in said), default=0)
    for name, value in said:
        yield f"  {name.replace('_', ' '):<{width}}  {_shown(value)}"


def _table_lines(step: TraceStep) -> Iterator[str]:
    rows = [[_shown(value) for value in line.values()] for line in step.lines]
    if not rows:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    numeric = [isinstance(value, Decimal | int) for value in step.lines[0].values()]
    for row in rows:
        cells = (
            f"{cell:>{width}}" if right else f"{cell:<{width}}"
            for cell, width, right in zip(row, widths, numeric, strict=True)
        )
        yield f"    {'  '.join(cells)}".rstrip()


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
