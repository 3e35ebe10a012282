"""Files taken from watched folders: what became of each, by the digest of its content."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

import sqlalchemy as sa

from storage.repositories.base import Repository
from storage.tables.files import taken_file


class FileStatus(StrEnum):
    """What became of a file."""

    IMPORTED = "imported"
    DUPLICATE = "duplicate"
    """The same bytes were imported before."""
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenFile:
    """One file.

    Attributes:
        claim: name of the place it waits in until it is moved; unique.
        folder: the watched folder.
        name: as it was dropped.
        digest: SHA-256 of its content.
        connector: that read it; empty if nobody did.
        run_id: of the import.
        report: what is written beside it.
    """

    claim: str
    folder: str
    name: str
    digest: bytes
    size: int
    status: FileStatus
    connector: str
    report: str
    taken_at: datetime
    run_id: int | None = None


class TakenFiles(Repository):
    """The tenant's files."""

    def save(self, files: Sequence[TakenFile]) -> None:
        """Enter what became of files, all of them or none; before they are moved to where they stay."""
        if not files:
            return
        rows = [
            {
                "tenant_id": self._tenant_id,
                "id": row_id,
                "claim": one.claim,
                "folder": one.folder,
                "name": one.name,
                "digest": one.digest,
                "size": one.size,
                "status": one.status.value,
                "connector": one.connector,
                "run_id": one.run_id,
                "report": one.report.replace("\0", "\ufffd"),
                "taken_at": one.taken_at,
            }
            for one, row_id in zip(files, self._ids.after_all(len(files)), strict=True)
        ]
        with self._write() as transaction:
            transaction.connection.execute(sa.insert(taken_file), rows)

    def find_claims(self, claims: Iterable[str]) -> dict[str, TakenFile]:
        """Find what was decided about files that may not have been moved yet."""
        found = self._select(taken_file.c.claim.in_(list(claims)))
        return {one.claim: one for one in found}

    def find_imported(self, digests: Iterable[bytes]) -> dict[bytes, TakenFile]:
        """Find the first import of each content."""
        found = self._select(taken_file.c.digest.in_(list(digests)), taken_file.c.status == FileStatus.IMPORTED.value)
        return {one.digest: one for one in reversed(found)}

    def list(self, *, folder: str | None = None, limit: int = 100) -> tuple[TakenFile, ...]:
        """Files, newest first."""
        wanted = [] if folder is None else [taken_file.c.folder == folder]
        return tuple(reversed(self._select(*wanted, newest=limit)))

    def _select(self, *conditions: sa.ColumnElement[bool], newest: int | None = None) -> tuple[TakenFile, ...]:
        query = sa.select(taken_file).where(self._mine(taken_file), *conditions)
        query = query.order_by(taken_file.c.id.desc())
        if newest is not None:
            query = query.limit(newest)
        with self._read() as transaction:
            rows = transaction.connection.execute(query).all()
        return tuple(
            TakenFile(
                claim=row.claim,
                folder=row.folder,
                name=row.name,
                digest=bytes(row.digest),
                size=row.size,
                status=FileStatus(row.status),
                connector=row.connector,
                run_id=row.run_id,
                report=row.report,
                taken_at=row.taken_at,
            )
            for row in reversed(rows)
        )
