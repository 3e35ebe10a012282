"""Files of a watched folder into the books, each once, whatever dies when.

The order makes a kill harmless at any point:

1. a complete file is moved to a place of its own (``places.py``); killed here, it is put back at the next start;
2. its content is digested; content that was imported before is not imported again;
3. files of one format are imported together; killed here, they are put back and imported again, which changes nothing;
4. what became of them is committed to the store, under the names of their places;
5. each is moved to ``done`` or ``rejected``, its report first; killed here, the next start finishes from the store.

An import that is refused is tried again with half of its files, and so on, until the files at fault stand alone.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Protocol

from canonical.errors import KhataError, Recovery, StorageError
from connectors.sdk.recognition import Recognition
from khata.files.places import DONE, REJECTED, Claim, Places
from khata.files.reports import Batch, duplicate_report, imported_report, rejected_report, report_batch
from khata.files.settling import signature_of
from storage import TenantStore
from storage.repositories.taken_files import FileStatus, TakenFile
from workflows.local import close_broken_imports
from workflows.summary import ImportSummary

BATCH_FILES = 1000
"""Files taken and imported together, at most."""
WATCH = "folder"
"""Why such an import runs, in its run's facts."""


class Import(Protocol):
    """Imports files with one connector."""

    def __call__(self, files: Sequence[Path], connector: str) -> ImportSummary:
        """Import them; all or, with an error, none."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """One file that came to its end; ``refused`` of its records are not in the books."""

    name: str
    status: FileStatus
    end: Path
    run_id: int | None = None
    refused: int = 0


@dataclass(frozen=True, slots=True)
class _Taken:
    claim: Claim
    digest: bytes
    size: int

    @property
    def name(self) -> str:
        return self.claim.path.name


@dataclass(slots=True)
class Intake:
    """Takes files of one folder.

    Attributes:
        store: whose books.
        places: of the folder.
        recognise: says whose file one is, or raises.
        run: imports.
        now: the time, UTC.
    """

    store: TenantStore
    places: Places
    recognise: Callable[[Path], Recognition]
    run: Import
    now: Callable[[], datetime]

    def recover(self) -> list[Decided]:
        """Finish what a process that died had decided, and put back what it had only taken.

        Call it while nobody else takes files from the folder.
        """
        close_broken_imports(self.store, self.now)
        claims = list(self.places.claims())
        decided = self.store.taken_files.find_claims(claim.name for claim in claims)
        ended: list[Decided] = []
        for claim in claims:
            if claim.name in decided:
                ended.append(self._end(claim, decided[claim.name]))
            else:
                self.places.put_back(claim)
        return ended

    def take(self, names: Iterable[str]) -> list[Decided]:
        """Take complete files, import them and move them to their ends.

        Raises:
            KhataError: nothing can be imported at the moment (the store does not answer, a program is busy); the
                files are back where they were dropped.
        """
        claims = [claim for name in names if (claim := self.places.claim(name)) is not None]
        try:
            found = [one for claim in claims if (one := self._digested(claim)) is not None]
            return self._decide(found)
        except KhataError:
            self.recover()
            raise

    def _digested(self, claim: Claim) -> _Taken | None:
        """Digest a file; one that is still written to by whoever had it open goes back to settle."""
        before = signature_of(claim.path, has_identity=False)  # under this name nobody can replace it
        digest = hashlib.sha256()
        with claim.path.open("rb") as file:
            while block := file.read(1 << 20):
                digest.update(block)
        if before is None or signature_of(claim.path, has_identity=False) != before:
            self.places.put_back(claim)
            return None
        return _Taken(claim, digest.digest(), before.size)

    def _decide(self, found: Sequence[_Taken]) -> list[Decided]:
        known = self.store.taken_files.find_imported({one.digest for one in found})
        first: dict[bytes, _Taken] = {}
        groups: dict[tuple[str, str], list[_Taken]] = {}
        ended: list[Decided] = []
        again: list[_Taken] = []
        for one in found:
            if one.digest in known or one.digest in first:
                again.append(one)
                continue
            first[one.digest] = one
            try:
                whose = self.recognise(one.claim.path)
            except KhataError as error:
                _raise_unless_about_file(error)
                ended += self._reject(one, error)
                continue
            groups.setdefault((whose.connector, whose.format), []).append(one)
        for (connector, _), members in groups.items():
            ended += self._import(members, connector)
        return ended + self._repeat(again)

    def _import(self, files: Sequence[_Taken], connector: str) -> list[Decided]:
        """Import files together; refused, half of them at a time."""
        try:
            summary = self.run([one.claim.path for one in files], connector)
        except KhataError as error:
            _raise_unless_about_file(error)
            if len(files) == 1:
                return self._reject(files[0], error, connector)
            return self._halves(files, connector)
        if not summary.stored and len(files) > 1:
            return self._halves(files, connector)
        batch = report_batch(self.store, summary, [one.name for one in files], connector)
        return self._save([(one, *self._outcome(batch, one.name)) for one in files], batch)

    def _outcome(self, batch: Batch, name: str) -> tuple[FileStatus, str]:
        """A file of which every record was refused is not imported, whatever came in with the others."""
        refused = batch.refused(name)
        is_lost = bool(refused) and refused >= self.store.controls.records_of_file(batch.run_id or 0, name)
        status = FileStatus.IMPORTED if batch.is_stored and not is_lost else FileStatus.REJECTED
        return status, imported_report(batch, name, is_lost=is_lost)

    def _halves(self, files: Sequence[_Taken], connector: str) -> list[Decided]:
        middle = len(files) // 2
        return self._import(files[:middle], connector) + self._import(files[middle:], connector)

    def _reject(self, one: _Taken, error: KhataError, connector: str = "") -> list[Decided]:
        batch = Batch(connector=connector)
        return self._save([(one, FileStatus.REJECTED, rejected_report(one.name, error))], batch)

    def _repeat(self, again: Sequence[_Taken]) -> list[Decided]:
        """Decide about content that was there before, or twice in this batch: as its first copy was decided."""
        known = self.store.taken_files.find_imported({one.digest for one in again})
        ended: list[Decided] = []
        for one in again:
            if one.digest in known:
                before = known[one.digest]
                report = duplicate_report(one.name, before)
                batch = Batch(connector=before.connector, run_id=before.run_id)
                ended += self._save([(one, FileStatus.DUPLICATE, report)], batch)
            else:
                ended += self._decide([one])
        return ended

    def _save(self, outcomes: Sequence[tuple[_Taken, FileStatus, str]], batch: Batch) -> list[Decided]:
        rows = [
            TakenFile(
                claim=one.claim.name,
                folder=str(self.places.folder),
                name=one.name,
                digest=one.digest,
                size=one.size,
                status=status,
                connector=batch.connector,
                run_id=batch.run_id,
                report=report,
                taken_at=self.now(),
            )
            for one, status, report in outcomes
        ]
        self.store.taken_files.save(rows)
        return [
            self._end(one.claim, row, batch.refused(one.name)) for (one, _, _), row in zip(outcomes, rows, strict=True)
        ]

    def _end(self, claim: Claim, row: TakenFile, refused: int = 0) -> Decided:
        place = REJECTED if row.status is FileStatus.REJECTED else DONE
        end = self.places.finish(claim, place, row.report)
        return Decided(name=row.name, status=row.status, end=end, run_id=row.run_id, refused=refused)


def _raise_unless_about_file(error: KhataError) -> None:
    """A store or a program that does not answer says nothing about a file: it is tried again, not rejected."""
    if isinstance(error, StorageError) or error.recovery is Recovery.RETRY:
        raise error
