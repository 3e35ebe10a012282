"""The client on the wire: every way an exchange can end is its own state, and Tally never works on for nobody."""

from __future__ import annotations

import codecs
import os
import subprocess
import sys
from pathlib import Path
from time import monotonic, sleep

import pytest

from canonical.errors import InvariantError, KhataError, Recovery, SourceRejected, SourceUnavailable
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import list_companies
from connectors.tally.gateway.endpoint import Endpoint
from connectors.tally.gateway.requests import collection
from tests.connectors.tally_gateway.scripted import (
    Thinker,
    companies,
    drip,
    endless,
    hang_up,
    playing,
    say,
    say_nothing_for,
)

LEDGERS = collection(ObjectType.LEDGER, company="Asha Traders", fetch=("Name", "Parent"))


def test_what_goes_over_the_wire(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally:
        list_companies(tally.client(tmp_path))
    heard = tally.heard[0]
    assert heard.headers["content-type"] == "text/xml;charset=utf-16"
    assert heard.headers["connection"] == "close"
    assert int(heard.headers["content-length"]) == len(heard.body)
    assert heard.body.startswith(codecs.BOM_UTF16_LE + "<ENVELOPE>".encode("utf-16-le"))


def test_companies_are_listed(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders", "Deepa & Sons".replace("&", "&amp;")))) as tally:
        found = list_companies(tally.client(tmp_path))
    assert [item.name for item in found] == ["Asha Traders", "Deepa & Sons"]
    assert found[0].alter_master_id == 7
    assert found[0].alter_voucher_id == 0


def test_the_answer_is_gone_from_the_disk_when_closed(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally, tally.client(tmp_path).send(LEDGERS):
        pass
    assert [path.name for path in tmp_path.iterdir()] == [f"tally-localhost-{tally.port}.lock"]


def test_nothing_listens(tmp_path: Path) -> None:
    with playing(hang_up) as tally:
        endpoint = tally.endpoint()
    client = GatewayClient(endpoint, work_directory=tmp_path, clock=monotonic, sleep=sleep)
    with pytest.raises(SourceUnavailable) as caught:
        client.send(LEDGERS)
    assert caught.value.code == "tally.gateway.not_listening"
    assert "Start Tally" in caught.value.message


def test_an_expired_request_is_drained_before_anything_else_is_asked(tmp_path: Path) -> None:
    with playing(say_nothing_for(0.6), say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable) as caught:
            client.send(LEDGERS)
        assert caught.value.code == "tally.gateway.busy"
        assert "KhataDrain" in tally.heard[1].text
        assert client.troubles == 1
        assert client.in_flight() == ""
        assert list_companies(client)


def test_the_same_request_is_never_sent_again_after_it_expired(tmp_path: Path) -> None:
    with playing(say_nothing_for(0.5), say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable):
            client.send(LEDGERS)
        before = len(tally.heard)
        with pytest.raises(InvariantError, match="sent again unchanged"):
            client.send(LEDGERS)
        assert len(tally.heard) == before


def test_silence_even_to_the_smallest_question_means_a_message_box(tmp_path: Path) -> None:
    with playing(say_nothing_for(30)) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceRejected) as caught:
            client.send(LEDGERS)
        assert caught.value.code == "tally.gateway.dialog_suspected"
        assert "Look at the Tally window" in caught.value.message
        assert client.in_flight() == LEDGERS.name, "the next process must know that Tally may still be at it"
        heard = len(tally.heard)
        with pytest.raises(SourceRejected):
            list_companies(client)
        assert len(tally.heard) == heard, "a stuck Tally is not asked again"


def test_an_answer_that_drips_expires_as_a_whole(tmp_path: Path) -> None:
    """No single read ever expires: if only reads were watched, the answer would come in full."""
    acts = (drip(companies("Asha Traders").encode(), 0.02), say(companies("Asha Traders")))
    with playing(*acts) as tally, pytest.raises(SourceUnavailable) as caught:
        tally.client(tmp_path).send(LEDGERS)
    assert caught.value.code == "tally.gateway.busy"


def test_an_endless_answer_is_cut_and_drained(tmp_path: Path) -> None:
    with playing(endless, say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path, bytes_max=1 << 20, answer_timeout_s=20.0)
        with pytest.raises(SourceUnavailable) as caught:
            client.send(LEDGERS)
        assert caught.value.code == "tally.gateway.too_large"
        assert "KhataDrain" in tally.heard[1].text


CUT = companies("Asha Traders")


@pytest.mark.parametrize(
    ("act", "code"),
    [
        (hang_up, "no_reply"),
        (say(b""), "empty"),
        (say(CUT[: len(CUT) // 2]), "truncated"),
        (say(CUT[:-1]), "truncated"),
        (say(CUT, length=2 * len(CUT) + 100), "truncated"),
        (say(b"upstream down", status="502 Bad Gateway"), "http_status"),
        (say(b"<!DOCTYPE html><html><body>It works!</body></html>"), "not_tally"),
        (say(b"SSH-2.0-OpenSSH"), "not_tally"),
        (say("<RESPONSE>Unknown Request, cannot be processed</RESPONSE>"), "refused"),
        (say("<RESPONSE><LINEERROR>Could not find Report 'Outstandings'!</LINEERROR></RESPONSE>"), "report_unknown"),
        (
            say(
                "<ENVELOPE><HEADER><VERSION>1</VERSION><STATUS>0</STATUS></HEADER><BODY><DATA><LINEERROR>Could not set "
                "&apos;SVCurrentCompany&apos; to &apos;Asha Traders&apos;</LINEERROR></DATA></BODY></ENVELOPE>"
            ),
            "company_not_loaded",
        ),
        (say("<RESPONSE>TallyPrime Server is Running</RESPONSE>"), "malformed"),
        (say("<RESPONSE><CREATED>1</CREATED><ERRORS>0</ERRORS></RESPONSE>"), "malformed"),
    ],
)
def test_each_bad_end_has_its_own_state(tmp_path: Path, act: object, code: str) -> None:
    with playing(act) as tally, pytest.raises(KhataError) as caught:  # type: ignore[arg-type]
        tally.client(tmp_path).send(LEDGERS)
    assert caught.value.code == f"tally.gateway.{code}"
    assert caught.value.recovery in Recovery


def test_a_truncated_answer_is_not_asked_for_again_unchanged(tmp_path: Path) -> None:
    with playing(say(CUT[:300])) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable):
            client.send(LEDGERS)
        with pytest.raises(InvariantError):
            client.send(LEDGERS)


def test_a_run_with_too_many_troubles_ends(tmp_path: Path) -> None:
    with playing(say(CUT[:300])) as tally:
        client = tally.client(tmp_path, troubles_max=2)
        for kind in (ObjectType.LEDGER, ObjectType.GROUP):
            with pytest.raises(SourceUnavailable):
                client.send(collection(kind, company="Asha Traders", fetch=("Name",)))
        with pytest.raises(SourceUnavailable) as caught:
            client.send(collection(ObjectType.UNIT, company="Asha Traders", fetch=("Name",)))
    assert caught.value.code == "tally.gateway.budget_spent"


def test_a_tally_that_hangs_up_again_and_again_is_not_asked_for_ever(tmp_path: Path) -> None:
    with playing(hang_up) as tally:
        client = tally.client(tmp_path, troubles_max=3)
        for code in ("no_reply", "no_reply", "no_reply", "budget_spent"):
            with pytest.raises(SourceUnavailable) as caught:
                list_companies(client)
            assert caught.value.code == f"tally.gateway.{code}"
        assert len(tally.heard) == 3


def test_no_company_open_is_not_an_empty_success(tmp_path: Path) -> None:
    with playing(say(companies())) as tally, pytest.raises(SourceRejected) as caught:
        list_companies(tally.client(tmp_path))
    assert caught.value.code == "tally.gateway.no_company_open"


HOLDER = """
import sys, time
from pathlib import Path
from connectors.tally.gateway.lock import EndpointLock
lock = EndpointLock(Path(sys.argv[1]), sys.argv[2])
assert lock.acquire(0, time.monotonic, time.sleep)
lock.mark("KhataVouchers")
print("held", flush=True)
sys.stdin.read()
"""


def test_another_process_holds_the_turn_and_what_it_left_in_flight_is_drained(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        holder = subprocess.Popen(
            [sys.executable, "-c", HOLDER, str(tmp_path), client.endpoint.key],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=Path(__file__).parents[3],
        )
        with holder:
            assert holder.stdout is not None
            assert holder.stdout.readline() == b"held\n"
            with pytest.raises(SourceUnavailable) as caught:
                client.send(LEDGERS)
            assert caught.value.code == "tally.gateway.locked"
            assert "KhataVouchers" in caught.value.message
            assert tally.heard == []
            holder.kill()
        list_companies(client)
        assert ["KhataDrain" in item.text for item in tally.heard] == [True, False]


def child(tmp_path: Path, port: int, *arguments: str) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-c", ASKER, str(tmp_path), str(port), *arguments],
        stdout=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
    )


ASKER = """
import sys, time
from pathlib import Path
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import list_companies
from connectors.tally.gateway.endpoint import Endpoint
endpoint = Endpoint(host="127.0.0.1", port=int(sys.argv[2]), pause_s=0.0, lock_wait_s=30.0)
client = GatewayClient(endpoint, work_directory=Path(sys.argv[1]), clock=time.monotonic, sleep=time.sleep)
for _ in range(int(sys.argv[3])):
    list_companies(client)
"""


def test_processes_wait_for_each_other(tmp_path: Path) -> None:
    thinker = Thinker(0.02, companies("Asha Traders"))
    with playing(thinker.act) as tally:
        askers = [child(tmp_path, tally.port, "5") for _ in range(4)]
        assert [asker.wait(60) for asker in askers] == [0, 0, 0, 0]
        for asker in askers:
            asker.communicate()
    assert len(tally.heard) == 20
    assert thinker.in_hand_max == 1


def test_processes_of_different_work_directories_wait_for_each_other_too(tmp_path: Path) -> None:
    """``tap-tally`` run by itself has another work directory than the hub, and Tally has still one thread."""
    thinker = Thinker(0.05, companies("Asha Traders"))
    with playing(thinker.act) as tally:
        askers = [child(tmp_path / str(number), tally.port, "5") for number in range(3)]
        assert [asker.wait(60) for asker in askers] == [0, 0, 0]
        for asker in askers:
            asker.communicate()
    assert len(tally.heard) == 15
    assert thinker.in_hand_max == 1


def test_tally_is_waited_for_when_the_process_it_works_for_was_killed(tmp_path: Path) -> None:
    with playing(say_nothing_for(20), say(companies("Asha Traders"))) as tally:
        with child(tmp_path, tally.port, "1") as asker:
            deadline = monotonic() + 20
            while not tally.heard and monotonic() < deadline:
                sleep(0.02)
            asker.kill()
        list_companies(tally.client(tmp_path))
        assert ["KhataDrain" in item.text for item in tally.heard] == [False, True, False]


def test_who_finds_tally_stuck_says_only_what_he_has_waited_himself(tmp_path: Path) -> None:
    with playing(say_nothing_for(20), say_nothing_for(20)) as tally:
        with child(tmp_path, tally.port, "1") as asker:
            deadline = monotonic() + 20
            while not tally.heard and monotonic() < deadline:
                sleep(0.02)
            asker.kill()
        client = tally.client(tmp_path, answer_timeout_s=400.0, drain_min_s=1.0, drain_max_s=1.0)
        with pytest.raises(SourceRejected, match="answered nothing for 1 s"):
            list_companies(client)


def test_a_small_question_may_be_put_again_and_a_new_run_starts_afresh(tmp_path: Path) -> None:
    with playing(say_nothing_for(0.6), say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable):
            list_companies(client)
        assert list_companies(client)
    with playing(say_nothing_for(0.6), say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable):
            client.send(LEDGERS)
        client.begin_run()
        client.send(LEDGERS).close()


def test_a_turn_kept_over_several_questions_is_not_taken_twice(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally:
        client, other = tally.client(tmp_path), tally.client(tmp_path)
        with client.exclusive():
            list_companies(client)
            with pytest.raises(SourceUnavailable):
                list_companies(other)
        assert list_companies(other)


def test_two_tallys_do_not_wait_for_each_other(tmp_path: Path) -> None:
    with (
        playing(say(companies("Asha Traders"))) as one,
        playing(say(companies("Deepa Stores"))) as other,
        one.client(tmp_path).exclusive(),
    ):
        assert list_companies(other.client(tmp_path))[0].name == "Deepa Stores"


def test_a_tally_that_ends_while_it_is_waited_for_is_not_listening(tmp_path: Path) -> None:
    with playing(say_nothing_for(0.6), hang_up, say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        with pytest.raises(SourceUnavailable) as caught:
            client.send(LEDGERS)
        assert caught.value.code == "tally.gateway.busy"
        assert client.in_flight() == "", "a line that was closed is free"
    with pytest.raises(SourceUnavailable) as caught:
        client.drain(0.1, "x")
    assert caught.value.code == "tally.gateway.not_listening"


def test_an_address_is_one_key_however_it_is_spelled() -> None:
    assert Endpoint(host="127.0.0.1").key == Endpoint(host="LOCALHOST").key == "localhost-9000"


def test_a_meeting_place_taken_by_somebody_else_keeps_nobody_from_asking(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = tmp_path / f"khata-turns-{os.getuid()}"
    taken.write_text("not a folder", encoding="utf-8")
    monkeypatch.setattr("connectors.tally.gateway.lock.gettempdir", lambda: str(tmp_path))
    with playing(say(companies("Asha Traders"))) as tally:
        assert [item.name for item in list_companies(tally.client(tmp_path / "work"))] == ["Asha Traders"]
    assert taken.read_text(encoding="utf-8") == "not a folder"
