"""Every switch: healthy without it, and with it what integrators measured; and a test that none is forgotten."""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import date
from http.server import ThreadingHTTPServer
from typing import TypeVar

import pytest
import requests

from sandbox.tally.books import EntryDraft, LiveCompany, VoucherDraft
from sandbox.tally.gateway import BalanceRule, Faults, PeriodRule, Running, UnmatchedCompany, serve
from tests.sandbox.tally_gateway.asking import (
    Got,
    ask,
    collection,
    envelope,
    for_company,
    formula,
    fresh_books,
    period,
    value,
)
from tests.sandbox.tally_gateway.test_reports_and_more import ledger_import
from tests.support.samples import sample

COMPANIES = collection("<TYPE>Company</TYPE><FETCH>Name,AltMstId,AltVchId,CurrencyName</FETCH>")
VOUCHERS = "<TYPE>Voucher</TYPE><FETCH>Guid</FETCH>"
JUNE = period("20250601", "20250630")
COVERED: set[str] = set()
Test = TypeVar("Test", bound=Callable[..., None])


def covers(*names: str) -> Callable[[Test], Test]:
    """Note which switches a test is about."""
    COVERED.update(names)
    return lambda test: test


def vouchers(tally: Running, variables: str = JUNE, inside: str = VOUCHERS, more: str = "") -> Got:
    return ask(tally.url, collection(inside, variables=variables, more=more))


def served_days(tally: Running, variables: str = JUNE) -> tuple[str, str]:
    days = sorted(value(one, "DATE") for one in vouchers(tally, variables).objects("VOUCHER"))
    return days[0], days[-1]


@pytest.fixture
def old_books() -> Iterator[Running]:
    """A company that also has a voucher of the year before, and the screen open on the whole of it."""
    with serve(fresh_books()) as running:
        company = running.books.companies[0]
        entries = (EntryDraft(ledger="Cash", paise=100), EntryDraft(ledger="Bank Charges", paise=-100))
        later = VoucherDraft(type_name="Journal", day=date(2026, 8, 15), entries=entries)
        company.edit_vouchers.create(later)
        yield running


@covers("delay_s", "delay_per_object_s")
def test_thinking_takes_its_time(tally: Running) -> None:
    tally.faults.delay_per_object_s = 0.1
    tally.faults.delay_s = 0.1
    began = time.monotonic()
    assert len(ask(tally.url, COMPANIES).objects("COMPANY")) == 2
    assert time.monotonic() - began >= 0.3


@covers("busy_after_disconnect_s")
def test_a_hung_up_client_leaves_a_busy_window(tally: Running) -> None:
    big = collection("<TYPE>Voucher</TYPE><FETCH>*,AllLedgerEntries,AllInventoryEntries</FETCH>")
    tally.faults.busy_after_disconnect_s = 0.6
    with requests.post(
        tally.url,
        data=big.encode("utf-16-le"),
        headers={"Content-Type": "text/xml;charset=utf-16"},
        stream=True,
        timeout=5,
    ) as answer:
        assert answer.raw.read(10)
    began = time.monotonic()
    requests.get(tally.url, timeout=5)
    assert tally.requests[0].note == "client hung up"
    assert time.monotonic() - began >= 0.5


@covers("dialog", "liveness_behind_dialog")
def test_a_modal_window_silences_everything_until_it_is_clicked_away(tally: Running) -> None:
    tally.faults.dialog = "Internal Error"
    with pytest.raises(requests.Timeout):
        requests.get(tally.url, timeout=0.2)
    tally.faults.liveness_behind_dialog = True
    assert "is Running" in requests.get(tally.url, timeout=2).text
    with pytest.raises(requests.Timeout):
        ask(tally.url, COMPANIES, timeout_s=0.2)
    tally.dismiss_dialog()
    assert ask(tally.url, COMPANIES).objects("COMPANY")


@covers("crash")
def test_tally_ends_in_the_middle_of_an_answer(tally: Running) -> None:
    tally.faults.crash = True
    with pytest.raises(requests.RequestException):
        ask(tally.url, COMPANIES)
    deadline = time.monotonic() + 5
    while tally.is_listening and time.monotonic() < deadline:
        time.sleep(0.01)
    with pytest.raises(requests.ConnectionError):
        ask(tally.url, COMPANIES)
    assert tally.requests[-1].note == "crashed"
    tally.faults.crash = False
    tally.restart()
    assert ask(tally.url, COMPANIES).objects("COMPANY")


def test_tally_starts_again_after_it_has_ended_not_meanwhile(tally: Running, monkeypatch: pytest.MonkeyPatch) -> None:
    close, closing = ThreadingHTTPServer.server_close, threading.Event()

    def close_slowly(server: ThreadingHTTPServer) -> None:
        closing.set()
        time.sleep(0.2)
        close(server)

    monkeypatch.setattr(ThreadingHTTPServer, "server_close", close_slowly)
    end = threading.Thread(target=tally.stop)
    end.start()
    assert closing.wait(5)
    tally.restart()
    end.join(5)
    assert not end.is_alive()
    assert ask(tally.url, COMPANIES).objects("COMPANY")


@covers("reset", "empty_reply")
@pytest.mark.parametrize("name", ["reset", "empty_reply"])
def test_a_connection_breaks_without_an_answer(tally: Running, name: str) -> None:
    tally.next_requests({name: True})
    with pytest.raises(requests.ConnectionError):
        ask(tally.url, COMPANIES)
    assert ask(tally.url, COMPANIES).objects("COMPANY")


@covers("http_status")
def test_another_http_status(tally: Running) -> None:
    tally.faults.http_status = 503
    assert ask(tally.url, COMPANIES).status == 503


@covers("truncate_after_bytes")
def test_an_answer_stops_after_some_bytes(tally: Running) -> None:
    whole = vouchers(tally).raw
    tally.faults.truncate_after_bytes = 2000
    assert vouchers(tally).raw == whole[:2000]
    tally.settle()
    assert tally.requests[-1].note == "truncated"


@covers("truncate_after_objects")
def test_an_answer_stops_after_some_objects_though_its_status_said_1(tally: Running) -> None:
    tally.faults.truncate_after_objects = 3
    text = vouchers(tally).text
    assert "<STATUS>1</STATUS>" in text
    assert "</ENVELOPE>" not in text
    assert text.partition("<DATA>")[2].count("</VOUCHER>") == 3


@covers("lose_objects_after", "duplicate_object")
def test_objects_are_lost_or_repeated_in_a_complete_envelope(tally: Running) -> None:
    tally.faults.lose_objects_after = 3
    assert len(vouchers(tally).objects("VOUCHER")) == 3
    tally.faults.lose_objects_after = -1
    tally.faults.duplicate_object = True
    guids = [value(one, "GUID") for one in vouchers(tally).objects("VOUCHER")]
    assert len(guids) == len(set(guids)) + 1


@covers("code_page", "mislabelled_code_page")
def test_bytes_of_the_code_page_under_a_wrong_name(tally: Running) -> None:
    tally.books.companies[0].edit_masters.create("LEDGER", "Café Naïve", PARENT="Sundry Debtors")
    ledgers = collection("<TYPE>Ledger</TYPE>")
    assert "Café Naïve" in ask(tally.url, ledgers, wide=False).text
    tally.faults.mislabelled_code_page = True
    got = ask(tally.url, ledgers, wide=False)
    assert "utf-8" in got.content_type
    assert "Café Naïve".encode("cp1252") in got.raw
    tally.faults.code_page = "ascii"
    assert b"Caf? Na?ve" in ask(tally.url, ledgers, wide=False).raw


@covers("unmirrored", "byte_order_mark")
def test_the_charset_is_not_mirrored_or_begins_with_a_mark(tally: Running) -> None:
    tally.faults.byte_order_mark = True
    assert ask(tally.url, COMPANIES).raw.startswith(b"\xff\xfe<\0")
    tally.faults.unmirrored = True
    assert ask(tally.url, COMPANIES).raw.startswith(b"<ENVELOPE>")


@covers("raw_controls")
def test_reserved_values_with_a_raw_control_character(tally: Running) -> None:
    groups = collection("<TYPE>Group</TYPE><FETCH>Parent,ParentStructure</FETCH>")
    healthy = ask(tally.url, groups).text
    assert "&#4; Primary" in healthy
    assert "\x03" in healthy
    tally.faults.raw_controls = True
    assert "\x04 Primary" in ask(tally.url, groups).text


@covers("bare_ampersand")
def test_ampersands_are_not_escaped(tally: Running) -> None:
    tally.faults.bare_ampersand = True
    assert f'NAME="{tally.books.companies[1].name}"' in ask(tally.url, COMPANIES).text
    assert "&" in tally.books.companies[1].name


@covers("malformed")
def test_a_closing_tag_is_missing(tally: Running) -> None:
    tally.faults.malformed = True
    text = ask(tally.url, COMPANIES).text
    assert len(re.findall(r"<[A-Z]", text)) == len(re.findall("</", text)) + 1


@covers("currency_lost")
def test_currency_symbols_are_stored_as_question_marks(tally: Running) -> None:
    assert "₹" in ask(tally.url, COMPANIES).text
    tally.faults.currency_lost = True
    text = ask(tally.url, COMPANIES).text
    assert "₹" not in text
    assert ">?</CURRENCYNAME>" in text


@covers("unknown_request", "line_error", "status_missing")
def test_refusals_and_a_missing_status(tally: Running) -> None:
    tally.faults.status_missing = True
    assert "<STATUS>" not in ask(tally.url, COMPANIES).text
    tally.faults.line_error = "BRIDGE_SYNTHETIC_APPLICATION_REJECTION"
    captured = sample("tally/bridge_sim_export_status_0.xml").read_text(encoding="utf-8").strip()
    assert re.sub(r"\s*\n\s*", "", ask(tally.url, COMPANIES).text) == captured
    tally.faults.unknown_request = True
    assert ask(tally.url, COMPANIES).text.strip() == "<RESPONSE>Unknown Request, cannot be processed</RESPONSE>"


@covers("empty")
def test_a_proper_answer_with_nothing_in_it(tally: Running) -> None:
    tally.faults.empty = True
    assert vouchers(tally).objects("VOUCHER") == []
    empty = ask(tally.url, envelope("Data", "Bills Payable")).raw.decode("utf-16-le").encode()
    assert empty == sample("tally/bridge_bills_payable_billwise_lab_empty.xml").read_bytes()
    assert len(empty.strip()) == 21


@covers("other_company", "unmatched_company")
def test_the_wrong_company_answers_or_nobody_says_that_there_is_none(tally: Running) -> None:
    first, second = tally.books.companies
    tally.faults.other_company = second.name
    got = ask(tally.url, collection("<TYPE>Ledger</TYPE><FETCH>Guid</FETCH>", variables=for_company(first.name)))
    assert value(got.objects("LEDGER")[0], "GUID").startswith(second.guid)
    tally.faults.other_company = ""
    tally.faults.unmatched_company = UnmatchedCompany.EMPTY
    assert (
        ask(tally.url, envelope("Data", "Trial Balance", variables=for_company("Nobody"))).text.strip()
        == "<ENVELOPE></ENVELOPE>"
    )


@covers("counters_back")
def test_counters_move_backwards_in_collections_and_in_formulae(tally: Running) -> None:
    company = tally.books.companies[0]
    tally.faults.counters_back = 10
    (first, _) = ask(tally.url, COMPANIES).objects("COMPANY")
    assert int(value(first, "ALTVCHID")) == company.alter_voucher_id - 10
    assert int(value(first, "ALTMSTID")) == company.alter_master_id - 10


@covers("period")
@pytest.mark.parametrize(
    ("rule", "asked", "served"),
    [
        (PeriodRule.HONOURED, ("20250605", "20250620"), ("20250605", "20250620")),
        (PeriodRule.IGNORED, ("20250605", "20250620"), ("20250401", "20260815")),
        (PeriodRule.WIDENED, ("20250605", "20250620"), ("20250401", "20260815")),
        (PeriodRule.COLLAPSED, ("20250605", "20250620"), ("20260801", "20260815")),
        (PeriodRule.CURRENT_YEAR, ("20250605", "20250620"), ("20260401", "20260815")),
        (PeriodRule.YEAR_START, ("20250605", "20250620"), ("20250401", "20250620")),
        (PeriodRule.EDUCATIONAL, ("20250601", "20250731"), ("20250601", "20250731")),
        (PeriodRule.EDUCATIONAL, ("20250601", "20250620"), ("20250401", "20260815")),
        (PeriodRule.EDUCATIONAL, ("20250605", "20260831"), ("20260801", "20260815")),
    ],
)
def test_the_period_is_what_the_rule_makes_of_it(
    old_books: Running, rule: PeriodRule, asked: tuple[str, str], served: tuple[str, str]
) -> None:
    old_books.faults.period = rule
    first, last = served_days(old_books, period(*asked))
    company = old_books.books.companies[0]
    days = [f"{row.day:%Y%m%d}" for row in company.vouchers() if served[0] <= f"{row.day:%Y%m%d}" <= served[1]]
    assert (first, last) == (days[0], days[-1])


def test_a_literal_filter_narrows_whatever_the_rule(old_books: Running) -> None:
    days = formula("Days", '$Date >= $$Date:"5-Jun-2025" AND $Date <= $$Date:"20-Jun-2025"')
    for rule in (PeriodRule.WIDENED, PeriodRule.IGNORED, PeriodRule.YEAR_START):
        old_books.faults.period = rule
        got = vouchers(old_books, period("20250605", "20250620"), f"{VOUCHERS}<FILTER>Days</FILTER>", days)
        found = {value(one, "DATE") for one in got.objects("VOUCHER")}
        assert found
        assert all("20250605" <= day <= "20250620" for day in found)


@covers("variable_filter_inert")
def test_a_filter_on_variables_lets_everything_through(old_books: Running) -> None:
    days = formula("Days", "$Date >= ##SVFromDate AND $Date <= ##SVToDate")
    inside = f"{VOUCHERS}<FILTER>Days</FILTER>"
    old_books.faults.period = PeriodRule.WIDENED
    bound = len(vouchers(old_books, JUNE, inside, days).objects("VOUCHER"))
    old_books.faults.variable_filter_inert = True
    assert len(vouchers(old_books, JUNE, inside, days).objects("VOUCHER")) > bound > 0


def test_an_educational_bound_that_was_rejected_empties_a_filter_on_variables(old_books: Running) -> None:
    days = formula("Days", "$Date >= ##SVFromDate AND $Date <= ##SVToDate")
    old_books.faults.educational = True
    got = vouchers(old_books, period("20250601", "20250620"), f"{VOUCHERS}<FILTER>Days</FILTER>", days)
    assert got.objects("VOUCHER") == []


def trial_balance(tally: Running, end: str) -> str:
    return ask(tally.url, envelope("Data", "Trial Balance", variables=period("20250401", end))).text


@covers("statement_end_only_31st")
def test_a_statement_runs_on_unless_it_ends_on_a_31st(tally: Running) -> None:
    november, whole = trial_balance(tally, "20251130"), trial_balance(tally, "20260331")
    assert november != whole
    tally.faults.statement_end_only_31st = True
    assert trial_balance(tally, "20251130") != november
    tally.faults.statement_end_only_31st = False
    december = trial_balance(tally, "20251231")
    tally.faults.statement_end_only_31st = True
    assert trial_balance(tally, "20251231") == december


@covers("day_book_ignores_period")
def test_the_day_book_serves_what_the_screen_shows(tally: Running) -> None:
    june = ask(tally.url, envelope("Data", "Day Book", variables=JUNE)).text
    tally.faults.day_book_ignores_period = True
    whole = ask(tally.url, envelope("Data", "Day Book", variables=JUNE)).text
    assert whole.count("<VOUCHER ") == len(tally.books.companies[0].vouchers()) > june.count("<VOUCHER ")


@covers("register_headers_only")
def test_the_register_has_no_entries(tally: Running) -> None:
    register = envelope("Data", "Voucher Register", variables=JUNE)
    full = ask(tally.url, register).text
    tally.faults.register_headers_only = True
    bare = ask(tally.url, register).text
    assert "<LEDGERNAME>" in full
    assert "<LEDGERNAME>" not in bare
    assert bare.count("<VOUCHER ") == full.count("<VOUCHER ")


@covers("curated_bills_corrupted")
def test_bills_fetched_by_dotted_paths_are_misreported_and_whole_lists_are_right(tally: Running) -> None:
    paths = "AllLedgerEntries.BillAllocations.Name,AllLedgerEntries.BillAllocations.BillType"

    def kinds(fetch: str) -> set[str]:
        got = vouchers(tally, "", f"<TYPE>Voucher</TYPE><FETCH>{fetch}</FETCH>").root
        return {value(bill, "BILLTYPE") for bill in got.iter("BILLALLOCATIONS.LIST") if len(bill)}

    healthy = kinds(paths)
    tally.faults.curated_bills_corrupted = True
    assert kinds(paths) == {"On Account"}
    assert kinds("AllLedgerEntries") == healthy
    assert kinds("AllLedgerEntries.*") == healthy


@covers("dotted_levels")
def test_dotted_paths_reach_only_so_deep(tally: Running) -> None:
    inside = "<TYPE>Voucher</TYPE><FETCH>AllLedgerEntries.LedgerName,AllLedgerEntries.BillAllocations.Name</FETCH>"
    tally.faults.dotted_levels = 1
    root = vouchers(tally, "", inside).root
    assert any(value(one, "LEDGERNAME") for one in root.iter("ALLLEDGERENTRIES.LIST"))
    assert not any(len(one) for one in root.iter("BILLALLOCATIONS.LIST"))


@covers("closing_balance")
def test_closing_balances_are_of_the_whole_book_or_empty(tally: Running) -> None:
    def cash(end: str) -> str:
        asked = collection("<TYPE>Ledger</TYPE><FETCH>ClosingBalance</FETCH>", variables=period("20250401", end))
        return next(
            value(one, "CLOSINGBALANCE") for one in ask(tally.url, asked).objects("LEDGER") if one.get("NAME") == "Cash"
        )

    assert cash("20250630") != cash("20260331")
    tally.faults.closing_balance = BalanceRule.CONSTANT
    assert cash("20250630") == cash("20260331") != ""
    tally.faults.closing_balance = BalanceRule.EMPTY
    assert cash("20250630") == ""


def voucher_import(company: LiveCompany, day: str) -> str:
    entries = "".join(
        f"<ALLLEDGERENTRIES.LIST><LEDGERNAME>{name}</LEDGERNAME><ISDEEMEDPOSITIVE>{sign}</ISDEEMEDPOSITIVE>"
        f"<AMOUNT>{amount}</AMOUNT></ALLLEDGERENTRIES.LIST>"
        for name, sign, amount in (("Bank Charges", "Yes", "-5.00"), ("Cash", "No", "5.00"))
    )
    return (
        "<ENVELOPE><HEADER><VERSION>1</VERSION><TALLYREQUEST>Import</TALLYREQUEST><TYPE>Data</TYPE><ID>Vouchers</ID>"
        f"</HEADER><BODY><DESC><STATICVARIABLES>{for_company(company.name)}</STATICVARIABLES></DESC><DATA><TALLYMESSAGE>"
        f'<VOUCHER VCHTYPE="Journal" ACTION="Create"><DATE>{day}</DATE><VOUCHERTYPENAME>Journal</VOUCHERTYPENAME>'
        f"{entries}</VOUCHER></TALLYMESSAGE></DATA></BODY></ENVELOPE>"
    )


@covers("educational")
def test_an_educational_licence_takes_vouchers_only_on_few_days(tally: Running) -> None:
    company = tally.books.companies[0]
    tally.faults.educational = True
    refused = ask(tally.url, voucher_import(company, "20250715")).text
    assert "<EXCEPTIONS>1<" in refused or "<ERRORS>1<" in refused
    assert "Voucher date is missing for:" in refused
    assert "<CREATED>1<" in ask(tally.url, voucher_import(company, "20250702")).text
    tally.faults.educational = False
    assert "<CREATED>1<" in ask(tally.url, voucher_import(company, "20250715")).text


@covers("import_nothing")
def test_an_import_says_status_1_and_does_nothing(tally: Running) -> None:
    tally.faults.import_nothing = True
    root = ask(tally.url, ledger_import("A Stores")).root
    assert value(root, "HEADER/STATUS") == "1"
    assert root.find(".//CREATED") is None
    assert tally.books.companies[0].find_object("Ledger", "A Stores") is None


@covers("import_exception", "import_line_error", "import_answer_lost")
def test_imports_fail_silently_loudly_or_without_an_answer(tally: Running) -> None:
    company = tally.books.companies[0]
    tally.faults.import_exception = True
    silent = ask(tally.url, ledger_import("A Stores")).text
    assert "LINEERROR" not in silent
    assert "<ERRORS>0</ERRORS>" in silent
    assert "<EXCEPTIONS>1</EXCEPTIONS>" in silent
    tally.faults.import_line_error = "REDACTED_LIVE_LINEERROR"
    captured = sample("tally/bridge_live_education_w7_baddate_sanitized.xml").read_text(encoding="utf-8")
    assert ask(tally.url, ledger_import("A Stores")).text.strip() == captured.strip()
    assert company.find_object("Ledger", "A Stores") is None
    tally.faults = Faults(import_answer_lost=True)
    with pytest.raises(requests.ConnectionError):
        ask(tally.url, ledger_import("A Stores"))
    assert company.find_object("Ledger", "A Stores") is not None


@covers("json", "legacy_refused", "script")
def test_a_script_turns_switches_for_single_requests(tally: Running) -> None:
    tally.faults.script = {2: {"unknown_request": True}, 3: {"empty": True}}
    kinds = [ask(tally.url, COMPANIES).text.count("<COMPANY ") for _ in range(4)]
    assert kinds == [2, 0, 0, 2]


def test_every_switch_has_a_test() -> None:
    assert {one.name for one in fields(Faults)} == COVERED


def test_switches_turn_by_name() -> None:
    faults = Faults()
    for name, written in (
        ("delay-s", "1.5"),
        ("crash", ""),
        ("period", "current-year"),
        ("lose-objects-after", "4"),
        ("line-error", "No!"),
    ):
        faults.turn(name, written)
    assert (faults.delay_s, faults.crash, faults.period, faults.lose_objects_after) == (
        1.5,
        True,
        PeriodRule.CURRENT_YEAR,
        4,
    )
    assert faults.line_error == "No!"
    for name, written in (("no-such", ""), ("script", ""), ("period", "never"), ("delay-s", "soon")):
        with pytest.raises(ValueError, match=r"fault|valid|convert"):
            faults.turn(name, written)


def test_the_books_may_be_edited_between_requests_by_who_watches() -> None:
    books = fresh_books()
    company = books.companies[0]

    def edit(number: int, _: str) -> None:
        if number == 2:
            company.edit_vouchers.save_unchanged(company.vouchers()[0].master_id)

    with serve(books, watch=edit) as tally:
        seen = [value(ask(tally.url, COMPANIES).objects("COMPANY")[0], "ALTVCHID") for _ in range(3)]
    assert int(seen[1]) == int(seen[2]) == int(seen[0]) + 1
