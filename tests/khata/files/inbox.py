"""A watched folder under test: a clock the test moves, books that are the set of contents, deaths on order."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any
from unittest import mock

from canonical.errors import KhataError, SourceMalformed
from canonical.proof import Proof
from connectors.sdk.recognition import Recognition
from khata.files.folder_watch import FolderWatch
from khata.files.intake import Decided, Intake
from khata.files.places import DONE, REJECTED, REPORT, TAKING, Places
from khata.files.settling import Settling
from storage import TenantStore
from storage.repositories.taken_files import FileStatus, TakenFiles
from workflows.summary import ImportSummary

NOW = datetime(2026, 4, 1, tzinfo=UTC)
SETTLE_S = 2.0
GOOD, BAD = "good", "bad"
_MORTAL = (
    (Path, "rename"),
    (Path, "rmdir"),
    (Path, "mkdir"),
    (Path, "write_text"),
    (Path, "unlink"),
    (os, "link"),
    (TakenFiles, "save"),
)


class Killed(BaseException):
    """The process is gone; nothing that catches errors sees it."""


class Clock:
    """Seconds that go forward when a test says so."""

    def __init__(self) -> None:
        self.seconds = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Books:
    """What an import does, as far as files go: all or nothing, and the same content twice changes nothing."""

    def __init__(self, store: TenantStore) -> None:
        self.store = store
        self.contents: set[str] = set()
        self.imports: list[str] = []
        self.on_import: Callable[[], None] = lambda: None

    def run(self, files: Sequence[Path], connector: str) -> ImportSummary:
        texts = [path.read_text() for path in files]
        bad = [path.name for path, text in zip(files, texts, strict=True) if text.startswith(BAD)]
        if bad:
            raise SourceMalformed(f"{bad[0]} is bad.", code="test.bad")
        self.on_import()
        self.contents.update(texts)
        self.imports += texts
        run_id = self.store.runs.start("import", connector, None, {"reason": "test"}, NOW)
        self.on_import()
        return summary_of(run_id)


def summary_of(run_id: int) -> ImportSummary:
    """What an import says that found nothing to complain about."""
    return ImportSummary(
        run_id=run_id,
        files=(),
        companies=("Kaveri Traders",),
        voucher_count=1,
        vouchers={"Sales": 1},
        cancelled=0,
        balanced=1,
        unbalanced=0,
        debit_total=Decimal(118),
        books_debit_total=Decimal(118),
        debit_total_by_type={},
        bills={},
        ledgers=0,
        groups=0,
        items=0,
        rejected=0,
        rejections=(),
        issues={},
        proof=Proof(totals=()),
    )


class Inbox:
    """A folder, and the process that watches it."""

    def __init__(self, folder: Path, store: TenantStore) -> None:
        self.folder, self.store = folder, store
        self.clock, self.books = Clock(), Books(store)
        self.told: list[Decided | KhataError] = []
        self.start()

    def start(self) -> None:
        """A new process: it remembers nothing."""
        intake = Intake(
            store=self.store,
            places=Places(self.folder),
            recognise=recognise,
            run=self.books.run,
            now=lambda: NOW,
        )
        settling = Settling(clock=self.clock, settle_s=SETTLE_S)
        self.watch = FolderWatch(intake=intake, settling=settling, tell=self.told.append, listens=False)

    def begin(self) -> None:
        """What a watch does first: recover."""
        with self.watch._begun():
            pass

    def look(self) -> bool:
        """One look, as the watch's loop does."""
        return self.watch._look()

    def drain(self) -> None:
        """Look until nothing is left."""
        self.begin()
        for _ in range(40):
            self.look()
            self.clock.seconds += 70.0
            if not self.dropped():
                return
        raise AssertionError(f"never taken: {self.dropped()}")

    def dropped(self) -> list[str]:
        return sorted(path.name for path in self.folder.iterdir() if path.is_file())

    def taken(self) -> list[Path]:
        return [path for path in (self.folder / TAKING).rglob("*") if path.is_file()]

    def ended(self, place: str) -> dict[str, str]:
        """Names and contents of the files in an end; every one must have its report."""
        found = {}
        for path in (self.folder / place).iterdir():
            if not path.name.endswith(REPORT):
                assert path.with_name(path.name + REPORT).read_text(), path
                found[path.name] = path.read_text()
        return found

    @property
    def done(self) -> dict[str, str]:
        return self.ended(DONE)

    @property
    def rejected(self) -> dict[str, str]:
        return self.ended(REJECTED)

    def statuses(self) -> list[FileStatus]:
        return [one.status for one in self.told if isinstance(one, Decided)]


def recognise(path: Path) -> Recognition:
    """Contents that begin as ours do are ours."""
    if not path.read_text().startswith((GOOD, BAD)):
        raise SourceMalformed(f"{path.name} is nobody's.", code="recognition.unknown_file")
    return Recognition(connector="tally", format="tally-xml", confidence=90, reason="it says so")


@contextmanager
def dying_at(operation: int, books: Books, *, is_after: bool) -> Iterator[None]:
    """Die right before or right after the n-th change to a disk, to the store or to the books."""
    made = 0

    def mortal(real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*arguments: Any, **named: Any) -> Any:
            nonlocal made
            made += 1
            is_last = made == operation
            if is_last and not is_after:
                raise Killed
            result = real(*arguments, **named)
            if is_last:
                raise Killed
            return result

        return call

    patches = [mock.patch.object(owner, name, mortal(getattr(owner, name))) for owner, name in _MORTAL]
    for patch in patches:
        patch.start()
    books.on_import = mortal(lambda: None)
    try:
        yield
    finally:
        books.on_import = lambda: None
        for patch in patches:
            patch.stop()
