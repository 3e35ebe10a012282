"""Random histories of a watched folder: whatever people, programs and kills do, nothing is lost or doubled.

A few run with every test; ``KHATA_HISTORIES=500`` runs more.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule, run_state_machine_as_test

from storage import open_store
from storage.repositories.taken_files import FileStatus
from tests.khata.files.inbox import BAD, GOOD, SETTLE_S, Inbox, Killed, dying_at

HISTORIES = int(os.environ.get("KHATA_HISTORIES", "15"))
STEPS = 12
NAMES = st.sampled_from(["day book.xml", "masters.xml", "report", "बही.xml"])
CONTENTS = st.sampled_from([f"{GOOD} one", f"{GOOD} two", f"{GOOD} three", f"{BAD} one", "a letter"])
SECONDS = st.sampled_from([0.0, SETTLE_S / 2, SETTLE_S, 10 * SETTLE_S, 100_000.0])
DROPS = st.lists(st.tuples(NAMES, CONTENTS), min_size=1, max_size=3)
DEATHS = st.tuples(st.integers(1, 16), st.booleans())
CHANGED = st.sampled_from([0, 1_000_000_000, 4_000_000_000])
"""Times of change that clocks elsewhere give: 1970, 2001, 2096."""


class Life(RuleBasedStateMachine):
    """One history of one folder."""

    def __init__(self) -> None:
        super().__init__()
        self.home = Path(tempfile.mkdtemp(prefix="khata-inbox-"))
        self.store = open_store(f"sqlite:///{self.home / 'books.db'}", migrate=True)
        folder = self.home / "inbox"
        folder.mkdir()
        self.inbox = Inbox(folder, self.store.tenant())
        self.writing: dict[str, str] = {}
        self.must: list[str] = []
        self.may: list[str] = []
        self.number = 0
        self.inbox.begin()

    @rule(name=NAMES, content=CONTENTS, changed=CHANGED)
    def drop(self, name: str, content: str, changed: int) -> None:
        """A file is there at once, with whatever time of change its maker's clock says."""
        self._replaced(name)
        path = self.inbox.folder / name
        path.write_text(content)
        os.utime(path, (changed, changed))
        self.must.append(content)

    @rule(name=NAMES, content=CONTENTS)
    def drop_by_rename(self, name: str, content: str) -> None:
        """A program writes under another name and renames: the file is whole the moment it has its name."""
        self._replaced(name)
        part = self.inbox.folder / f"{name}.part"
        part.write_text(content)
        part.replace(self.inbox.folder / name)
        self.inbox.watch.heard(str(self.inbox.folder / name), is_rename=True)
        self.must.append(content)

    @rule(content=CONTENTS)
    def begin_writing(self, content: str) -> None:
        """A program begins to write and takes its time."""
        self.number += 1
        name = f"slow {self.number}.xml"
        (self.inbox.folder / name).write_text(content)
        self.writing[name] = content

    @rule(seconds=SECONDS)
    def wait(self, seconds: float) -> None:
        """Time passes; whoever writes goes on writing before a look could take the file for complete."""
        self.inbox.clock.seconds += seconds
        for name in list(self.writing):
            self.writing[name] += "."
            with (self.inbox.folder / name).open("a") as file:
                file.write(".")

    @rule()
    def end_writing(self) -> None:
        """Every program that writes is done."""
        self.must += self.writing.values()
        self.writing.clear()

    @rule()
    def look(self) -> None:
        self.inbox.look()

    @rule(drops=DROPS, death=DEATHS, again=DEATHS)
    def look_and_die(self, drops: list[tuple[str, str]], death: tuple[int, bool], again: tuple[int, bool]) -> None:
        """A look at complete files that is killed somewhere; so may be the next process while it recovers."""
        for name, content in drops:
            self.drop(name, content, 0)
        self.inbox.look()
        self.wait(SETTLE_S)
        for work, (at, is_after) in ((self.inbox.look, death), (self.inbox.begin, again)):
            try:
                with dying_at(at, self.inbox.books, is_after=is_after):
                    work()
            except Killed:
                pass
            self.inbox.start()
        self.inbox.begin()

    def teardown(self) -> None:
        try:
            self.end_writing()
            self.inbox.start()
            self.inbox.drain()
            self._check()
        finally:
            self.store.close()
            shutil.rmtree(self.home)

    def _replaced(self, name: str) -> None:
        """What lay there under this name and was not taken yet is gone by its owner's own hand."""
        path = self.inbox.folder / name
        if path.exists():
            text = path.read_text()
            self.must.remove(text)
            self.may.append(text)

    def _check(self) -> None:
        inbox = self.inbox
        done, rejected = sorted(inbox.done.values()), sorted(inbox.rejected.values())
        assert not inbox.taken()
        good = [text for text in self.must if text.startswith(GOOD)]
        assert done == sorted(good), "each file that was left complete is in one end, once"
        assert rejected == sorted(text for text in self.must if not text.startswith(GOOD))
        assert set(good) <= inbox.books.contents, "what was whole is in the books"
        assert inbox.books.contents <= {*good, *self.may}, "and nothing else, but what a killed import had read"
        rows = inbox.store.taken_files.list(limit=1000)
        assert len(rows) == len(done) + len(rejected), "each file was decided once"
        imported = [row.digest for row in rows if row.status is FileStatus.IMPORTED]
        assert len(imported) == len(set(imported)) == len(set(good)), "each content was imported once"


def test_nothing_is_lost_and_nothing_is_doubled() -> None:
    chosen = settings(
        max_examples=HISTORIES,
        stateful_step_count=STEPS,
        deadline=None,
        phases=[Phase.generate] if HISTORIES < 100 else [Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
        derandomize=HISTORIES < 100,
    )
    run_state_machine_as_test(Life, settings=chosen)
