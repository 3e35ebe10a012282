"""Marg in the hub: connect, sync, proof, doctor by the command line; the keys are nowhere in the clear."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sandbox.marg import write_bills
from sandbox.world import WorldSpec
from tests.connectors.marg.support import Ede, ede
from tests.khata.running import run


@pytest.fixture
def source() -> Iterator[Ede]:
    with ede(2, vouchers=120) as running:
        yield running


@pytest.fixture
def keys(source: Ede, tmp_path: Path) -> Path:
    told = source.app.keys
    path = tmp_path / "keys.json"
    names = ("company_code", "marg_key", "decryption_key")
    path.write_text(json.dumps({name: getattr(told, name) for name in names}))
    return path


def connect(source: Ede, keys: Path, home: Path, *more: str) -> str:
    done = run(home, "connect", "marg", "--keys-file", str(keys), "--url", source.running.url, *more)
    assert done.code == 0, done.errors
    return done.output


def test_a_branch_is_connected_synced_and_proved(source: Ede, keys: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    branch = source.branch
    gstin = branch.world.masters.company.gstin
    assert "is connected as shop" in connect(
        source, keys, home, "--branch", "9001", "--name", "shop", "--gstin", gstin, "--remarks-name-bills"
    )
    synced = run(home, "sync", "shop", "--local")
    assert synced.code == 0, synced.errors + synced.output
    proof = run(home, "proof", "--format", "json")
    told = json.loads(proof.output)
    differing = [total for total in told["totals"] if total["status"] == "differs"]
    assert not differing, differing[:5]
    assert any("balances of ledgers" in total["oracle"] for total in told["totals"])
    pulls = sum(entry.note.endswith("rows") for entry in source.running.requests)
    assert run(home, "sync", "shop", "--local").code == 0
    assert source.app.full_pulls == {9001: 1}, "the second sync asks for changes"
    assert sum(entry.note.endswith("rows") for entry in source.running.requests) > pulls
    found = run(home, "doctor", "marg", "shop")
    assert found.code == 0
    assert "answers" in found.output
    for path in home.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            for secret in (source.app.keys.company_code, source.app.keys.marg_key, source.app.keys.decryption_key):
                assert secret.encode() not in data, path.name


def test_several_branches_need_a_word_and_get_a_connection_each(source: Ede, keys: Path, tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    unsaid = run(home, "connect", "marg", "--keys-file", str(keys), "--url", source.running.url)
    assert unsaid.code != 0
    assert "--branch" in unsaid.errors
    assert connect(source, keys, home, "--all").count("is connected as") == 2
    assert connect(source, keys, home, "--all").count("is connected anew") == 2
    source.running.faults.server_error = 404
    found = run(home, "doctor", "marg")
    assert found.code != 0
    assert found.output.count("refused") >= 2


def test_bills_of_a_folder_know_their_suppliers_states(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    written = write_bills(WorldSpec(vouchers=60), tmp_path / "bills")
    suppliers = tmp_path / "suppliers.json"
    suppliers.write_text(json.dumps(written.suppliers))
    told = ("connect", "marg-bills", "bought", str(tmp_path / "bills" / "bought"), "--suppliers", str(suppliers))
    assert run(home, *told).code == 0
    synced = run(home, "sync", "bought", "--local")
    assert synced.code == 0, synced.output + synced.errors
    assert f"vouchers {len(written.bought)}" in synced.output
    assert "heads_unknown" not in run(home, "issues").output
    imported = run(home, "import", str(written.sold[0].path), "--connector", "marg")
    assert imported.code == 0, imported.output + imported.errors


def test_a_password_of_tables_is_sealed(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    told = {"database": {"driver": "No Such Driver", "server": "db", "user": "khata", "password": "planted-91c2"}}
    file = tmp_path / "settings.json"
    file.write_text(json.dumps(told))
    assert run(home, "connect", "marg-tables", "shop", str(file)).code == 0
    assert not any(b"planted-91c2" in path.read_bytes() for path in home.rglob("*") if path.is_file())
    synced = run(home, "sync", "shop", "--local")
    assert "marg.tables." in synced.errors
    assert "planted-91c2" not in synced.errors + synced.output
    file.write_text(json.dumps({"database": {}}))
    assert run(home, "connect", "marg-tables", "shop", str(file)).code != 0


def test_a_sync_that_finds_nothing_new_makes_no_books_proved(source: Ede, keys: Path, tmp_path: Path) -> None:
    """Balances said long after the books ended fit no day of theirs; a second look changes nothing about that."""
    source.clock.advance(days=200)
    connect(source, keys, tmp_path, "--branch", "9001", "--name", "shop")
    for _ in range(2):
        assert run(tmp_path, "sync", "shop", "--local").code == 4, "differs"
    told = run(tmp_path, "proof", "--format", "json").json()
    assert told["status"] == "differs"
    assert told["differing"] > 1


def test_the_fake_from_the_command_line_is_proved(tmp_path: Path) -> None:
    """However long ago its year ended: a new user's first sync must not look like a fault."""
    command = [sys.executable, "-m", "khata", "sandbox", "serve", "marg", "--port", "0", "--vouchers", "60"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stdout is not None
        assert serving.stderr is not None
        try:
            url, said = serving.stdout.readline().strip(), ""
            while not said.startswith("keys"):
                said = serving.stderr.readline()
            (tmp_path / "keys.json").write_text(said[said.index("{") :])
            more = ("--keys-file", str(tmp_path / "keys.json"), "--url", url, "--branch", "9001", "--name", "shop")
            assert run(tmp_path, "connect", "marg", *more).code == 0
            done = run(tmp_path, "sync", "shop", "--local")
            assert done.code == 0, done.output + done.errors
        finally:
            serving.terminate()


def test_a_doctor_without_a_patient_says_so(tmp_path: Path) -> None:
    found = run(tmp_path, "doctor", "marg")
    assert (found.code, "nothing to look at" in found.output) == (0, True)
