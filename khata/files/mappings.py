"""Mappings of spreadsheets: proposed from the sheet, found again by its columns, kept with a name and a version."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from canonical.record import JsonValue
from connectors.spreadsheet.mapping import NEEDED, SheetMapping, mapping_from
from connectors.spreadsheet.matching import Column, Proposal, guess_document, propose
from connectors.spreadsheet.table import first_table
from storage import TenantStore
from storage.repositories.mappings import StoredMapping

_SLUG = re.compile(r"[^a-z0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """A mapping before a person has approved it.

    Attributes:
        name: it will be kept under.
        mapping: as it stands.
        columns: of the sheet, with examples.
        proposals: by header: why a column is mapped as it is; empty for a mapping that was kept.
        kept: the version it comes from; None if it is new.
    """

    name: str
    mapping: SheetMapping
    columns: tuple[Column, ...]
    proposals: Mapping[str, Proposal]
    kept: StoredMapping | None = None


def draft_mapping(store: TenantStore, path: Path, name: str | None, *, document: str = "") -> Draft:
    """Find the mapping of a sheet, or propose one.

    Args:
        store: where mappings are kept.
        path: a file of the layout.
        name: of the mapping; without it one with exactly these columns is looked for.
        document: kind of list, if somebody said; else it is guessed.

    Raises:
        SourceMalformed: the file holds no table.
    """
    _, columns = first_table(path)
    headers = {column.header for column in columns}
    kept = store.mappings.find(name) if name else _of_columns(store, headers)
    if kept is not None and not document:
        return Draft(name=kept.name, mapping=mapping_from(kept.mapping), columns=columns, proposals={}, kept=kept)
    chosen = document or guess_document(columns)
    proposals = propose(chosen, columns)
    mapping = SheetMapping(document=chosen, columns={one.header: one.field for one in proposals})
    return Draft(
        name=name or _slug(path.stem),
        mapping=mapping,
        columns=columns,
        proposals={one.header: one for one in proposals},
        kept=kept,
    )


def lacking(mapping: SheetMapping, columns: Sequence[Column]) -> tuple[str, ...]:
    """Mapped columns that the sheet does not have."""
    headers = {column.header for column in columns}
    return tuple(header for header, meant in mapping.columns.items() if meant and header not in headers)


def needed_fields(document: str) -> str:
    """What has to be mapped, for people."""
    return ", ".join(" or ".join(group) for group in NEEDED[document])


def settings_of(mapping: SheetMapping) -> dict[str, JsonValue]:
    """The tap's settings for it."""
    return {"mapping": mapping.to_json()}


def _of_columns(store: TenantStore, headers: set[str]) -> StoredMapping | None:
    found = (one for one in store.mappings.list() if set(one.mapping.get("columns", {})) == headers)
    return max(found, key=lambda one: one.saved_at, default=None)


def _slug(text: str) -> str:
    return _SLUG.sub("-", text.casefold()).strip("-") or "sheet"
