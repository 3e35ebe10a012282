"""From ``khata connect`` to ``khata proof`` beside a fake Tally, as a person types it; and the watch."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import stat
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from canonical.errors import KhataError
from canonical.voucher import Voucher
from khata.api.listener import Caller, listen
from khata.configuration import load_settings
from khata.live.connecting import free_name, gateway_client, listener_token
from khata.live.watching import Told, Watch, WatchEvent
from khata.steps import hub_steps
from khata.vault import open_vault
from khata.wiring import Hub, open_hub, surroundings_of
from sandbox.tally.books import LiveCompany, build_books, group_of
from sandbox.tally.books.drafts import EntryDraft, VoucherDraft
from sandbox.tally.books.live import specs_for
from sandbox.tally.gateway import Running, serve
from tests.khata.processes import HANGS_S
from tests.khata.running import run
from tests.support.cli import Ran
from workflows.inputs import RunStatus, RunSummary, SyncRequest
from workflows.steps import Steps

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def tally() -> Iterator[Running]:
    with serve(build_books(specs_for(2, vouchers=40)), port=0) as running:
        yield running


def connect(home: Path, tally: Running, *more: str) -> Ran:
    return run(home, "connect", "tally", "--url", tally.url, "--pause", "0", *more)


def company(tally: Running) -> LiveCompany:
    found = tally.books.companies[0]
    assert isinstance(found, LiveCompany)
    return found


def enter_journal(tally: Running, narration: str) -> None:
    """A person enters a voucher."""
    entries = (EntryDraft(ledger="Cash", paise=12_345), EntryDraft(ledger="Discount Allowed", paise=-12_345))
    draft = VoucherDraft(type_name="Journal", day=date(2025, 6, 2), entries=entries, narration=narration)
    company(tally).edit_vouchers.create(draft)


def test_from_connect_to_proof(home: Path, tally: Running) -> None:
    connected = connect(home, tally, "--company", "sarasw", "--name", "shop")
    assert connected.code == 0, connected.errors
    assert "Saraswati Trading Company is connected as shop." in connected.output
    listed = run(home, "connections", "list")
    assert f"Saraswati Trading Company at {tally.url}" in listed.output
    synced = run(home, "sync", "shop", "--local")
    assert synced.code == 0, synced.errors + synced.output
    (books,) = run(home, "companies", "--format", "json").json()["companies"]
    (row,) = run(home, "connections", "list", "--format", "json").json()["connections"]
    assert row["company_id"] == books["id"]
    proved = run(home, "proof", "--format", "json")
    assert proved.code == 0, proved.output
    assert json.loads(proved.output)["status"] == "proved"
    assert ".." not in run(home, "proof").output
    again = run(home, "sync", "shop", "--local")
    assert "0 new, 0 changed; 0 rejected; the last proof stands." in again.output
    vouchers = json.loads(run(home, "vouchers", "--format", "json", "--limit", "1000").output)["vouchers"]
    assert len(vouchers) == len(company(tally).vouchers())
    issues = json.loads(run(home, "issues", "--format", "json", "--limit", "1000").output)["issues"]
    assert {one["code"] for one in issues if one["code"].startswith("gst.")} <= {"gst.e_invoice.uneven"}


def test_connecting_all_makes_one_connection_each_and_again_changes_them(home: Path, tally: Running) -> None:
    first = connect(home, tally, "--all", "--format", "json")
    assert first.code == 0, first.errors
    names = [one["name"] for one in json.loads(first.output)["connections"]]
    assert names == ["saraswati-trading-company", "godavari-distributors-sons"]
    assert [one["is_new"] for one in json.loads(first.output)["connections"]] == [True, True]
    again = connect(home, tally, "--all", "--format", "json")
    assert [one["name"] for one in json.loads(again.output)["connections"]] == names
    assert [one["is_new"] for one in json.loads(again.output)["connections"]] == [False, False]
    renamed = connect(home, tally, "--company", "Sarasw", "--name", "other")
    assert renamed.code == 5
    assert "(connection.exists)" in renamed.errors


def settings_of_connection(home: Path, name: str) -> dict[str, Any]:
    with hub_of(home) as hub:
        return dict(hub.tenant().connections.get(name).config)


def test_what_is_set_of_a_connection_stays_when_it_is_connected_again(home: Path, tally: Running) -> None:
    several = ("--set", "gateway.answer_timeout_s=300", "--set", "odbc.use=crosscheck", "--set", "odbc.port=9001")
    first = connect(home, tally, "--company", "sarasw", "--name", "shop", *several)
    assert first.code == 0, first.errors
    again = run(home, "connect", "tally", "--url", tally.url, "--company", "sarasw")
    assert again.code == 0, again.errors
    kept = settings_of_connection(home, "shop")
    assert kept["gateway"] == {"url": tally.url, "charset": "utf-16", "pause_s": 0.0, "answer_timeout_s": 300}
    assert kept["odbc"] == {"use": "crosscheck", "port": 9001}
    synced = run(home, "sync", "shop", "--local")  # no ODBC on this computer, or nothing behind it: no harm is done
    assert synced.code == 0, synced.errors + synced.output
    taken_back = ("--set", "odbc.use=", "--set", "odbc.port=", "--set", "gateway.answer_timeout_s=")
    assert connect(home, tally, "--company", "sarasw", *taken_back).code == 0
    assert settings_of_connection(home, "shop").get("odbc") is None
    assert "answer_timeout_s" not in settings_of_connection(home, "shop")["gateway"]


def test_a_connected_tally_is_measured_again_as_patiently_as_it_is_read(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--set", "gateway.answer_timeout_s=300").code == 0
    with hub_of(home) as hub:
        (earlier,) = hub.store.tenant("default").connections.list()
        around = surroundings_of(hub.settings)
        for own, pause in (({}, 0.0), ({"gateway": {"pause_s": 2}}, 2.0), ({"gateway": {"pause_s": None}}, 0.5)):
            endpoint = gateway_client(tally.url, around, own, earlier).endpoint
            assert (endpoint.url, endpoint.pause_s, endpoint.answer_timeout_s) == (tally.url, pause, 300)


def test_an_error_while_reading_is_said_once(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    tally.faults.lose_objects_after = 5
    failed = run(home, "sync", "shop", "--local")
    assert failed.code != 0
    assert "unhandled" not in failed.errors
    assert failed.errors.count("Error:") == 1


@pytest.mark.parametrize(
    "setting", ["odbc.use=sometimes", "gateway.url=http://elsewhere", "gateway.drain_min_s=-1", "pause_s=1", "odbc.use"]
)
def test_a_setting_that_cannot_be_is_refused_before_anything_is_asked(home: Path, tally: Running, setting: str) -> None:
    refused = connect(home, tally, "--company", "sarasw", "--set", setting)
    assert refused.code == 5, refused.output
    assert tally.requests == []


def test_a_group_of_companies_is_not_connected(home: Path, tally: Running) -> None:
    group = group_of(company(tally), name="Asha Group", number="100090")
    tally.books.open(group)
    everything = connect(home, tally, "--all", "--format", "json")
    assert everything.code == 0, everything.errors
    connected = [one["company"] for one in json.loads(everything.output)["connections"]]
    assert connected == ["Saraswati Trading Company", "Godavari Distributors & Sons"]
    for one in [one for one in tally.books.companies if one is not group]:
        tally.books.close(one)
    assert "(tally.gateway.only_groups_open)" in connect(home, tally, "--all").errors
    doctor = run(home, "doctor", "tally", "--url", tally.url, "--no-odbc")
    assert doctor.code == 5
    assert "no company open" in doctor.output


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        ((), 5, "(company.ambiguous)"),
        (("--company", "Nobody & Sons"), 7, "(company.unknown)"),
        (("--all", "--name", "one"), 2, "one name fits one company"),
        (("--company", "sarasw", "--name", "No Slug"), 8, "(tenant.name_invalid)"),
    ],
)
def test_what_cannot_be_connected_says_why(
    home: Path, tally: Running, arguments: tuple[str, ...], code: int, said: str
) -> None:
    done = connect(home, tally, *arguments)
    assert (done.code, said in done.errors) == (code, True), done.errors
    assert "shop" not in run(home, "connections", "list").output


def test_the_token_is_sealed_in_the_store_and_written_only_when_asked_for(home: Path, tally: Running) -> None:
    written = home / "khata_events.tdl"
    done = connect(home, tally, "--company", "sarasw", "--name", "shop", "--tdl", str(written))
    assert done.code == 0, done.errors
    with hub_of(home) as hub:
        connection = hub.tenant().connections.get("shop")
        token = listener_token(connection, open_vault(hub.settings), "default")
        assert len(token) >= 32
        assert token in written.read_text(encoding="ascii")
        assert stat.S_IMODE(written.stat().st_mode) == 0o600
        assert token not in done.output
        assert token not in json.dumps(dict(connection.config))
    database = next(home.rglob("khata.db")).read_bytes()
    assert token.encode() not in database
    assert token not in run(home, "connections", "list", "--format", "json").output
    assert connect(home, tally, "--company", "sarasw", "--tdl", str(written)).code == 0
    assert token in written.read_text(encoding="ascii")  # connecting again keeps it


def test_the_doctor_says_what_is_the_matter_and_what_to_do(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    well = run(home, "doctor", "tally")
    assert well.code == 0, well.output
    assert "connection shop: ready" in well.output
    assert "ODBC driver" in well.output
    company(tally)
    tally.books.companies.pop(0)
    closed = run(home, "doctor", "tally", "shop", "--no-odbc", "--format", "json")
    assert closed.code == 5
    (finding,) = json.loads(closed.output)["findings"]
    assert (finding["state"], finding["usable"]) == ("company not open", False)
    assert "F3 > Select Company" in finding["remedy"]


def test_the_doctor_knows_a_port_nobody_listens_on(home: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        done = run(home, "doctor", "tally", "--url", url, "--no-odbc")
    assert done.code == 5
    assert f"{url}: not listening" in done.output
    assert "What to do: 1. Start Tally on that computer." in done.output


def test_a_connection_to_files_cannot_be_watched_or_examined(home: Path) -> None:
    (home / "exports").mkdir()
    assert run(home, "connections", "add", "files", str(home / "exports")).code == 0
    for command in (("watch", "files"), ("doctor", "tally", "files")):
        done = run(home, *command)
        assert done.code == 5
        assert "(connection.not_live)" in done.errors
    assert run(home, "watch").code == 2


@contextmanager
def hub_of(home: Path) -> Iterator[Hub]:
    """The hub that the commands above work on."""
    settings = load_settings(environ={"HOME": str(home)})
    with open_hub(settings, clock=lambda: datetime.now(tz=UTC)) as hub:
        yield hub


@contextmanager
def watching(hub: Hub, interval_s: float, names: tuple[str, ...] = ("shop",)) -> Iterator[tuple[Watch, list[Told]]]:
    """A watch in a thread of its own."""
    told: list[Told] = []
    requests = [SyncRequest("default", name, source="tally", reason="watch") for name in names]
    watch = Watch(
        steps=hub_steps(hub),
        requests=requests,
        interval_s=interval_s,
        clock=time.monotonic,
        tell=told.append,
        breath_s=0.1,
    )
    thread = threading.Thread(target=watch.run)
    thread.start()
    try:
        yield watch, told
    finally:
        watch.stop()
        thread.join(60)
        assert not thread.is_alive()


def wait_for(condition: Callable[[], bool], seconds: float = HANGS_S) -> bool:
    ends = time.monotonic() + seconds
    while time.monotonic() < ends:
        if condition():
            return True
        time.sleep(0.05)
    return condition()


def narrations(hub: Hub) -> set[str]:
    books = hub.tenant()
    return {
        voucher.narration
        for one in books.companies.list()
        for voucher in books.records.iter(one.company_id, Voucher, kind="journal")
    }


def test_a_change_is_in_the_store_after_a_poll(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    with hub_of(home) as hub, watching(hub, 0.3) as (_, told):
        assert wait_for(lambda: any(one.event is WatchEvent.SYNCED for one in told), 60), told
        enter_journal(tally, "entered while watched")
        assert wait_for(lambda: "entered while watched" in narrations(hub)), told
    assert all(one.event is WatchEvent.SYNCED for one in told), told


def test_a_call_of_the_tdl_is_answered_at_once_and_leads_to_a_sync(home: Path, tally: Running) -> None:
    """The interval is an hour, so whatever comes in comes by the call."""
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    with hub_of(home) as hub, watching(hub, 3600.0) as (watch, told):
        token = listener_token(hub.tenant().connections.get("shop"), open_vault(hub.settings), "default")
        assert wait_for(lambda: bool(told), 60)
        with listen(0, [Caller(connection="shop", token=token)], watch.call) as listening:
            enter_journal(tally, "saved with the add-on")
            with tally.books.lock:  # Tally answers nobody meanwhile: the call is answered before any sync could end
                assert call(listening.url, f"<KHATAKIND>saved</KHATAKIND><KHATATOKEN>{token}</KHATATOKEN>") == 200
                assert "saved with the add-on" not in narrations(hub)
            assert wait_for(lambda: "saved with the add-on" in narrations(hub)), told
            asked = len(tally.requests)
            assert call(listening.url, "<KHATAKIND>saved</KHATAKIND><KHATATOKEN>forged</KHATATOKEN>") == 403
            time.sleep(0.5)
            assert len(tally.requests) == asked


def test_a_tally_that_calls_without_end_does_not_keep_the_others_from_being_looked_at(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[str] = []

    def poll(steps: Steps, request: SyncRequest) -> RunSummary:
        looks.append(request.connection)
        if request.connection == "noisy":
            calling[0].call("noisy")
        return RunSummary(run_id=0, status=RunStatus.UNCHANGED)

    monkeypatch.setattr("khata.live.watching.poll_connection", poll)
    calling: list[Watch] = []
    with hub_of(home) as hub:
        watch = Watch(
            steps=hub_steps(hub),
            requests=[SyncRequest("default", name, source="tally", reason="watch") for name in ("quiet", "noisy")],
            interval_s=0.2,
            clock=time.monotonic,
            tell=lambda _: None,
            breath_s=0.01,
        )
        calling.append(watch)
        thread = threading.Thread(target=watch.run)
        thread.start()
        try:
            assert wait_for(lambda: looks.count("quiet") >= 3)
        finally:
            watch.stop()
            thread.join(60)
    assert looks.count("noisy") > looks.count("quiet")


def test_a_quiet_tally_costs_one_small_question_a_look(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    with hub_of(home) as hub, watching(hub, 0.2) as (_, told):
        assert wait_for(lambda: bool(told), 60)
        before = len(tally.requests)
        assert wait_for(lambda: len(tally.requests) >= before + 5)
        looks = tally.requests[before : before + 5]
    assert all(look.bytes < 10_000 for look in looks)
    assert len(told) == 1


@pytest.mark.slow
def test_a_tally_that_goes_away_is_said_once_and_comes_back(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    with hub_of(home) as hub, watching(hub, 0.2) as (_, told):
        assert wait_for(lambda: bool(told), 60)
        tally.stop()
        assert wait_for(lambda: any(one.event is WatchEvent.FAILED for one in told))
        time.sleep(1.0)
        failures = [one.error for one in told if one.event is WatchEvent.FAILED]
        codes = [error.code for error in failures if isinstance(error, KhataError)]
        assert codes[-1] == "tally.gateway.not_listening"
        assert codes[:-1] in ([], ["tally.gateway.no_reply"]), "it may have gone in the middle of a question"
        enter_journal(tally, "while nobody listened")
        tally.start()
        assert wait_for(lambda: "while nobody listened" in narrations(hub), 60), told
        assert wait_for(lambda: any(one.event is WatchEvent.RECOVERED for one in told)), told


@pytest.mark.slow
def test_two_companies_of_one_tally_are_watched_by_one_process(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--all").code == 0
    names = ("saraswati-trading-company", "godavari-distributors-sons")
    with hub_of(home) as hub, watching(hub, 0.3, names) as (_, told):
        assert wait_for(lambda: {one.connection for one in told} == set(names), 90), told
    assert all(one.event is WatchEvent.SYNCED for one in told)


@pytest.mark.slow
def test_the_command_watches_until_it_is_asked_to_stop(home: Path, tally: Running) -> None:
    assert connect(home, tally, "--company", "sarasw", "--name", "shop").code == 0
    command = [sys.executable, "-m", "khata", "watch", "shop", "--every", "1", "--listen", "0"]
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "PYTHONPATH", "TMPDIR")}
    process = subprocess.Popen(
        command, env={**kept, "HOME": str(home)}, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout is not None
        assert re.match(r"shop: run \d+ succeeded: .* new .*vouchers 40.*; proof proved", process.stdout.readline())
        enter_journal(tally, "seen by the command")
        assert re.match(r"shop: run \d+ succeeded: .*vouchers 1.*; proof", process.stdout.readline())
        process.send_signal(signal.SIGINT)
        _, errors = process.communicate(timeout=60)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 0, errors
    assert "Stopping after what is running" in errors
    assert errors.rstrip().endswith("Stopped.")
    with hub_of(home) as hub:
        assert "seen by the command" in narrations(hub)
        assert {run.status for run in hub.tenant().runs.list().items} == {"succeeded"}


def test_names_are_made_of_company_names() -> None:
    assert free_name("Asha & Sons (Pvt.) Ltd", []) == "asha-sons-pvt-ltd"
    assert free_name("Asha", ["asha", "asha-2"]) == "asha-3"
    assert free_name("आशा", []) == "tally"


def call(url: str, body: str) -> int:
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(str(parts.hostname), parts.port, timeout=10)
    try:
        connection.request("POST", parts.path, body=body.encode())
        return connection.getresponse().status
    finally:
        connection.close()
