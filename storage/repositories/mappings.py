"""Mappings of spreadsheet columns: named by people, every change a new version."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from canonical.errors import NotFound
from canonical.record import JsonValue
from storage.repositories.base import Repository
from storage.tables.files import column_mapping


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredMapping:
    """One version of a mapping; what is in it is the spreadsheet connector's."""

    name: str
    version: int
    mapping: Mapping[str, JsonValue]
    saved_at: datetime


class Mappings(Repository):
    """The tenant's mappings."""

    def save(self, name: str, mapping: Mapping[str, JsonValue], at: datetime) -> StoredMapping:
        """Add a version; the same content as the newest version is that version."""
        newest = self.find(name)
        if newest is not None and newest.mapping == mapping:
            return newest
        version = 1 if newest is None else newest.version + 1
        row = {
            "tenant_id": self._tenant_id,
            "name": name,
            "version": version,
            "mapping": dict(mapping),
            "saved_at": at,
        }
        with self._write() as transaction:
            transaction.connection.execute(sa.insert(column_mapping).values(row))
        return StoredMapping(name=name, version=version, mapping=mapping, saved_at=at)

    def find(self, name: str, version: int | None = None) -> StoredMapping | None:
        """Find a mapping, its newest version unless one is named."""
        wanted = [column_mapping.c.name == name]
        if version is not None:
            wanted.append(column_mapping.c.version == version)
        found = self._select(*wanted)
        return found[-1] if found else None

    def get(self, name: str, version: int | None = None) -> StoredMapping:
        """Return a mapping.

        Raises:
            NotFound: this tenant has none of that name and version.
        """
        found = self.find(name, version)
        if found is None:
            known = ", ".join(sorted({one.name for one in self.list()})) or "none yet"
            asked = name if version is None else f"{name} version {version}"
            raise NotFound(f"There is no mapping {asked!r}; there are: {known}.", mapping=name)
        return found

    def list(self) -> tuple[StoredMapping, ...]:
        """The newest version of each mapping, by name."""
        return tuple({one.name: one for one in self._select()}.values())

    def _select(self, *conditions: sa.ColumnElement[bool]) -> tuple[StoredMapping, ...]:
        query = (
            sa.select(column_mapping)
            .where(self._mine(column_mapping), *conditions)
            .order_by(column_mapping.c.name, column_mapping.c.version)
        )
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            StoredMapping(name=row.name, version=row.version, mapping=row.mapping, saved_at=row.saved_at)
            for row in rows
        )
