"""Bytes and families of requests: charset, refusals, one request at a time, as measured on real installations."""

from __future__ import annotations

import re
import socket
import threading
import time
from contextlib import suppress

import pytest
import requests

from sandbox.tally.gateway import Faults, Running, serve
from tests.sandbox.tally_gateway.asking import WIDE, ask, collection, envelope, for_company, fresh_books, period, value
from tests.support.samples import sample

COMPANIES = collection("<TYPE>Company</TYPE><FETCH>Name,Guid,AltVchId</FETCH>")
UNKNOWN = "<RESPONSE>Unknown Request, cannot be processed</RESPONSE>"
DEVANAGARI = "नमस्ते ट्रेडर्स"


def test_liveness_is_answered_to_get_and_to_an_empty_post(tally: Running) -> None:
    for answer in (
        requests.get(tally.url, timeout=5),
        requests.get(f"{tally.url}/status", timeout=5),
        requests.post(tally.url, data=b"", timeout=5),
    ):
        assert answer.text.strip() == "<RESPONSE>TallyPrime Server is Running</RESPONSE>"


@pytest.mark.parametrize("length", ["many", "-1", "1e3", ""])
def test_a_length_that_is_no_number_is_a_client_s_mistake_not_ours(tally: Running, length: str) -> None:
    with socket.create_connection(("127.0.0.1", tally.port), timeout=30) as line:
        line.sendall(f"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n".encode())
        assert b"TallyPrime Server is Running" in line.makefile("rb").read()
    assert tally.mistakes == []


@pytest.mark.parametrize("said", [b"", b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n<ENVEL"])
def test_a_program_that_ends_leaves_no_client_waiting(said: bytes) -> None:
    """Also one that has not said all it has to say."""
    with serve(fresh_books()) as running, socket.create_connection(("127.0.0.1", running.port), timeout=30) as line:
        line.sendall(said)
        requests.get(running.url, timeout=30)  # by then the connection before has been accepted
        running.stop()
        with suppress(ConnectionResetError):
            assert line.recv(1) == b""


def test_a_wide_request_gets_a_wide_answer_without_mark_and_without_loss(tally: Running) -> None:
    company = tally.books.companies[0]
    company.edit_masters.create("LEDGER", DEVANAGARI, PARENT="Sundry Debtors")
    ledgers = collection("<TYPE>Ledger</TYPE><FETCH>Guid</FETCH>")
    wide = ask(tally.url, ledgers)
    marked = requests.post(
        tally.url, data=b"\xff\xfe" + ledgers.encode("utf-16-le"), headers={"Content-Type": WIDE}, timeout=5
    )
    assert not wide.raw.startswith(b"\xff\xfe")
    assert DEVANAGARI in wide.text
    assert marked.content == wide.raw
    narrow = ask(tally.url, ledgers, wide=False)
    assert DEVANAGARI not in narrow.text
    assert f'NAME="{"?" * 6} {"?" * 8}"' in narrow.text


def test_the_lost_characters_of_a_capture_are_the_ones_lost_here(tally: Running) -> None:
    wide = sample("tally/bridge_encoding_led-utf16.bin").read_bytes().decode("utf-16-le")
    narrow = sample("tally/bridge_encoding_led-ascii.bin").read_bytes().decode("ascii")
    from sandbox.tally.gateway.wire import answer_charset

    charset = answer_charset(wide=False, faults=Faults())
    assert charset.encode(wide).decode("utf-8") == narrow


def test_wide_bytes_without_the_charset_are_not_understood(tally: Running) -> None:
    got = ask(tally.url, COMPANIES, kind="text/xml")
    assert got.text.strip() == UNKNOWN
    assert tally.requests[-1].kind == "unknown"


@pytest.mark.parametrize(
    "text",
    [
        "<ENVELOPE><HEADER>",
        "<NOTHING/>",
        "<ENVELOPE><BODY/></ENVELOPE>",
        "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Guess</TALLYREQUEST></HEADER></ENVELOPE>",
        "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Export Data</TALLYREQUEST></HEADER></ENVELOPE>",
        "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Import Data</TALLYREQUEST></HEADER></ENVELOPE>",
        "<ENVELOPE><HEADER><TALLYREQUEST>Export</TALLYREQUEST><TYPE>Collection</TYPE></HEADER></ENVELOPE>",
    ],
)
def test_what_tally_cannot_place_is_an_unknown_request(tally: Running, text: str) -> None:
    assert ask(tally.url, text).text.strip() == UNKNOWN


def test_the_legacy_envelope_works_without_version_unless_it_is_refused(tally: Running) -> None:
    legacy = (
        "<ENVELOPE><HEADER><TALLYREQUEST>Export Data</TALLYREQUEST></HEADER><BODY><EXPORTDATA><REQUESTDESC>"
        "<REPORTNAME>Trial Balance</REPORTNAME></REQUESTDESC></EXPORTDATA></BODY></ENVELOPE>"
    )
    assert ask(tally.url, legacy).root.find("DSPACCNAME") is not None
    tally.faults.legacy_refused = True
    assert ask(tally.url, legacy).text.strip() == UNKNOWN


def test_lines_end_as_tally_ends_them_and_nothing_declares_xml(tally: Running) -> None:
    text = ask(tally.url, COMPANIES).text
    assert text.startswith("<ENVELOPE>\r\n <HEADER>\r\n  <VERSION>1</VERSION>\r\n  <STATUS>1</STATUS>\r\n")
    assert text.endswith("</ENVELOPE>\r\n")
    assert "\n" not in text.replace("\r\n", "")


def test_an_empty_collection_is_the_captured_bytes(tally: Running) -> None:
    captured = sample("tally/bridge_empty_voucher_window_wr2.utf16le.xml").read_bytes().decode("utf-16-le")
    asked = collection("<TYPE>Voucher</TYPE><FETCH>Guid</FETCH>", variables=period("20200101", "20200131"))
    ours = ask(tally.url, asked).text
    assert ours == re.sub(r"<([A-Z]+)>\d+</\1>(?=.*</CMPINFO>)", r"<\1>0</\1>", captured, flags=re.DOTALL).replace(
        "<VERSION>0<", "<VERSION>1<"
    ).replace("<STATUS>0<", "<STATUS>1<")


def test_a_company_list_has_the_captured_shape(tally: Running) -> None:
    captured = sample("tally/bridge_company_collection_live.xml").read_text(encoding="utf-8")
    ours = ask(tally.url, collection("<TYPE>Company</TYPE><FETCH>Name,Guid</FETCH>")).text.replace("\r\n", "\n")
    head = captured[: captured.index("    <COMPANY NAME=")]
    assert ours.startswith(head)
    first = captured[len(head) :].split("    </COMPANY>\n")[0]
    company = tally.books.companies[0]
    renamed = first.replace("Aarav Trading Company Demo", company.name)
    assert renamed.replace("bb8ad19e-6aef-4239-a917-87fec0c6215e", company.guid) in ours


@pytest.mark.parametrize("spelling", ["{}", " {} ", "  {}"])
def test_a_company_is_matched_without_case_and_outer_blanks(tally: Running, spelling: str) -> None:
    second = tally.books.companies[1]
    named = for_company(spelling.format(second.name.upper()))
    got = ask(tally.url, collection("<TYPE>Ledger</TYPE><FETCH>Guid</FETCH>", variables=named))
    assert value(got.objects("LEDGER")[0], "GUID").startswith(second.guid)


def test_without_a_company_the_active_one_answers(tally: Running) -> None:
    tally.books.current = tally.books.companies[1]
    got = ask(tally.url, collection("<TYPE>Group</TYPE><FETCH>Guid</FETCH>"))
    assert value(got.objects("GROUP")[0], "GUID").startswith(tally.books.companies[1].guid)


def test_a_company_that_is_not_loaded_empties_collections_and_fails_reports(tally: Running) -> None:
    nobody = for_company("Nobody & Sons")
    assert ask(tally.url, collection("<TYPE>Ledger</TYPE>", variables=nobody)).objects("LEDGER") == []
    assert len(ask(tally.url, collection("<TYPE>Company</TYPE>", variables=nobody)).objects("COMPANY")) == 2
    report = ask(tally.url, envelope("Data", "Bills Receivable", variables=nobody))
    captured = sample("tally/bridge_bills_receivable_unloaded_company_failure.xml").read_text(encoding="utf-8")
    ours = report.text.replace("\r\n", "\n").replace("Nobody &amp; Sons", "Bridge Ageing Lab")
    assert ours == captured


def test_requests_are_answered_one_after_another() -> None:
    with serve(fresh_books(), Faults(delay_s=0.3)) as tally:
        began = time.monotonic()
        asked = [threading.Thread(target=ask, args=(tally.url, COMPANIES)) for _ in range(3)]
        for one in asked:
            one.start()
        for one in asked:
            one.join()
        assert time.monotonic() - began >= 0.9


def test_a_client_that_gives_up_leaves_tally_busy() -> None:
    """The work goes on: the next request waits for it, the liveness check too."""
    with serve(fresh_books(), Faults(script={1: {"delay_s": 0.8}})) as tally:
        began = time.monotonic()
        with pytest.raises(requests.Timeout):
            ask(tally.url, COMPANIES, timeout_s=0.2)
        requests.get(tally.url, timeout=5)
        assert time.monotonic() - began >= 0.7
        assert [one.kind for one in tally.requests] == ["collection", "liveness"]


def test_the_log_says_what_was_served(tally: Running) -> None:
    got = ask(tally.url, COMPANIES)
    tally.settle()
    (entry,) = tally.requests
    assert (entry.number, entry.kind, entry.name, entry.objects) == (1, "collection", "X", 2)
    assert entry.bytes == len(got.raw)
    assert entry.request_bytes == len(COMPANIES.encode("utf-16-le"))


def test_the_server_stops_and_starts_on_the_same_port(tally: Running) -> None:
    tally.stop()
    with pytest.raises(requests.ConnectionError):
        ask(tally.url, COMPANIES)
    tally.start()
    assert len(ask(tally.url, COMPANIES).objects("COMPANY")) == 2
