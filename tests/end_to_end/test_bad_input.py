"""Bad files through the command line: a clear word, an exit code, bounded memory, and books as they were before."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from sandbox.spoil import SPOILERS
from sandbox.tally.write import WrittenFiles, write
from sandbox.world.spec import WorldSpec
from tests.khata.running import run as khata
from tests.support.cli import environment

REFUSED = {
    "truncated": "tally.file.truncated",
    "html": "recognition.unknown_file",
    "billion-laughs": "tally.file.doctype",
    "zip-bomb": "tally.file.zip_bomb",
}
"""Kinds of damage for which a file is refused as a whole, and the code the refusal carries."""
ONE_REJECTED = {
    "unbalanced": "tally.voucher.unbalanced",
    "bad-amount": "tally.amount.unreadable",
    "bad-date": "tally.date.unreadable",
}
"""Damage to one voucher: the rest is imported, that one is rejected and listed."""
HARMLESS = ("wrong-declaration", "bare-ampersand", "no-wrapper", "undeclared-prefix")
MEMORY_MB_MAX = 300
MEASURED = """
import sys
from khata.__main__ import main
from tests.support.memory import peak_kib
code = main(sys.argv[1:])
print(peak_kib())
sys.exit(code)
"""
"""Runs a command and prints its own peak of memory."""


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> WrittenFiles:
    return write(WorldSpec(seed=5, vouchers=300), tmp_path_factory.mktemp("good"), mixed=True)


def spoiled(kind: str, good: WrittenFiles, folder: Path) -> Path:
    suffix = ".zip" if kind == "zip-bomb" else ".xml"
    return SPOILERS[kind](good.paths[0], folder / f"bad{suffix}")


def stored_vouchers(home: Path, database: str) -> list[object]:
    ran = khata(home, "vouchers", "--db", database, "--format", "json")
    if ran.code != 0:  # no company was ever entered
        return []
    found = ran.json()
    return list(found["vouchers"] if isinstance(found, dict) else found)


@pytest.mark.parametrize("kind", REFUSED)
def test_a_file_that_cannot_be_trusted_is_refused_whole(kind: str, good: WrittenFiles, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    ran = khata(tmp_path, "import", str(spoiled(kind, good, tmp_path)), "--db", database, "--format", "json")
    assert ran.code not in (0, 1)
    assert REFUSED[kind] in ran.errors, ran.errors
    assert "bad." in ran.errors, "the message names the file"
    assert stored_vouchers(tmp_path, database) == []


def test_a_refused_file_leaves_the_books_as_they_were(good: WrittenFiles, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    assert khata(tmp_path, "import", str(good.paths[0]), "--db", database, "--format", "json").code == 0
    before = khata(tmp_path, "trial-balance", "--as-of", "2026-03-31", "--db", database, "--format", "json").output
    khata(tmp_path, "import", str(spoiled("truncated", good, tmp_path)), "--db", database)
    after = khata(tmp_path, "trial-balance", "--as-of", "2026-03-31", "--db", database, "--format", "json").output
    assert after == before


@pytest.mark.parametrize("kind", ONE_REJECTED)
def test_one_bad_voucher_is_rejected_and_listed(kind: str, good: WrittenFiles, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    ran = khata(tmp_path, "import", str(spoiled(kind, good, tmp_path)), "--db", database, "--format", "json")
    assert ran.code == 3, ran.errors
    said = ran.json()
    assert said["voucher_count"] == 300 or kind != "unbalanced"
    assert said["rejected"] == 1
    assert said["issues"][ONE_REJECTED[kind]] == 1
    (rejection,) = said["rejections"]
    assert "bad.xml" in rejection["where"]
    assert rejection["hint"]
    again = khata(tmp_path, "import", str(tmp_path / "bad.xml"), "--db", database, "--format", "json").json()
    assert again["rejected"] == 1, "a rejection is not forgotten by importing the file again"


@pytest.mark.parametrize("kind", HARMLESS)
def test_what_other_programs_do_to_files_is_tolerated(kind: str, good: WrittenFiles, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    ran = khata(tmp_path, "import", str(spoiled(kind, good, tmp_path)), "--db", database, "--format", "json")
    assert ran.code == 0, ran.errors + ran.output[:500]
    assert ran.json()["rejected"] == 0


def test_turned_signs_are_caught(good: WrittenFiles, tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    ran = khata(
        tmp_path, "import", str(spoiled("inverted-signs", good, tmp_path)), "--db", database, "--format", "json"
    )
    issues = ran.json()["issues"]
    assert {"tally.file.signs_inverted", "tally.file.signs_suspect"} & issues.keys()


@pytest.mark.slow
def test_a_gigabyte_in_one_value_is_refused_in_bounded_memory(good: WrittenFiles, tmp_path: Path) -> None:
    path = SPOILERS["giant-text"](good.paths[0], tmp_path / "bad.xml")
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, "import", str(path), "--db", f"sqlite:///{tmp_path}/books.db"],
        cwd=tmp_path,
        env=environment(tmp_path),
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode not in (0, 1)
    assert "tally.file.text_too_long" in done.stderr, done.stderr
    assert int(done.stdout.split()[-1]) / 1024 < MEMORY_MB_MAX
