"""ODBC in the hub: an oracle of the proof where it says the same, and never a reason to hold figures back."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonical.proof import OracleUse, ProofStatus
from connectors.tally.odbc.address import DRIVER_64
from connectors.tally.odbc.opinion import OTHER_PERIOD
from tests.connectors.tally.live.tally import Tally, tally
from tests.connectors.tally_odbc.real import DATA_SOURCE, Row, serve_tables
from tests.live.hub import LiveHub, hub
from tests.support import mariadb

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("mariadb")]
pytest.importorskip("pyodbc", reason="pyodbc cannot be loaded here", exc_type=ImportError)
ODBC = {"dsn": DATA_SOURCE, "pause_s": 0, "answer_timeout_s": 60, "connect_timeout_s": 60}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    driver, port = mariadb.find_driver(), mariadb.server_port()
    place = mariadb.odbc_folder(tmp_path / "odbc", driver, port, name=DRIVER_64, data_source=DATA_SOURCE)
    monkeypatch.setenv("ODBCSYSINI", str(place))
    monkeypatch.setenv("ODBCINI", str(place / "odbc.ini"))
    return place


def oracle(made: LiveHub) -> OracleUse:
    proof = made.books.proofs.latest(made.company)
    assert proof is not None
    (use,) = [use for use in proof.proof.oracles if "ODBC" in use.oracle]
    return use


def test_ledgers_over_odbc_are_an_oracle_of_the_proof(folder: Path) -> None:
    with tally() as shop, hub(shop, odbc=ODBC) as made:
        serve_tables(shop.running.books, folder)
        made.sync()
        use = oracle(made)
        assert use.is_used, use.reason
        assert use.oracle.startswith("tally:ODBC ledgers, 2025-04-01 to ")
        proof = made.books.proofs.latest(made.company)
        assert proof is not None
        compared = [total for total in proof.proof.totals if "ODBC" in total.oracle]
        assert compared
        assert [total for total in compared if total.status is not ProofStatus.PROVED] == []


def test_another_period_on_the_screen_holds_nothing_back(folder: Path) -> None:
    def other_period(ledgers: list[Row]) -> None:
        for row in ledgers:
            row["_ClosingBalance"] = row["OpeningBalance"]

    with tally() as shop, hub(shop, odbc=ODBC) as made:
        serve_tables(shop.running.books, folder, other_period)
        summary = made.sync()
        use = oracle(made)
        assert (use.is_used, use.reason) == (False, OTHER_PERIOD)
        assert (summary.proof, summary.publication) == without_odbc(shop)


def without_odbc(shop: Tally) -> tuple[str, str]:
    with hub(shop) as plain:
        summary = plain.sync()
        return summary.proof, summary.publication
