"""A watched folder: when a file is complete, what becomes of it, and that content counts once."""

from __future__ import annotations

import errno
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import ConcurrentUpdate, ConfigurationError, SourceUnavailable
from khata.files.settling import EMPTY_S
from storage.repositories.taken_files import FileStatus
from tests.khata.files.inbox import BAD, GOOD, SETTLE_S, Inbox
from tests.support.stores import empty_store


@pytest.fixture
def inbox(tmp_path: Path) -> Iterator[Inbox]:
    store = empty_store(tmp_path / "books.db")
    folder = tmp_path / "inbox"
    folder.mkdir()
    one = Inbox(folder, store.tenant())
    one.begin()
    yield one
    store.close()


def drop(inbox: Inbox, name: str, text: str) -> Path:
    path = inbox.folder / name
    path.write_text(text)
    return path


def settle(inbox: Inbox) -> None:
    inbox.look()
    inbox.clock.seconds += SETTLE_S
    inbox.look()


def test_a_file_is_taken_when_it_is_still_and_not_before(inbox: Inbox) -> None:
    path = drop(inbox, "book.xml", f"{GOOD} half")
    inbox.look()
    inbox.clock.seconds += SETTLE_S - 0.1
    inbox.look()
    assert path.exists()
    with path.open("a") as file:
        file.write(" and whole")
    inbox.clock.seconds += 0.2
    inbox.look()
    assert path.exists(), "it grew: the waiting starts again"
    inbox.clock.seconds += SETTLE_S
    inbox.look()
    assert inbox.done == {"book.xml": f"{GOOD} half and whole"}


def test_a_changed_time_or_identity_is_a_change_too(inbox: Inbox) -> None:
    path = drop(inbox, "book.xml", f"{GOOD} one")
    inbox.look()
    inbox.clock.seconds += SETTLE_S
    os.utime(path, (5, 5))
    inbox.look()
    assert path.exists()
    other = drop(inbox, "other.part", f"{GOOD} two")
    os.utime(other, (5, 5))
    other.replace(path)
    inbox.clock.seconds += SETTLE_S
    inbox.look()
    assert path.exists(), "replaced in place: another file of the same size and time"
    inbox.clock.seconds += SETTLE_S
    inbox.look()
    assert inbox.done == {"book.xml": f"{GOOD} two"}


def test_a_renamed_file_is_complete_at_once(inbox: Inbox) -> None:
    drop(inbox, "book.xml.part", f"{GOOD} one").rename(inbox.folder / "book.xml")
    inbox.watch.heard(str(inbox.folder / "book.xml"), is_rename=True)
    inbox.look()
    assert inbox.done == {"book.xml": f"{GOOD} one"}


def test_a_locked_file_waits_for_its_lock(inbox: Inbox) -> None:
    path = drop(inbox, "book.xml", f"{GOOD} one")
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        settle(inbox)
        assert path.exists()
    inbox.look()
    assert not path.exists()


def test_an_empty_file_is_given_time_to_be_filled(inbox: Inbox) -> None:
    path = drop(inbox, "book.xml", "")
    settle(inbox)
    assert path.exists()
    inbox.clock.seconds += EMPTY_S
    inbox.look()
    assert list(inbox.rejected) == ["book.xml"]


@pytest.mark.parametrize("name", ["~$book.xlsx", ".hidden", "book.xml.part", "book.crdownload", "Thumbs.db"])
def test_files_that_are_being_made_are_left_alone(inbox: Inbox, name: str) -> None:
    drop(inbox, name, f"{GOOD} one")
    settle(inbox)
    assert inbox.dropped() == [name]


def test_the_same_content_twice_is_imported_once(inbox: Inbox) -> None:
    drop(inbox, "a.xml", f"{GOOD} one")
    drop(inbox, "b.xml", f"{GOOD} one")
    settle(inbox)
    drop(inbox, "c.xml", f"{GOOD} one")
    settle(inbox)
    assert inbox.books.imports == [f"{GOOD} one"]
    assert inbox.statuses() == [FileStatus.IMPORTED, FileStatus.DUPLICATE, FileStatus.DUPLICATE]
    told = (inbox.folder / "done" / "c.xml.report.txt").read_text()
    assert "came as a.xml on 2026-04-01 at 05:30 (run" in told, "the time of day is India's"


def test_the_same_name_again_overwrites_nothing(inbox: Inbox) -> None:
    for number in range(3):
        drop(inbox, "book.xml", f"{GOOD} {number}")
        settle(inbox)
    assert inbox.done == {"book.xml": f"{GOOD} 0", "book (2).xml": f"{GOOD} 1", "book (3).xml": f"{GOOD} 2"}


def test_one_bad_file_does_not_keep_the_others_out(inbox: Inbox) -> None:
    for number in range(9):
        drop(inbox, f"{number}.xml", f"{BAD if number == 5 else GOOD} {number}")
    drop(inbox, "letter.txt", "Dear sir")
    settle(inbox)
    assert len(inbox.done) == 8
    assert inbox.rejected == {"5.xml": f"{BAD} 5", "letter.txt": "Dear sir"}
    report = (inbox.folder / "rejected" / "5.xml.report.txt").read_text()
    assert "test.bad" in report
    assert "nothing of it is in the books" in report


def test_a_rejected_file_may_be_dropped_again(inbox: Inbox) -> None:
    drop(inbox, "a.xml", f"{BAD} one")
    settle(inbox)
    drop(inbox, "a.xml", f"{BAD} one")
    settle(inbox)
    assert sorted(inbox.rejected) == ["a (2).xml", "a.xml"]


def test_what_is_not_the_files_fault_rejects_nothing(inbox: Inbox) -> None:
    drop(inbox, "a.xml", f"{GOOD} one")

    def away() -> None:
        raise SourceUnavailable("The database is away.")

    inbox.books.on_import = away
    with pytest.raises(SourceUnavailable):
        settle(inbox)
    assert inbox.dropped() == ["a.xml"]
    inbox.books.on_import = lambda: None
    settle(inbox)
    assert inbox.done == {"a.xml": f"{GOOD} one"}


def test_a_drive_that_goes_away_in_the_middle_comes_back(inbox: Inbox, monkeypatch: pytest.MonkeyPatch) -> None:
    drop(inbox, "a.xml", f"{GOOD} one")
    real = Path.write_text

    def away(path: Path, *arguments: Any, **named: Any) -> int:
        raise OSError(errno.ESTALE, "Stale file handle", str(path))

    monkeypatch.setattr(Path, "write_text", away)
    with pytest.raises(ConfigurationError, match="Stale file handle"):
        settle(inbox)
    assert inbox.taken()
    monkeypatch.setattr(Path, "write_text", real)
    inbox.look()
    assert inbox.done == {"a.xml": f"{GOOD} one"}
    assert inbox.books.imports == [f"{GOOD} one"]


def test_two_watches_of_one_folder_are_refused(inbox: Inbox) -> None:
    with inbox.watch._begun(), pytest.raises(ConcurrentUpdate, match="already"):
        inbox.begin()


def test_a_folder_that_is_not_there_is_said(inbox: Inbox, tmp_path: Path) -> None:
    other = Inbox(tmp_path / "nowhere", inbox.store)
    with pytest.raises(ConfigurationError, match="nowhere"):
        other.begin()
