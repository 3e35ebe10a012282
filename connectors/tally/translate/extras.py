"""What has no field of its own: kept tags, unknown tags, user-defined fields.

``extras`` of a canonical record holds them by tag; user-defined fields stand under ``udf`` by description and index
(``Pcs/1008``), because their tags differ from company to company. The first record with an unknown tag or field
says so; the thousands after it do not.
"""

from __future__ import annotations

from typing import Any

from canonical.issue import IssueLevel
from connectors.tally.translate.node import Node, many, nodes, system_word
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import Tags

UDF_PREFIX = "UDF_"
DEFAULTS = frozenset({"", "No", "0", "0.00"})


def extras_of(node: Node, tags: Tags, reading: Reading, owner: str) -> dict[str, Any]:
    """Collect what the readers of this kind of element do not take.

    Args:
        node: the element.
        tags: what is known of its kind.
        reading: receives one issue per unknown tag and run.
        owner: the element's name, for the issue.
    """
    if tags.passed.issuperset(node):
        return {}
    extras: dict[str, Any] = {}
    passed = tags.passed
    kept = tags.kept
    for tag, value in node.items():
        if tag in passed:
            continue
        if tag.startswith(UDF_PREFIX):
            extras.setdefault("udf", {}).update(_user_defined(tag, value))
            _say_udf(tag, value, reading, owner)
        elif not is_default(value):
            extras[tag] = simplify(value)
            if tag not in kept:
                _say_unknown(tag, reading, owner)
    return extras


def simplify(value: Any) -> Any:
    """Strip types, wrappers of single texts and answers of No; what is left is what somebody chose."""
    if isinstance(value, list):
        return [simplify(item) for item in value]
    if not isinstance(value, dict):
        return value.strip() if isinstance(value, str) else value
    inner = {tag: simplify(item) for tag, item in value.items() if tag != "@TYPE" and item != "No"}
    return inner["#text"] if inner.keys() == {"#text"} else inner


def is_default(value: Any) -> bool:
    """Say whether a value is what Tally writes when nobody chose anything."""
    if isinstance(value, str):
        text = value.strip()
        return text in DEFAULTS or bool(system_word(text))
    if isinstance(value, dict):
        return all(is_default(item) for tag, item in value.items() if tag != "@TYPE")
    return all(is_default(item) for item in many(value))


def _user_defined(tag: str, value: Any) -> dict[str, Any]:
    """Read ``<UDF:X.LIST DESC="`X`" INDEX="1"><UDF:X>v</UDF:X></UDF:X.LIST>``, or a bare ``<UDF:X>v</UDF:X>``."""
    found: dict[str, Any] = {}
    for holder in many(value):
        description, index = _name_of(tag, holder)
        key = f"{description}/{index}" if index else description
        found[key] = _field_value(holder) if isinstance(holder, dict) else holder
    return found


def _name_of(tag: str, holder: Any) -> tuple[str, str]:
    plain = tag.removeprefix(UDF_PREFIX).removesuffix(".LIST")
    if not isinstance(holder, dict):
        return plain, ""
    return str(holder.get("@DESC", "")).strip("`") or plain, str(holder.get("@INDEX", ""))


def _field_value(holder: Node) -> Any:
    children = {tag: value for tag, value in holder.items() if not tag.startswith("@")}
    if len(children) != 1:
        return {tag.removeprefix(UDF_PREFIX): _bare(value) for tag, value in children.items()}
    return _bare(next(iter(children.values())))


def _bare(value: Any) -> Any:
    """Drop the attributes that repeat the field's name on every value."""
    if isinstance(value, list):
        return [_bare(item) for item in value]
    if isinstance(value, dict):
        inner = {tag: _bare(item) for tag, item in value.items() if not tag.startswith("@")}
        return inner["#text"] if inner.keys() == {"#text"} else inner
    return value.strip() if isinstance(value, str) else value


def _say_udf(tag: str, value: Any, reading: Reading, owner: str) -> None:
    holder = next(iter(nodes(value)), {})
    description, index = _name_of(tag, holder)
    reading.note_once(
        "tally.tag.user_defined",
        IssueLevel.INFO,
        f"{owner}/{tag}",
        f"The user-defined field {description!r} of {owner} is kept under extras.",
        tag=tag,
        index=index,
        owner=owner,
    )


def _say_unknown(tag: str, reading: Reading, owner: str) -> None:
    reading.note_once(
        "tally.tag.unknown",
        IssueLevel.INFO,
        f"{owner}/{tag}",
        f"The tag {tag} of {owner} is not known to this version; its values are kept under extras.",
        hint="Nothing is lost. Tell us if the figures in it matter to you.",
        tag=tag,
        owner=owner,
    )
