"""A folder dropped in is a connector: in the command line, in the conformance suite, with no other edit."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import connectors
from connectors.sdk import conformance
from connectors.sdk.registry import connector_names, get_connector
from khata.docs.__main__ import FOLDER
from tests.conformance.cases import case_of
from tests.conformance.test_connectors import NOW
from tests.connectors.tally.writing import export, voucher
from tests.khata.running import run

NAME = "acme_books"


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A second folder of connectors, with a new one in it."""
    place = tmp_path / "connectors"
    monkeypatch.setattr(connectors, "__path__", [*connectors.__path__, str(place)])
    ran = run(tmp_path, "connector", "new", NAME, "--title", "Acme Books", "--into", str(place))
    assert ran.code == 0, ran.errors
    importlib.invalidate_caches()
    yield place
    for name in [name for name in sys.modules if name.startswith(f"connectors.{NAME}")]:
        del sys.modules[name]


def test_what_is_written_conforms(home: Path, tmp_path: Path) -> None:
    assert NAME in connector_names()
    case = case_of(NAME, tmp_path)
    found = conformance.breaches(get_connector(NAME), home / NAME, case.config, case.secrets, NOW)
    assert not found, "\n".join(found)


def test_it_appears_in_the_command_line_and_takes_its_files(home: Path, tmp_path: Path) -> None:
    listed = run(tmp_path, "connector", "list", "--format", "json").json()["connectors"]
    assert {"name": NAME, "title": "Acme Books", "files": "yes", "live": "", "sign_in": ""} in listed
    case = case_of(NAME, tmp_path)
    path = Path(case.config["files"][0]).rename(tmp_path / "export.dat")
    done = run(tmp_path, "import", str(path), "--db", f"sqlite:///{tmp_path}/b.db", "--format", "json")
    assert done.code == 0, done.errors
    assert done.json()["companies"] == ["Example Traders"]
    assert done.json()["voucher_count"] == 2


def test_files_of_several_systems_go_in_by_one_command(home: Path, tmp_path: Path) -> None:
    theirs = Path(case_of(NAME, tmp_path).config["files"][0])
    tally = tmp_path / "book.txt"
    tally.write_text(export(voucher(1)))
    cut = tmp_path / "cut.xml"
    cut.write_text(export(voucher(2))[:600])
    database = f"sqlite:///{tmp_path}/b.db"
    done = run(tmp_path, "import", str(tally), str(theirs), "--db", database, "--format", "json")
    assert done.code == 0, done.errors
    assert [one["companies"] for one in done.json()["imports"]] == [["Kaveri Traders"], ["Example Traders"]]
    shown = run(tmp_path, "import", str(tally), str(theirs), "--db", database).output
    assert shown.index("Tally (ERP 9, TallyPrime), book.txt:") < shown.index("Kaveri Traders")
    assert shown.index("Acme Books, example.jsonl:") < shown.index("Example Traders"), (
        "it is said whose figures they are"
    )
    again = run(tmp_path, "import", str(cut), str(theirs), "--db", database, "--format", "json")
    assert again.code == 3
    assert "tally.file.truncated" in again.errors
    assert again.json()["companies"] == ["Example Traders"], "one system's bad file does not keep the other's out"


@pytest.mark.parametrize("name", ["ox", NAME, "a_rather_long_name_of_a_system"])
def test_what_is_written_is_as_ruff_writes_it(tmp_path: Path, name: str) -> None:
    """Whoever begins with it begins with a clean `make check`, however long the name is."""
    assert run(tmp_path, "connector", "new", name, "--into", str(tmp_path / "connectors")).code == 0
    settings = FOLDER.parent / "pyproject.toml"
    for command in (["check", "--no-cache"], ["format", "--check", "--no-cache"]):
        ran = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--config", str(settings), str(tmp_path / "connectors")],
            capture_output=True,
            text=True,
            check=False,
        )
        assert ran.returncode == 0, ran.stdout + ran.stderr


@pytest.mark.parametrize("name", ["Acme", "sdk", "class", "a-b", "../x", "tally"])
def test_a_name_that_cannot_be_one_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "tally").mkdir()
    ran = run(tmp_path, "connector", "new", name, "--into", str(tmp_path))
    assert ran.code == 8
    assert not (tmp_path / name).is_file()
