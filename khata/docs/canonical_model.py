"""``docs/canonical-model.md`` from the dataclasses themselves: every record, every field, its type and its sentence."""

from __future__ import annotations

import dataclasses
import inspect
import re
import typing
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

from canonical.codec import RECORD_TYPES, SCHEMA_VERSION

PAGE = "canonical-model.md"
_ATTRIBUTE = re.compile(r"^\s{0,8}(\w+): (.*)$")
_INTRODUCTION = f"""# The canonical model

Generated from `canonical/` by `make docs`; do not edit. Schema version {SCHEMA_VERSION}.

Every connector translates into these records and nothing else. Amounts are rupees as exact decimals (strings in
JSON), dates are business dates, timestamps are UTC with zone. A field at its default is left out of the JSON. What a
source says beyond the model is in `extras`. `canonical.codec.json_schema` gives the same as JSON Schema 2020-12.

"""


def render() -> str:
    """Return the page."""
    parts = [
        _INTRODUCTION,
        "Records: " + ", ".join(f"[{c.__name__}](#{c.__name__.lower()})" for c in RECORD_TYPES),
        "\n\n",
    ]
    parts += [_section(cls, "##") for cls in RECORD_TYPES]
    nested, enums = _below(RECORD_TYPES)
    parts += ["# Parts of records\n\n", *(_section(cls, "##") for cls in nested)]
    parts += ["# Enumerations\n\n", *(_enumeration(cls) for cls in enums)]
    return "".join(parts).rstrip() + "\n"


def _section(cls: type, heading: str) -> str:
    sentences = dict(_attributes(cls))
    rows = [
        f"| `{field.name}` | {_type_text(hint)} | {_default_text(field)} | {sentences.get(field.name, '')} |"
        for field, hint in _fields(cls)
    ]
    summary = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    table = "\n".join(["| field | type | default | |", "|---|---|---|---|", *rows])
    return f"{heading} {cls.__name__}\n\n{summary}\n\n{table}\n\n"


def _enumeration(cls: type[StrEnum]) -> str:
    summary = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].replace("\n", " ")
    return f"## {cls.__name__}\n\n{summary}\n\n{', '.join(f'`{member.value}`' for member in cls)}\n\n"


def _fields(cls: type) -> Iterator[tuple[dataclasses.Field[Any], Any]]:
    hints = typing.get_type_hints(cls)
    for field in dataclasses.fields(cls):
        yield field, hints[field.name]


def _attributes(cls: type) -> Iterator[tuple[str, str]]:
    """Sentences of the docstring's Attributes section, continuation lines joined."""
    text = inspect.cleandoc(cls.__doc__ or "")
    if "Attributes:" not in text:
        return
    name, sentence = "", ""
    for line in text.split("Attributes:", 1)[1].split("\n"):
        match = _ATTRIBUTE.match(line)
        if match and not line.startswith("        "):
            if name:
                yield name, sentence
            name, sentence = match.groups()
        elif line.strip() and name and line.startswith("        "):
            sentence = f"{sentence} {line.strip()}"
        elif name and not line.startswith(" ") and line.strip():
            break
    if name:
        yield name, sentence.replace("|", "\\|")


def _type_text(hint: Any) -> str:
    if isinstance(hint, type):
        linked = dataclasses.is_dataclass(hint) or issubclass(hint, StrEnum)
        return f"[{hint.__name__}](#{hint.__name__.lower()})" if linked else f"`{hint.__name__}`"
    arguments = [arg for arg in typing.get_args(hint) if arg is not Ellipsis]
    origin = typing.get_origin(hint)
    if origin in (tuple, frozenset):
        return f"list of {_type_text(arguments[0])}"
    if type(None) in arguments:
        return " or ".join(_type_text(arg) for arg in arguments if arg is not type(None)) + ", or null"
    return "`JSON`"


def _default_text(field: dataclasses.Field[Any]) -> str:
    if field.default is dataclasses.MISSING and field.default_factory is dataclasses.MISSING:
        return "required"
    if field.default in (None, "", ()) or field.default is dataclasses.MISSING:
        return ""
    value = field.default.value if isinstance(field.default, StrEnum) else field.default
    return f"`{str(value).lower() if isinstance(value, bool) else value}`" if value != frozenset() else ""


def _below(roots: tuple[type, ...]) -> tuple[list[type], list[type[StrEnum]]]:
    """Dataclasses and enumerations reachable from the records, in order of first mention."""
    nested: dict[type, None] = {}
    enums: dict[type[StrEnum], None] = {}
    waiting: list[Any] = list(roots)
    while waiting:
        hint = waiting.pop(0)
        if isinstance(hint, type) and issubclass(hint, StrEnum):
            enums[hint] = None
        elif dataclasses.is_dataclass(hint) and isinstance(hint, type):
            if hint in nested:
                continue
            if hint not in roots:
                nested[hint] = None
            waiting.extend(kind for _, kind in _fields(hint) if kind not in roots)
        else:
            waiting.extend(arg for arg in typing.get_args(hint) if arg is not type(None) and arg is not Ellipsis)
    return list(nested), list(enums)
