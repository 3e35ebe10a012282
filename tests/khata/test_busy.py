"""``khata connect busy`` and ``khata doctor busy`` over a real driver; passwords stand sealed and are never shown."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

from khata.exit_codes import ExitCode
from sandbox.busy.tables import build_years
from sandbox.busy.tds.server import serve
from tests.connectors.busy_db.hub import BASE, databases, world
from tests.connectors.busy_db.servers import freetds, mdbtools
from tests.khata.running import run
from tests.support.samples import sample

SECRET = "pl4nted-secret"


def test_a_server_is_connected_synced_and_examined_and_its_password_sealed(tmp_path: Path) -> None:
    driver = freetds()
    (tmp_path / "password").write_text(f"{SECRET}\n")
    with serve(databases(build_years(world())), user="reader", password=SECRET) as running:
        place = ("--server", "127.0.0.1", "--port", str(running.port), "--database", BASE, "--user", "reader")
        more = ("--driver", driver, "--encrypt", "off", "--company", "Asha Traders")
        connected = run(tmp_path, "connect", "busy", *place, *more, "--password-file", str(tmp_path / "password"))
        assert connected.code == 0, connected.errors
        assert "connected as asha-traders" in connected.output
        synced = run(tmp_path, "sync", "asha-traders", "--local")
        assert synced.code == 0, synced.errors
        examined = run(tmp_path, "doctor", "busy", "--format", "json")
        assert examined.code == 0
        assert examined.json()["findings"][0]["state"] == "readable"
        running.password = "changed"
        refused = run(tmp_path, "doctor", "busy", "--format", "json")
        assert refused.code == ExitCode.ACT
        assert refused.json()["findings"][0]["state"] == "busy.database.sign_in"
    everything = [connected, synced, examined, refused]
    assert not [ran for ran in everything if SECRET in ran.output + ran.errors]
    held = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file() and path.name != "password")
    assert SECRET.encode() not in held


def test_files_are_connected_and_a_wrong_folder_is_refused(tmp_path: Path) -> None:
    mdbtools()
    folder = sample("busy/bds/COMP0001")
    connected = run(tmp_path, "connect", "busy", str(folder), "--name", "shop", "--format", "json")
    assert connected.code == 0, connected.errors
    assert json.loads(connected.output)["years"][0]["vouchers"] == 3
    refused = run(tmp_path, "connect", "busy", str(tmp_path))
    assert refused.code != 0
    assert "db1YYYY.bds" in refused.errors


def test_company_files_are_imported_like_any_file_and_an_old_copy_removes_nothing(tmp_path: Path) -> None:
    mdbtools()
    plain, locked = sample("busy/bds/COMP0001/db12025.bds"), sample("busy/bds/db12025_with_password.bds")
    options = ("--connector", "busy", "--company", "Sample & Co", "--format", "json")
    first = run(tmp_path, "import", str(plain), *options)
    assert first.code == 0, first.errors
    assert first.json()["voucher_count"] == 3
    again = run(tmp_path, "import", str(locked), *options)
    assert again.code == 0, again.errors
    balances = run(tmp_path, "trial-balance", "--as-of", "2025-12-31", "--format", "json").json()["ledgers"]
    assert {row["ledger"]: row["closing_debit"] for row in balances if row["ledger"] == "PARTY ONE"} == {
        "PARTY ONE": "7980.00"
    }


def test_a_company_file_outside_busys_folder_names_nobodys_books(tmp_path: Path) -> None:
    """The folder a watch takes files into has another name each time: it would have made new books every time."""
    mdbtools()
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    plain = sample("busy/bds/COMP0001/db12025.bds")
    shutil.copy(plain, inbox)
    watched = ("watch", str(inbox), "--once", "--settle", "0.1")
    assert run(tmp_path, *watched).code == 3
    report = (inbox / "rejected" / "db12025.bds.report.txt").read_text()
    assert "busy.company.unknown" in report
    assert "--company NAME" in report
    shutil.copy(plain, inbox)
    assert run(tmp_path, *watched, "--company", "Sample & Co").code == 0
    assert run(tmp_path, "import", str(plain)).code == 0
    companies = run(tmp_path, "companies", "--format", "json").json()["companies"]
    assert sorted(one["name"] for one in companies) == ["COMP0001", "Sample & Co"]
