"""``khata write``: shown first, refused unless allowed, carried out once, logged for good."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.writing.audit import Verdict
from khata.writing import StoredAudit
from sandbox.tally.books import build_books, specs_for
from sandbox.tally.gateway import Faults, Running, serve
from storage import open_store
from tests.connectors.tally_writing.commands import JOURNAL, LEDGER, PAYMENT
from tests.khata.running import run
from tests.support.cli import Ran
from tests.support.stores import empty_store

ALLOWED = {
    "KHATA_WRITING__ENABLED": "true",
    "KHATA_WRITING__OPERATIONS": "create_ledger,create_payment,create_journal",
    "KHATA_WRITING__AMOUNT_MAX": "5000",
}


@pytest.fixture
def tally() -> Iterator[Running]:
    with serve(build_books(specs_for(1, vouchers=60)), faults=Faults()) as running:
        yield running


@pytest.fixture
def database(tmp_path: Path, tally: Running) -> str:
    """A store with a connection to the running Tally, and one to files."""
    store = empty_store(tmp_path / "books.db")
    connections = store.tenant("default").connections
    connections.save("shop", "tally", {"gateway": {"url": tally.url, "pause_s": 0.0}})
    connections.save("files", "tally", {"files": ["x.xml"]})
    store.close()
    return f"sqlite:///{tmp_path / 'books.db'}"


@pytest.fixture
def write(tmp_path: Path, database: str) -> Any:
    def call(documents: Any, *options: str, connection: str = "shop", env: dict[str, str] | None = None) -> Ran:
        file = tmp_path / "commands.json"
        file.write_text(documents if isinstance(documents, str) else json.dumps(documents))
        temporary = {"TMPDIR": str(tmp_path)}
        arguments = ("write", "tally", connection, str(file), "--db", database, "--by", "asha", *options)
        return run(tmp_path, *arguments, env={**temporary, **(env or {})})

    return call


def imports(tally: Running) -> int:
    return sum(item.kind == "import" for item in tally.requests)


def test_without_apply_nothing_is_sent(tally: Running, write: Any) -> None:
    done = write([LEDGER, PAYMENT])
    assert done.code == 0, done.errors
    assert "customer-1: ledger Kaveri Stores & Co" in done.output
    assert "debit Electricity: '4210.55'" in done.output
    assert "Nothing was sent" in done.output
    assert imports(tally) == 0


def test_apply_is_refused_unless_it_is_allowed(tally: Running, write: Any) -> None:
    assert write(PAYMENT, "--apply").code == 8
    assert write(PAYMENT, "--apply", env={"KHATA_WRITING__ENABLED": "true"}).code == 8
    done = write({**PAYMENT, "key": "p"}, "--apply", env={**ALLOWED, "KHATA_WRITING__AMOUNT_MAX": "4000"})
    assert (done.code, "above the limit" in done.errors) == (8, True)
    assert imports(tally) == 0


def test_commands_are_carried_out_once_and_logged(tally: Running, write: Any, tmp_path: Path, database: str) -> None:
    first = write([LEDGER, PAYMENT, JOURNAL], "--apply", env=ALLOWED)
    assert first.code == 0, first.output + first.errors
    assert first.output.count("was read back equal") == 3
    assert imports(tally) == 3
    again = write([LEDGER, PAYMENT, JOURNAL], "--apply", "--format", "json", env=ALLOWED)
    assert [item["is_repeat"] for item in json.loads(again.output)] == [True, True, True]
    assert imports(tally) == 3
    log = run(tmp_path, "write", "log", "--db", database, "--format", "json")
    rows = json.loads(log.output)["rows"]
    assert [(row["key"], row["verdict"], row["by"]) for row in rows] == [
        ("customer-1", "written", "asha"),
        ("payment-1", "written", "asha"),
        ("journal-1", "written", "asha"),
    ]
    history = run(tmp_path, "write", "log", "--key", "payment-1", "--db", database, "--format", "json")
    assert [row["verdict"] for row in json.loads(history.output)["rows"]] == ["intended", "written"]


def test_the_first_failure_ends_it(tally: Running, write: Any) -> None:
    tally.faults.import_exception = True
    done = write([PAYMENT, JOURNAL], "--apply", env=ALLOWED)
    assert done.code == 8
    assert "not taken by Tally" in done.output
    assert imports(tally) == 1


def test_what_is_meant_survives_a_power_cut_before_anything_is_sent(
    tally: Running, write: Any, tmp_path: Path, database: str
) -> None:
    """SQLite keeps its latest commits in a log that a power cut may take; the file itself has been synced."""
    verdicts: list[str] = []

    def cut(number: int, text: str) -> None:
        if "Import" in text:
            shutil.copy(database.removeprefix("sqlite:///"), tmp_path / "left.db")
            store = open_store(f"sqlite:///{tmp_path / 'left.db'}")
            audit = StoredAudit(store.tenant(), tally.books.companies[0].guid)
            verdicts.extend(entry.verdict for entry in audit.iter_entries(PAYMENT["key"]))
            store.close()

    tally.watch = cut
    assert write(PAYMENT, "--apply", env=ALLOWED).code == 0
    assert verdicts == [Verdict.INTENDED]


def test_the_log_is_not_taken_for_books(tally: Running, write: Any, tmp_path: Path, database: str) -> None:
    write(PAYMENT, "--apply", env=ALLOWED)
    store = open_store(database)
    books = store.tenant("default")
    (company,) = books.companies.list()
    assert books.raw.count_pending(company.company_id) == {}
    assert len(list(books.raw.iter_current(company.company_id, "writes"))) == 1
    store.close()


@pytest.mark.parametrize(
    ("documents", "code", "words"),
    [
        ("{", 5, "not JSON"),
        ({"key": "a", "operation": "create_company"}, 8, "not one of"),
        ({**PAYMENT, "voucher": {**PAYMENT["voucher"], "day": "2020-01-01"}}, 8, "before the books begin"),
        ([PAYMENT, {**LEDGER, "ledger": {"name": "A", "parent": "B"}}], 8, "'customer-1' cannot be used: Ledger has"),
    ],
)
def test_what_cannot_be_used_says_why(write: Any, documents: Any, code: int, words: str) -> None:
    done = write(documents)
    assert done.code == code
    assert words in done.output + done.errors


def test_only_a_live_connection_is_written_to(write: Any) -> None:
    done = write(PAYMENT, connection="files")
    assert (done.code, "reads files" in done.errors) == (5, True)
    assert write(PAYMENT, connection="nobody").code == 7


def test_a_tally_that_is_gone_is_said_so(tally: Running, write: Any) -> None:
    tally.stop()
    done = write(PAYMENT)
    assert (done.code, "Start Tally" in done.errors) == (6, True)


@pytest.mark.parametrize("setting", ["KHATA_WRITING__AMOUNT_MAX", "KHATA_WRITING__OPERATIONS"])
def test_settings_that_cannot_be_meant_are_refused(write: Any, setting: str) -> None:
    assert write(PAYMENT, env={setting: "everything"}).code in {5, 8}


def test_what_was_written_comes_with_the_next_sync_and_the_books_are_proved(
    write: Any, tmp_path: Path, database: str
) -> None:
    def sync() -> str:
        return run(tmp_path, "sync", "shop", "--local", "--db", database).output

    assert "proof proved" in sync()
    done = write([LEDGER, PAYMENT], "--apply", env=ALLOWED)
    assert done.code == 0, done.output + done.errors
    again = sync()
    assert "ledgers 1," in again
    assert "vouchers 1)" in again
    assert "proof proved" in again
