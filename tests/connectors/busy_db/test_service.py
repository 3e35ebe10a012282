"""BUSY's web service: politely asked, read-only, and every refusal told apart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import ConfigurationError, CredentialError, InvariantError, KhataError, SourceRejected
from connectors.busy.service.client import PAUSE_S_MIN, ServiceClient, parse_settings
from connectors.busy.service.rowset import NotARowset, read_rows
from connectors.busy.service.source import service_source
from sandbox.busy.service import BusyService
from sandbox.busy.tables import build_years
from sandbox.web.server import Running, serve
from tests.connectors.busy_db.hub import databases, hub, world
from tests.connectors.busy_db.test_servers import Shell, surroundings

YEAR = "BusyComp0001_db12025"
SECRET = "pl4nted-secret"


@contextmanager
def busy(**more: Any) -> Iterator[tuple[BusyService, Running]]:
    service = BusyService(databases(build_years(world())), YEAR, user="reader", password=SECRET, **more)
    with serve(service) as running:
        yield service, running


def config_of(running: Running, **more: Any) -> dict[str, Any]:
    return {"company": "Asha", "service": {"url": running.url, "user": "reader", "password": SECRET, **more}}


def fails(config: dict[str, Any], folder: Path) -> KhataError:
    source = service_source(config, Shell(), surroundings(folder), None)
    with pytest.raises(KhataError) as failed:
        source.prepare()
    source.close()
    assert SECRET not in str(failed.value)
    return failed.value


def test_questions_are_a_second_apart() -> None:
    with busy() as (_, running):
        slept: list[float] = []
        client = ServiceClient(parse_settings(config_of(running)["service"]), clock=lambda: 100.0, sleep=slept.append)
        for _ in range(3):
            list(client.query("SELECT COUNT(*) AS Total FROM Tran1"))
        client.close()
    assert slept == [PAUSE_S_MIN] * 2


def test_tables_are_asked_for_in_ranges_of_codes() -> None:
    with busy() as (service, running), hub(config_of(running, codes_per_call=100)) as made:
        made.sync()
    asked = [one for one in service.asked if one.startswith("SELECT * FROM Tran2")]
    assert asked[:2] == [
        "SELECT * FROM Tran2 WHERE VchCode BETWEEN 1 AND 100",
        "SELECT * FROM Tran2 WHERE VchCode BETWEEN 101 AND 179",
    ]
    assert made.slept
    assert min(made.slept) > 0.5


def test_without_sql_server_the_year_is_told_by_the_vouchers() -> None:
    with busy() as (service, running), hub(config_of(running)) as made:
        assert made.sync().status == "succeeded"
        assert not [one for one in service.asked if "DB_NAME" in one]
        assert {key for kind, key in made.held() if kind == "Voucher"} >= {"2025:1"}


def test_refusals_are_told_apart(tmp_path: Path) -> None:
    with busy() as (service, running):
        service.open_database = ""
        closed = fails(config_of(running), tmp_path)
        assert (type(closed), closed.code) == (SourceRejected, "busy.service.no_company")
        service.open_database = YEAR
        refused = fails(config_of(running, password="wrong"), tmp_path)
        assert (type(refused), refused.code) == (CredentialError, "busy.service.sign_in")
        other = config_of(running, mode="sqlserver", database="BusyComp0002")
        assert fails(other, tmp_path).code == "busy.service.company_mismatch"
        service.refuse["FROM Tran1"] = "Data type mismatch"
        assert fails(config_of(running), tmp_path).code == "busy.database.no_table"


def test_broken_answers_are_never_half_believed(tmp_path: Path) -> None:
    with busy() as (_, running):
        running.faults.truncate_after_bytes = 400
        assert fails(config_of(running), tmp_path).code == "busy.service.malformed"
        running.faults.truncate_after_bytes = -1
        running.faults.drop_after_bytes = 300
        assert fails(config_of(running), tmp_path).code in ("busy.service.malformed", "busy.service.unreachable")
        running.faults.drop_after_bytes = -1
        running.faults.gateway_page = 502
        assert fails(config_of(running), tmp_path).code == "busy.service.not_busy"
        running.faults.gateway_page = 0
        running.faults.delay_s = 3.0
        assert fails(config_of(running, timeout_s=1.0), tmp_path).code == "busy.service.timed_out"
        running.faults.delay_s = 0.0
        config = config_of(running)
    assert fails(config, tmp_path).code == "busy.service.unreachable"


def test_a_rowset_keeps_nulls_apart_and_unescapes_names() -> None:
    head = "<xml xmlns:rs='urn:schemas-microsoft-com:rowset' xmlns:z='#RowsetSchema'><rs:data>"
    body = f"{head}<z:row A='' Item_x0020_Name='\u0915'/><z:row/></rs:data></xml>".encode()
    assert list(read_rows([body[:90], body[90:]])) == [{"A": "", "Item Name": "\u0915"}, {}]
    for broken in (body[:-20], b"", b"<html/>", b"not xml"):
        with pytest.raises(NotARowset):
            list(read_rows([broken]))


@pytest.mark.parametrize("sql", ["DELETE FROM Tran1", "SELECT 1\nDELETE", "SELECT " + "x" * 9000])
def test_nothing_but_one_line_of_select_is_ever_sent(sql: str) -> None:
    with busy() as (service, running):
        client = ServiceClient(parse_settings(config_of(running)["service"]), clock=lambda: 0.0, sleep=lambda _: None)
        with pytest.raises(InvariantError):
            list(client.query(sql))
        client.close()
        assert not service.asked


@pytest.mark.parametrize(
    "wrong",
    [
        {"url": "localhost:981"},
        {"url": "http://user:pw@pc:981"},
        {"mode": "oracle"},
        {"password": "a\nb"},
        {"pause_s": 0.1},
        {"codes_per_call": 0},
        {"timeout_s": True},
    ],
)
def test_settings_are_checked_honestly(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigurationError):
        parse_settings(wrong)


def test_the_company_has_to_be_named(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError):
        service_source({"service": {}}, Shell(), surroundings(tmp_path), None)
