"""Functions of texts, names and emptiness."""

from __future__ import annotations

import re
from collections.abc import Sequence
from decimal import Decimal

from sandbox.tally.books.values import Quantity
from sandbox.tally.gateway.tdl.functions.definition import Function, of_scope, of_values, unevaluated
from sandbox.tally.gateway.tdl.scope import Evaluate, Scope
from sandbox.tally.gateway.tdl.values import Value, is_empty, number, number_text, same, text

_SYSTEM_MARK = "\x04 "
_SYSTEM_NAMES = {
    "primary": "Primary", "notapplicable": "Not Applicable", "applicable": "Applicable", "any": "Any",
    "unknown": "Unknown", "enditem": "End of List", "endoflist": "End of List", "xml": "XML", "json": "JSON",
    "ascii": "ASCII", "sdf": "ASCII (Comma Delimited)", "notspecified": "Not Specified", "allitems": "All Items",
}  # fmt: skip
_UNMARKED = frozenset({"xml", "json", "ascii", "sdf"})
_FULL_LIST_SEPARATOR = ", "


def system_name(word: str) -> str:
    """The value a system name stands for, with the mark that tells it from a user's own name."""
    folded = word.replace(" ", "").replace("\x04", "").casefold()
    name = _SYSTEM_NAMES.get(folded, word)
    return name if folded in _UNMARKED else f"{_SYSTEM_MARK}{name}"


def _is_system_name(_: Scope, value: Value) -> Value:
    return text(value).startswith("\x04")


def _is_not_applicable(_: Scope, value: Value) -> Value:
    return text(value).replace("\x04", "").strip().casefold() == "not applicable"


def _is_system_name_equal(_: Scope, word: Value, value: Value) -> Value:
    return same(system_name(text(word)), text(value))


def _replace(_: Scope, whole: Value, old: Value, new: Value) -> Value:
    return text(whole).replace(text(old), text(new)) if text(old) else text(whole)


def _part(_: Scope, whole: Value, start: Value, length: Value = None) -> Value:
    begin = max(int(number(start)), 0)
    end = None if length is None else begin + int(number(length))
    return text(whole)[begin:end]


def _word(_: Scope, whole: Value, place: Value) -> Value:
    words = text(whole).split()
    if isinstance(place, str) and place.casefold() in {"first", "last"}:
        return words[0 if place.casefold() == "first" else -1] if words else ""
    at = int(number(place)) - 1
    return words[at] if 0 <= at < len(words) else ""


def _find(_: Scope, whole: Value, part: Value) -> Value:
    return number(str(text(whole).casefold().find(text(part).casefold()) + 1))


def _sprintf(_: Scope, pattern: Value, *values: Value) -> Value:
    pieces = text(pattern).replace("%d", "%s").split("%s")
    texts = [text(value) for value in values]
    return "".join(
        piece + (texts[at] if at < len(texts) and at < len(pieces) - 1 else "") for at, piece in enumerate(pieces)
    )


def _character(_: Scope, code: Value) -> Value:
    return chr(int(number(code)) % 0x110000)


def _zero_fill(_: Scope, value: Value, width: Value) -> Value:
    return text(value).zfill(int(number(width)))


def _full_list(scope: Scope, arguments: Sequence[Evaluate]) -> Value:
    """``$$FullList:List:$Method``: the method of every object of the list, joined."""
    name = text(arguments[0](scope)).casefold()
    return _FULL_LIST_SEPARATOR.join(
        written for item in scope.items(name) if (written := text(arguments[1](item)).strip())
    )


def _is_equal(_: Scope, left: Value, right: Value) -> Value:
    return same(left, right)


def _as_text(scope: Scope, value: Value, form: Value = None) -> Value:
    """As printed; with ``"TailUnits"`` a compound quantity is converted to its smaller unit: ``1 Box 3 Nos`` to 15."""
    if isinstance(value, Quantity) and text(form).casefold() == "tailunits":
        return _in_tail_units(scope, value)
    return text(value)


_COMPOUND = re.compile(r"\s*(\(-\))?(-?\d+) (\S+) (\d+(?:\.\d+)?) (\S+)")


def _in_tail_units(scope: Scope, quantity: Quantity) -> str:
    match = _COMPOUND.match(quantity.text.partition("=")[0])
    if match is None:
        return text(quantity)
    sign, whole, major, rest, minor = match.groups()
    for unit in scope.world.collection("Unit"):
        if text(unit.value("baseunits")) == major and text(unit.value("additionalunits")) == minor:
            total = Decimal(whole) * number(unit.value("conversion")) + Decimal(rest)
            return f"{number_text(-total if sign else total)} {minor}"
    return text(quantity)


TEXTS: dict[str, Function] = {
    "isempty": of_values(1, 1, lambda _, value: is_empty(value)),
    "isnotempty": of_values(1, 1, lambda _, value: not is_empty(value)),
    "isequal": of_values(2, 2, _is_equal),
    "isnotequal": of_values(2, 2, lambda _, left, right: not same(left, right)),
    "sysname": of_values(1, 1, lambda _, word: system_name(text(word))),
    "issysname": of_values(1, 1, _is_system_name),
    "issysnameequal": of_values(2, 2, _is_system_name_equal),
    "isnotapplicable": of_values(1, 1, _is_not_applicable),
    "string": of_scope(1, 2, _as_text),
    "strlength": of_values(1, 1, lambda _, value: number(str(len(text(value))))),
    "stringlength": of_values(1, 1, lambda _, value: number(str(len(text(value))))),
    "upper": of_values(1, 1, lambda _, value: text(value).upper()),
    "uppercase": of_values(1, 1, lambda _, value: text(value).upper()),
    "lower": of_values(1, 1, lambda _, value: text(value).lower()),
    "lowercase": of_values(1, 1, lambda _, value: text(value).lower()),
    "trim": of_values(1, 1, lambda _, value: text(value).strip()),
    "stringfindandreplace": of_values(3, 3, _replace),
    "stringpart": of_values(2, 3, _part),
    "substring": of_values(2, 3, _part),
    "stringword": of_values(2, 2, _word),
    "stringfind": of_values(2, 2, _find),
    "sprintf": of_values(1, 12, _sprintf),
    "strbycharcode": of_values(1, 1, _character),
    "zerofill": of_values(2, 2, _zero_fill),
    "fulllist": unevaluated(2, 2, _full_list),
}
