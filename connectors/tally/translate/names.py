"""Names of masters: the key, the display name, the aliases."""

from __future__ import annotations

from connectors.tally.translate.node import Node, many, nodes, plain_of, text_of
from connectors.tally.translate.values import UnreadableValue


def name_of(master: Node, scalar: str = "") -> str:
    """Return the name other objects refer to: the NAME attribute, else the NAME tag, else the reader's column.

    Raises:
        UnreadableValue: it has none; nothing could refer to it.
    """
    name = text_of(master.get("@NAME")) or text_of(master.get("NAME")) or scalar.strip()
    name = name or next(iter(_listed(master)), "")
    if not name:
        raise UnreadableValue("name", "", "NAME")
    return name


def _listed(master: Node) -> list[str]:
    """Names of every language: the first is the display name, further ones are aliases."""
    found = [
        text_of(name)
        for language in nodes(master.get("LANGUAGENAME.LIST"))
        for names in nodes(language.get("NAME.LIST"))
        for name in many(names.get("NAME"))
    ]
    return [name for name in found if name]


def aliases_of(master: Node, name: str) -> tuple[str, ...]:
    """Return the other names of a master, without repeats."""
    found = [*_listed(master), *(plain_of(master.get(tag)) for tag in ("ALIAS", "ONLYALIAS"))]
    return tuple(dict.fromkeys(alias for alias in found if alias and alias != name))


def parent_of(master: Node) -> str:
    """Return the parent's name, empty at the root (``Primary`` is Tally's word for no parent)."""
    parent = plain_of(master.get("PARENT")) or plain_of(master.get("@PARENT"))
    return "" if parent == "Primary" else parent


def reserved_name_of(master: Node) -> str:
    """Return the name a predefined object keeps when a company renames it."""
    return (
        text_of(master.get("@RESERVEDNAME"))
        or plain_of(master.get("RESERVEDNAME"))
        or plain_of(master.get("RESERVENAME"))
    )
