"""Watching a folder: look when something moved and every few seconds anyway, take what is complete.

Events only wake the watch; what is there is decided by looking, so a lost or a false event loses nothing. On network
drives, where the kernel hears nothing of what other machines do, watchdog's polling observer compares listings instead.
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from canonical.errors import ConfigurationError, KhataError, Recovery
from khata.files.intake import BATCH_FILES, Decided, Intake
from khata.files.places import REJECTED
from khata.files.settling import Settling, is_locked, is_unfinished, signatures
from storage import TenantStore

if TYPE_CHECKING:
    from watchdog.observers.api import BaseObserver

LOOK_S = 10.0
"""Seconds between two looks when nothing is heard."""
PAUSE_S = 30.0
"""Seconds after a failure that is not the files' fault."""
Tell = Callable[[Decided | KhataError], None]


@dataclass(slots=True, kw_only=True)
class FolderWatch:
    """Watches one folder.

    Attributes:
        intake: takes what is complete.
        settling: knows what is.
        tell: told of every file that came to its end, and of failures.
        every_s: seconds between two looks when nothing is heard.
        is_network: the folder lies on a network drive: listings are compared, events are not waited for.
        listens: events wake the watch; False only looks.
    """

    intake: Intake
    settling: Settling
    tell: Tell
    every_s: float = LOOK_S
    is_network: bool = False
    listens: bool = True
    rejected: int = 0
    _is_interrupted: bool = False
    _moved: threading.Event = field(default_factory=threading.Event)
    _stopping: threading.Event = field(default_factory=threading.Event)

    @property
    def folder(self) -> Path:
        """The watched folder."""
        return self.intake.places.folder

    def run(self) -> None:
        """Watch until stopped; a file that is being imported comes to its end.

        Raises:
            ConfigurationError: the folder is not there or may not be written to.
            TurnTaken: somebody else watches it.
        """
        with self._begun(), self._listening():
            while not self._stopping.is_set():
                pause = self._pass()
                self._moved.wait(pause)
                self._moved.clear()

    def run_once(self) -> None:
        """Take everything that is there, waiting for it to settle, and end.

        Raises:
            KhataError: as ``run``; and what made an import impossible.
        """
        with self._begun():
            while not self._stopping.is_set() and self._look():
                self._moved.wait(min(self.settling.settle_s, self.every_s))

    def stop(self) -> None:
        """End after what is running; safe in a signal handler."""
        self._stopping.set()
        self._moved.set()

    def heard(self, path: str, *, is_rename: bool) -> None:
        """Take note of an event on a file."""
        name = Path(path).name
        if Path(path).parent != self.folder or is_unfinished(name):
            return
        if is_rename:
            self.settling.renamed(name)
        self._moved.set()

    @contextlib.contextmanager
    def _begun(self) -> Iterator[None]:
        store: TenantStore = self.intake.store
        with store.folder_turn(str(self.folder)):
            try:
                self.intake.places.prepare()
            except OSError as error:
                raise ConfigurationError(
                    f"The folder {self.folder} cannot be watched: {error.strerror}. It must be there and be writable.",
                    code="folder.unusable",
                ) from error
            self._told(self.intake.recover())
            yield

    def _pass(self) -> float:
        """Look once; return the seconds to wait."""
        try:
            is_waiting = self._look()
        except KhataError as error:
            if error.recovery is Recovery.ABORT:
                raise
            self.tell(error)
            return PAUSE_S
        return min(self.settling.settle_s, self.every_s) if is_waiting else self.every_s

    def _look(self) -> bool:
        """Take what is complete; say whether something is there that is not yet.

        Raises:
            ConfigurationError: the folder is away, at once or in the middle; the next look begins with what was taken.
        """
        try:
            if self._is_interrupted:
                self._told(self.intake.recover())
                self._is_interrupted = False
            return self._take_complete()
        except OSError as error:
            self._is_interrupted = True
            raise _away(self.folder, error) from error

    def _take_complete(self) -> bool:
        present = signatures(self.folder, has_identity=not self.is_network)
        complete = [name for name in self.settling.look(present) if not is_locked(self.folder / name)]
        for start in range(0, len(complete), BATCH_FILES):
            if self._stopping.is_set():
                break
            batch = complete[start : start + BATCH_FILES]
            for name in batch:
                self.settling.forget(name)
            self._told(self.intake.take(batch))
        return bool(self.settling.waiting)

    def _told(self, decided: list[Decided]) -> None:
        for one in decided:
            self.rejected += one.end.parent.name == REJECTED or bool(one.refused)
            self.tell(one)

    @contextlib.contextmanager
    def _listening(self) -> Iterator[None]:
        if not self.listens:
            yield
            return
        observer = _observer(self)
        try:
            yield
        finally:
            observer.stop()
            observer.join()


def _observer(watch: FolderWatch) -> BaseObserver:
    """Start watchdog on the folder.

    Raises:
        ConfigurationError: the kernel refuses another watch.
    """
    from watchdog.events import FileMovedEvent, FileSystemEvent, FileSystemEventHandler  # noqa: PLC0415 - an extra
    from watchdog.observers import Observer  # noqa: PLC0415
    from watchdog.observers.polling import PollingObserver  # noqa: PLC0415

    class Hearing(FileSystemEventHandler):
        def on_any_event(self, event: FileSystemEvent) -> None:
            is_rename = isinstance(event, FileMovedEvent)
            watch.heard(str(event.dest_path if is_rename else event.src_path), is_rename=is_rename)

    observer = PollingObserver(timeout=watch.every_s) if watch.is_network else Observer()
    observer.schedule(Hearing(), str(watch.folder), recursive=False)
    try:
        observer.start()
    except OSError as error:
        raise ConfigurationError(
            f"The folder {watch.folder} cannot be listened to ({error.strerror}). Use --network: it looks instead.",
            code="folder.unusable",
        ) from error
    return observer


def _away(folder: Path, error: OSError) -> ConfigurationError:
    return ConfigurationError(
        f"The folder {folder} cannot be listed: {error.strerror}. If it is on a network drive, it may be away.",
        code="folder.unusable",
    )
