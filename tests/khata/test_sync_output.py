"""What ``khata sync`` prints: what was new and what had been known, as text and JSON; progress on a terminal only."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from khata.rendering.sync import found_words, known_of, named_line, sync_document, sync_line
from tests.khata.ashoka import ASHOKA, write_day_book
from tests.khata.running import run
from tests.support.cli import environment, khata
from workflows.inputs import RunSummary


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    """A home with a connection that reads a folder of exports."""
    exports = tmp_path / "exports"
    exports.mkdir()
    write_day_book(exports / "DayBook.xml")
    assert run(tmp_path, "connections", "add", "shop", str(exports)).code == 0
    return tmp_path


def test_a_sync_says_what_was_new_and_the_next_one_that_nothing_was(shop: Path) -> None:
    first = run(shop, "sync", "shop", "--local")
    assert first.code == 0, first.errors
    assert "vouchers 8" in first.output
    assert " 0 changed" in first.output
    again = run(shop, "sync", "shop", "--local")
    assert "succeeded: 0 new, 0 changed; " in again.output
    assert "read and known before" in again.output
    assert "vouchers 8" not in again.output

    write_day_book(shop / "exports" / "DayBook.xml", ASHOKA[:-1])
    third = run(shop, "sync", "shop", "--local", "--format", "json")
    told = json.loads(third.output)
    assert (told["new"], told["changed"], told["publication"]) == (0, 0, "published")
    assert told["known"] == told["read"] > 0


def test_a_terminal_sees_progress_and_a_pipe_sees_none(shop: Path) -> None:
    assert khata(shop, "connections", "add", "shop", str(shop / "exports")).code == 0
    command = [sys.executable, "-m", "khata", "sync", "shop", "--local", "--format", "json"]
    master, slave = os.openpty()
    try:
        done = subprocess.run(
            command, env=environment(shop, {"TERM": "xterm"}), stdout=subprocess.PIPE, stderr=slave, check=False
        )
        os.set_blocking(master, False)
        seen = os.read(master, 1 << 20)
    finally:
        os.close(slave)
        os.close(master)
    assert done.returncode == 0
    assert b"extract" in seen or b"read" in seen
    assert json.loads(done.stdout)["new"] > 0
    piped = subprocess.run(command, env=environment(shop), capture_output=True, check=False)
    assert (piped.returncode, piped.stderr) == (0, b"")
    assert json.loads(piped.stdout)["new"] == 0


def summary(**more: object) -> RunSummary:
    told: dict[str, object] = {"counts": {"invoices": 5, "contacts": 3}, "proof": "proved", "publication": "published"}
    return RunSummary(7, "succeeded", **{**told, **more})  # type: ignore[arg-type]


def test_the_line_counts_what_was_found_and_not_what_was_read() -> None:
    assert sync_line(summary(), 0) == (
        "run 7 succeeded: 0 new, 0 changed; 8 read and known before; 0 rejected; proof proved."
    )
    told = summary(new={"invoices": 2}, changed={"contacts": 1}, retired={"bills": 1}, publication="held")
    assert sync_line(told, 3) == (
        "run 7 succeeded: 2 new (invoices 2), 1 changed (contacts 1), 1 gone (bills 1); 5 read and known before; "
        "3 rejected; proof proved, held back."
    )
    assert known_of(told) == 5
    assert found_words(summary(counts={})) == "0 new, 0 changed"


def test_what_webhooks_named_is_told() -> None:
    assert named_line(summary()) == ""
    told = summary(announced={"gone": 2, "refused": 1, "read": 0})
    assert named_line(told) == "Named by webhooks: 2 gone and retired, 1 not shown to this sign-in."
    assert sync_document(told, 0, [])["named_by_webhooks"] == {"gone": 2, "refused": 1, "read": 0}
