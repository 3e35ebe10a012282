"""Translating in a process of its own: the same books as without it, whatever becomes of that process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import cast

import pytest

import workflows.apart
import workflows.translation
from canonical.codec import CanonicalRecord
from canonical.ledger import Ledger
from canonical.party import Party
from canonical.voucher import Voucher
from sandbox.spoil import SPOILERS
from sandbox.tally.write import write
from sandbox.world.spec import WorldSpec
from storage import TenantStore, open_store
from storage.store import Address
from tests.support.postgres import private_postgres
from workflows.apart import Apart, Task
from workflows.interpretation import Interpreted
from workflows.local import import_files

NOW = datetime(2026, 4, 1, 6, 0, tzinfo=UTC)
VOUCHERS = 1300
Said = tuple[int, str, str]
"""An issue: raw record, code, message."""
GONE_WITHIN_S = 20
"""Against hanging only: a process that lost its reader ends with its next answer."""


class Watched(Apart):
    """Counts answers, and kills the process after some of them."""

    made: list[Watched]
    kill_after: int | None = None

    def __init__(self) -> None:
        super().__init__()
        self.answers = 0
        Watched.made.append(self)

    def interpreted(self, task: Task) -> Iterator[Interpreted]:
        for answer in super().interpreted(task):
            self.answers += 1
            if self.answers == self.kill_after:
                os.kill(self.process_id, signal.SIGKILL)
            yield answer


@pytest.fixture(scope="module")
def export(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sandbox books with one voucher that does not balance."""
    folder = tmp_path_factory.mktemp("export")
    written = write(WorldSpec(seed=11, vouchers=VOUCHERS), folder, mixed=True)
    return SPOILERS["unbalanced"](written.paths[0], folder / "spoiled.xml")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path}/apart.db"
        return
    with private_postgres() as found:
        yield found


@pytest.fixture
def watched(monkeypatch: pytest.MonkeyPatch) -> type[Watched]:
    Watched.made, Watched.kill_after = [], None
    monkeypatch.setattr(workflows.translation, "Apart", Watched)
    monkeypatch.setattr(workflows.translation, "VOUCHERS_MIN", 1)
    return Watched


def imported(url: str, export: Path, spare_cores: int) -> dict[str, object]:
    """Import, and say everything that may not depend on who translated."""
    store = open_store(url, migrate=True)
    try:
        books = store.tenant()
        summary = import_files(books, [export], clock=lambda: NOW, spare_cores=spare_cores)
        assert summary.rejected == 1
        return {"new": summary.new, "rows": summary.rows_written, "proof": summary.proof, **contents(books)}
    finally:
        store.close()


def contents(books: TenantStore) -> dict[str, object]:
    company = books.companies.list()[0].company_id
    types: tuple[type[CanonicalRecord], ...] = (Ledger, Party, Voucher)
    records = {
        kind.__name__: sorted(
            ((held.raw_id, held.record) for held in books.records.iter_stored(company, kind)),
            key=lambda pair: pair[1].source.key,
        )
        for kind in types
    }
    issues = sorted(
        (item.raw_id or 0, item.issue.code, item.issue.message) for item in books.issues.page(limit=500).items
    )
    return {**records, "issues": issues, "waiting": books.raw.count_pending(company)}


@pytest.fixture(scope="module")
def alone(export: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return imported(f"sqlite:///{tmp_path_factory.mktemp('alone')}/alone.db", export, 0)


def test_the_books_are_the_same(url: str, export: Path, alone: dict[str, object], watched: type[Watched]) -> None:
    assert imported(url, export, 1) == alone
    (apart,) = watched.made
    assert apart.answers > 1  # it did the work, in several answers
    assert_gone(apart.process_id)


def test_when_it_is_killed_this_process_goes_on(
    url: str, export: Path, alone: dict[str, object], watched: type[Watched]
) -> None:
    watched.kill_after = 1
    books = imported(url, export, 1)
    said, expected = books.pop("issues"), dict(alone)
    told = expected.pop("issues")
    assert books == expected
    # a note given once per translator ("the first is this one") may come once more, as after any restart
    assert {issue[1:] for issue in cast("list[Said]", said)} == {issue[1:] for issue in cast("list[Said]", told)}
    assert set(cast("list[Said]", told)) <= set(cast("list[Said]", said))


def test_when_it_cannot_start_this_process_does_it_all(
    tmp_path: Path, export: Path, alone: dict[str, object], watched: type[Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.apart, "MODULE", "workflows.no_such_module")
    assert imported(f"sqlite:///{tmp_path}/apart.db", export, 1) == alone
    assert [apart.answers for apart in watched.made] == [0]


def test_small_imports_start_none(
    tmp_path: Path, export: Path, watched: type[Watched], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workflows.translation, "VOUCHERS_MIN", VOUCHERS * 2)
    imported(f"sqlite:///{tmp_path}/apart.db", export, 1)
    assert watched.made == []


def test_another_version_of_the_translation_answers_nothing(tmp_path: Path, export: Path) -> None:
    store = open_store(f"sqlite:///{tmp_path}/books.db", migrate=True)
    books = store.tenant()
    import_files(books, [export], clock=lambda: NOW)
    company = books.companies.list()[0].company_id
    books.raw.make_pending(company, "vouchers")
    apart = Apart()
    try:
        assert list(apart.interpreted(Task(books.address, "tally", company, "vouchers", version=0, batch=100))) == []
    finally:
        apart.close()
        store.close()


OWNER = """
import sys, time
from storage import open_store
from workflows.apart import Apart, Task
from connectors.sdk.registry import get_connector
from workflows.interpretation import blank_translator
books = open_store(sys.argv[1]).tenant()
company = books.companies.list()[0].company_id
books.raw.make_pending(company, "vouchers")
version = blank_translator(books, get_connector("tally"), company).version
apart = Apart()
next(apart.interpreted(Task(books.address, "tally", company, "vouchers", version, 100)))
print(apart.process_id, flush=True)
time.sleep(600)
"""


def test_it_ends_when_the_process_it_works_for_is_killed(tmp_path: Path, export: Path) -> None:
    url = f"sqlite:///{tmp_path}/books.db"
    store = open_store(url, migrate=True)
    import_files(store.tenant(), [export], clock=lambda: NOW)
    store.close()
    with subprocess.Popen([sys.executable, "-c", OWNER, url], stdout=subprocess.PIPE, text=True) as owner:
        assert owner.stdout is not None
        process_id = int(owner.stdout.readline())
        owner.kill()
        owner.wait()
    assert_gone(process_id)


def test_an_address_does_not_show_its_password() -> None:
    address = Address("postgresql://books:s3cret@localhost/books", 1)
    assert "s3cret" not in repr(Task(address, "tally", 1, "vouchers", 1, 100))


def assert_gone(process_id: int) -> None:
    deadline = time.monotonic() + GONE_WITHIN_S
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{process_id}/stat").read_text().rpartition(")")[2].split()[0]
        except FileNotFoundError:
            return
        if state == "Z":  # ended; whoever inherited it has not looked yet
            return
        time.sleep(0.05)
    raise AssertionError(f"process {process_id} is still there")
