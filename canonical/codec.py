"""JSON for canonical records: exact, versioned, self-describing.

Decimals are written as strings (no reader can round them), dates as ISO text, absent values not at all. Every
document names its type and the schema version; ``json_schema`` exports the same shapes as JSON Schema 2020-12.
"""

from __future__ import annotations

import dataclasses
import json
import types
import typing
from collections.abc import Callable, Hashable, Mapping
from datetime import date, datetime
from decimal import Decimal
from enum import StrEnum
from functools import cache
from typing import Any, TypeVar, Union

from canonical.company import Company
from canonical.cost import CostCategory, CostCentre
from canonical.crosswalk import CrosswalkEntry, GoldenParty
from canonical.errors import RuleError
from canonical.issue import Issue
from canonical.item import Godown, Item, StockGroup, Unit
from canonical.ledger import AccountGroup, Ledger
from canonical.party import Party
from canonical.proof import Proof
from canonical.record import JsonValue
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherType

SCHEMA_VERSION = 1
"""Raised when a field is removed or changes meaning; added optional fields do not raise it."""

CanonicalRecord = (
    Company
    | AccountGroup
    | Ledger
    | Party
    | Unit
    | StockGroup
    | Item
    | Godown
    | CostCategory
    | CostCentre
    | VoucherType
    | Voucher
)
RECORD_TYPES: tuple[type, ...] = typing.get_args(CanonicalRecord)
DOCUMENT_TYPES: dict[str, type] = {
    cls.__name__: cls for cls in (*RECORD_TYPES, Issue, Proof, CrosswalkEntry, GoldenParty)
}

T = TypeVar("T")


class CodecError(RuleError):
    """A document is not one of ours, or of another schema version."""

    default_code = "canonical.codec.invalid"


def to_json(record: object) -> str:
    """Write one record as a JSON document with ``type`` and ``schema``."""
    body = {"type": type(record).__name__, "schema": SCHEMA_VERSION, **to_document(record)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def from_json(text: str | bytes) -> object:
    """Read a document written by ``to_json``.

    Raises:
        CodecError: unknown type, other schema version, or a field that does not fit.
    """
    try:
        body = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise CodecError(f"Not JSON: {error}.") from error
    cls = DOCUMENT_TYPES.get(str(body.get("type"))) if isinstance(body, dict) else None
    if cls is None or body.get("schema") != SCHEMA_VERSION:
        raise CodecError(f"Not a canonical document of schema {SCHEMA_VERSION}: {str(text)[:60]!r}.")
    return from_document(cls, body)


def to_document(record: object) -> dict[str, JsonValue]:
    """Turn a dataclass into plain JSON values; fields at their default are left out."""
    if not dataclasses.is_dataclass(record) or isinstance(record, type):
        raise CodecError(f"{type(record).__name__} is not a canonical record.")
    document: dict[str, JsonValue] = {}
    for field in dataclasses.fields(record):
        value = getattr(record, field.name)
        if not _is_default(field, value):
            document[field.name] = _plain(value)
    return document


def from_document(cls: type[T], document: Mapping[str, JsonValue]) -> T:
    """Build a dataclass from plain JSON values; unknown keys other than ``type`` and ``schema`` are refused.

    Raises:
        CodecError: a field is unknown, missing or of another type; a number stands where an amount's text should.
        RuleError: the values fit, but the record refuses them (``UnbalancedVoucher``).
    """
    if not isinstance(document, Mapping):
        raise CodecError(f"A {cls.__name__} document is an object; got {str(document)[:40]!r}.")
    readers = _readers(typing.cast("Hashable", cls))
    unknown = document.keys() - readers.keys() - {"type", "schema"}
    if unknown:
        raise CodecError(f"{cls.__name__} has no field {min(unknown)!r}.")
    try:
        return cls(**{name: readers[name](value) for name, value in document.items() if name in readers})
    except (TypeError, ValueError, ArithmeticError) as error:
        raise CodecError(f"A {cls.__name__} document does not fit its fields: {error}.") from error


def json_schema(cls: type) -> dict[str, JsonValue]:
    """Export a document type, as ``to_json`` writes it, as JSON Schema 2020-12; nested types under ``$defs``."""
    definitions: dict[str, JsonValue] = {}
    root = _object_schema(cls, definitions)
    root["properties"] = {"type": {"const": cls.__name__}, "schema": {"const": SCHEMA_VERSION}, **root["properties"]}
    root["required"] = ["type", "schema", *root["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": cls.__name__,
        "x-schema-version": SCHEMA_VERSION,
        **root,
        "$defs": definitions,
    }


def _is_default(field: dataclasses.Field[Any], value: object) -> bool:
    if field.default is not dataclasses.MISSING:
        return bool(value == field.default) and type(value) is type(field.default)
    if field.default_factory is not dataclasses.MISSING:
        return bool(value == field.default_factory())
    return False


def _plain(value: object) -> JsonValue:  # noqa: PLR0911 - one line per JSON shape
    match value:
        case Decimal():
            return f"{value:f}"
        case StrEnum():
            return value.value
        case datetime() | date():
            return value.isoformat()
        case tuple() | list():
            return [_plain(item) for item in value]
        case frozenset():
            return sorted(_plain(item) for item in value)
        case Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case _ if dataclasses.is_dataclass(value) and not isinstance(value, type):
            return to_document(value)
        case _:
            return value


Reader = Callable[[Any], Any]


@cache
def _readers(cls: Hashable) -> dict[str, Reader]:
    hints = typing.get_type_hints(cls)
    return {name: _reader(hint) for name, hint in hints.items()}


def _reader(hint: Any) -> Reader:  # noqa: PLR0911 - one line per shape of type
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, Union):
        return _union_reader(args)
    if origin is tuple:
        inner = _reader(args[0])
        return lambda value: tuple([inner(item) for item in _LIST(value)])
    if origin is frozenset:
        inner = _reader(args[0])
        return lambda value: frozenset([inner(item) for item in _LIST(value)])
    if origin is Mapping:
        return _OBJECT
    if dataclasses.is_dataclass(hint):
        return lambda value: from_document(typing.cast("type[Any]", hint), value)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return hint
    return _SCALARS.get(hint, _same)


def _union_reader(args: tuple[Any, ...]) -> Reader:
    choices = [arg for arg in args if arg is not type(None)]
    if len(choices) > 1:
        return _same
    inner = _reader(choices[0])
    return lambda value: None if value is None else inner(value)


def _same(value: Any) -> Any:
    return value


def _exactly(*types_allowed: type) -> Reader:
    """Read a value of just these types; JSON's true is not the number 1 here."""

    def read(value: Any) -> Any:
        if type(value) not in types_allowed:
            raise TypeError(f"{str(value)[:40]!r} is not {types_allowed[0].__name__}")
        return value

    return read


_TEXT, _LIST, _OBJECT = _exactly(str), _exactly(list, tuple), _exactly(dict)


def _decimal(value: Any) -> Decimal:
    number = Decimal(_TEXT(value))
    if not number.is_finite():
        raise ValueError(f"{value!r} is not a finite number")
    return number


_SCALARS: dict[Any, Reader] = {
    str: _TEXT,
    int: _exactly(int),
    bool: _exactly(bool),
    Decimal: _decimal,
    date: lambda value: date.fromisoformat(_TEXT(value)),
    datetime: lambda value: datetime.fromisoformat(_TEXT(value)),
}


def _object_schema(cls: type, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:
    hints = typing.get_type_hints(cls)
    fields = dataclasses.fields(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").split("\n")[0],
        "properties": {field.name: _value_schema(hints[field.name], definitions) for field in fields},
        "required": [
            field.name
            for field in fields
            if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING
        ],
        "additionalProperties": False,
    }


def _value_schema(hint: Any, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:
    origin, args = typing.get_origin(hint), typing.get_args(hint)
    if origin in (types.UnionType, Union):
        return {"anyOf": [_value_schema(arg, definitions) for arg in args]}
    if origin is Mapping:
        return {"type": "object"}
    if origin in (tuple, frozenset):
        return {"type": "array", "items": _value_schema(args[0], definitions)}
    if dataclasses.is_dataclass(hint):
        return _reference(typing.cast("type[Any]", hint), definitions)
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return {"type": "string", "enum": [member.value for member in hint]}
    return dict(_SCALAR_SCHEMAS.get(hint, {}))


def _reference(cls: type, definitions: dict[str, JsonValue]) -> dict[str, JsonValue]:
    if cls.__name__ not in definitions:
        definitions[cls.__name__] = {}
        definitions[cls.__name__] = _object_schema(cls, definitions)
    return {"$ref": f"#/$defs/{cls.__name__}"}


_SCALAR_SCHEMAS: dict[Any, dict[str, JsonValue]] = {
    Decimal: {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]+)?$"},
    str: {"type": "string"},
    int: {"type": "integer"},
    bool: {"type": "boolean"},
    date: {"type": "string", "format": "date"},
    datetime: {"type": "string", "format": "date-time"},
    type(None): {"type": "null"},
}
