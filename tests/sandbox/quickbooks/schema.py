"""The official schema files, as far as JSON answers can be held against them: names of members, enumerations, types."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

from tests.support.samples import sample

_X = "{http://www.w3.org/2001/XMLSchema}"
_FILES = ("Finance.xsd", "IntuitBaseTypes.xsd", "IntuitNamesTypes.xsd", "IntuitRestServiceDef.xsd", "SalesTax.xsd")
_DATE = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d")


@dataclass(slots=True)
class Schema:
    """Complex types with their base, elements and attributes; simple types with their values."""

    complex: dict[str, tuple[str, dict[str, str], set[str]]] = field(default_factory=dict)
    simple: dict[str, list[str]] = field(default_factory=dict)

    def members(self, name: str) -> tuple[dict[str, str], set[str]]:
        """All elements and attributes of a type, inherited ones included."""
        elements: dict[str, str] = {}
        attributes: set[str] = set()
        while name in self.complex:
            name, own, also = self.complex[name]
            elements = {**own, **elements}
            attributes |= also
        return elements, attributes

    def problems(self, name: str, value: Any, where: str = "") -> Iterator[str]:
        """Say what in a JSON value does not fit a type."""
        where = where or name
        if name in self.complex and name != "IntuitAnyType":
            if not isinstance(value, dict):
                yield f"{where}: {value!r} is no {name}"
                return
            yield from self._object_problems(name, value, where)
        elif name in self.simple:
            if self.simple[name] and value not in self.simple[name]:
                yield f"{where}: {value!r} is not one of {name}"
        else:
            yield from _plain_problems(name, value, where)

    def _object_problems(self, name: str, value: dict[str, Any], where: str) -> Iterator[str]:
        elements, attributes = self.members(name)
        for key, part in value.items():
            if key in attributes or (key == "value" and name in {"ReferenceType", "MemoRef"}):
                continue
            if key not in elements:
                yield f"{where}.{key}: not a member of {name}"
                continue
            for one in part if isinstance(part, list) else [part]:
                yield from self.problems(elements[key], one, f"{where}.{key}")


def _plain_problems(name: str, value: Any, where: str) -> Iterator[str]:
    match name:
        case "xs:decimal" | "xs:int" | "xs:positiveInteger":
            fits = isinstance(value, int | float) and not isinstance(value, bool)
        case "xs:boolean":
            fits = isinstance(value, bool)
        case "xs:date":
            fits = isinstance(value, str) and _DATE.fullmatch(value) is not None
        case "xs:dateTime":
            fits = isinstance(value, str) and _TIME.fullmatch(value) is not None
        case "xs:string" | "id":
            fits = isinstance(value, str)
        case _:
            fits = True
    if not fits:
        yield f"{where}: {value!r} is no {name}"


@cache
def load_schema() -> Schema:
    """Read the schema files; skips the running test where they are absent."""
    schema = Schema()
    for name in _FILES:
        _read(schema, sample(f"quickbooks/xsd/{name}"))
    return schema


def _read(schema: Schema, path: Path) -> None:
    root = ET.parse(path).getroot()  # noqa: S314 - official files, read by tests alone
    for kind in root.iter(f"{_X}complexType"):
        name = kind.get("name")
        if not name:
            continue
        extension = next(kind.iter(f"{_X}extension"), None)
        base = (extension.get("base") or "") if extension is not None else ""
        elements = {one.get("name") or one.get("ref") or "": one.get("type") or "" for one in kind.iter(f"{_X}element")}
        attributes = {one.get("name") or "" for one in kind.iter(f"{_X}attribute")}
        schema.complex[name] = (base, elements, attributes)
    for plain in root.iter(f"{_X}simpleType"):
        name = plain.get("name")
        if name and name != "id":
            schema.simple[name] = [one.get("value") or "" for one in plain.iter(f"{_X}enumeration")]
