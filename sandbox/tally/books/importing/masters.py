"""Import of masters: by name; creating one that exists alters it silently.

Measured: CREATED 0 ALTERED 1 for an existing name, deletion by name, refusal of a used one. The duty head of a tax
ledger can be set at creation only. ``DUPIGNORECOMBINE`` with a value that begins with "ignore" leaves an existing
master alone; other values are not known to the sandbox.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.importing.result import ImportResult
from sandbox.tally.books.records import Master
from sandbox.tally.books.references import fold
from sandbox.tally.books.tree import Element

if TYPE_CHECKING:
    from sandbox.tally.books.live import LiveCompany

CREATION_ONLY = frozenset({"GSTDUTYHEAD"})


def import_master(company: LiveCompany, element: Element, statics: Mapping[str, str], result: ImportResult) -> None:
    """Write one master.

    Raises:
        BooksRefused: as Tally would.
    """
    name = element.attributes.get("NAME") or _display_name(element)
    existing = company.masters.find(element.tag, name)
    match fold(element.attributes.get("ACTION", "Create")):
        case "delete":
            _delete(company, existing, element, result)
        case "alter" if existing is None:
            raise BooksRefused(f"{element.tag.title()} '{name}' does not exist!")
        case _ if existing is None:
            company.edit_masters.create(element.tag, name, without_udf(element))
            result.created += 1
        case "create" if statics.get("DUPIGNORECOMBINE", "").lower().startswith("ignore"):
            result.ignored += 1
        case _:
            _alter(company, existing, element)
            result.altered += 1


def _delete(company: LiveCompany, existing: Master | None, element: Element, result: ImportResult) -> None:
    if existing is None:
        raise BooksRefused(f"Cannot delete unnamed object: {element.tag}!")
    company.edit_masters.delete(existing.master_id)
    result.deleted += 1


def _alter(company: LiveCompany, existing: Master, element: Element) -> None:
    """Alter and, if the display name differs from the key it was found by, rename: one step of the counter."""
    kept = [
        child
        for child in without_udf(element).children
        if child.tag not in CREATION_ONLY and child.tag not in ("NAME", "NAME.LIST")
    ]
    renamed = _display_name(element)
    named = element._replace(children=tuple(kept))
    if renamed and fold(renamed) != fold(existing.name) and element.attributes.get("NAME"):
        company.edit_masters.alter_and_rename(existing.master_id, renamed, named)
    else:
        company.edit_masters.alter(existing.master_id, named)


def _display_name(element: Element) -> str:
    """Return the name the object gives itself: a plain NAME, its NAME.LIST or the first of its LANGUAGENAME."""
    plain = element.value("NAME")
    if plain:
        return plain
    block = element.first("LANGUAGENAME.LIST")
    names = element.first("NAME.LIST") or (block.first("NAME.LIST") if block is not None else None)
    return names.value("NAME") if names is not None else ""


def without_udf(element: Element) -> Element:
    """Drop user-defined fields: the company has no definition for them, and Tally discards them silently."""
    return element._replace(children=tuple([child for child in element.children if not child.tag.startswith("UDF:")]))
