"""Answers: their shape is known before they are read, they are read like files, and memory does not grow with them."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import SourceMalformed, SourceRejected
from connectors.tally.gateway.companies import Edition, read_company
from connectors.tally.gateway.requests import Expected
from connectors.tally.gateway.shape import Problem, Shape
from connectors.tally.tree import text_of
from tests.connectors.tally_gateway.answers import answer_of
from tests.connectors.tally_gateway.scripted import companies
from tests.support.samples import sample

HEAD = "<ENVELOPE><HEADER><VERSION>1</VERSION><STATUS>1</STATUS></HEADER><BODY>"
COUNTERS = "<DESC><CMPINFO><LEDGER>3</LEDGER><VOUCHER>9</VOUCHER></CMPINFO></DESC>"
TAIL = "</BODY></ENVELOPE>"


@pytest.mark.parametrize(
    ("name", "expects", "shape", "is_empty"),
    [
        ("bridge_company_collection_live.xml", Expected.COLLECTION, Shape.COLLECTION, False),
        ("bridge_empty_voucher_window_wr2.utf16le.xml", Expected.COLLECTION, Shape.COLLECTION, True),
        ("mbng_stock-items-empty.xml", Expected.COLLECTION, Shape.COLLECTION, True),
        ("mbng_voucher-register-empty.xml", Expected.REPORT, Shape.EXPORT, True),
        ("mbng_day-book.xml", Expected.REPORT, None, False),
        ("bridge_bills_receivable_aarav.xml", Expected.REPORT, Shape.REPORT, False),
        ("bridge_bills_payable_billwise_lab_empty.xml", Expected.REPORT, Shape.REPORT, True),
        ("bridge_encoding_led-utf16.bin", Expected.COLLECTION, Shape.COLLECTION, False),
        ("bridge_encoding_led-ascii.bin", Expected.COLLECTION, Shape.COLLECTION, False),
        ("bridge_group_snapshot_wr2.xml", Expected.COLLECTION, Shape.COLLECTION, False),
        ("bridge_unit_a_vouchers_wildcard_live.xml", Expected.COLLECTION, Shape.COLLECTION, False),
        ("bridge_live_education_w1_ledger_sanitized.xml", Expected.IMPORT, Shape.IMPORT, False),
        ("bridge_jsonex_ledger_collection_sanitized.json", Expected.JSON, Shape.JSON, False),
        ("mbng_trial-balance.xml", Expected.REPORT, Shape.REPORT, False),
    ],
)
def test_captured_answers(name: str, expects: Expected, shape: Shape | None, is_empty: bool) -> None:
    answer = answer_of(sample(f"tally/{name}").read_bytes(), expects=expects)
    if shape is not None:
        assert (answer.shape, answer.is_empty) == (shape, is_empty), answer.judged
    else:
        assert answer.judged.problem is None


@pytest.mark.parametrize(
    ("name", "problem", "said"),
    [
        ("bridge_bills_receivable_unloaded_company_failure.xml", Problem.COMPLAINT, "SVCurrentCompany"),
        ("bridge_sim_export_status_0.xml", Problem.COMPLAINT, "REJECTION"),
        ("bridge_sim_export_status_missing.xml", Problem.UNEXPECTED, "STATUS"),
        ("bridge_sim_truncated.xml", Problem.TRUNCATED, ""),
    ],
)
def test_captured_problems(name: str, problem: Problem, said: str) -> None:
    judged = answer_of(sample(f"tally/{name}").read_bytes()).judged
    assert judged.problem is problem
    assert said in judged.said


@pytest.mark.parametrize(
    ("text", "expects", "expected"),
    [
        (
            f"{HEAD}{COUNTERS}<DATA><COLLECTION>   </COLLECTION></DATA>{TAIL}",
            Expected.COLLECTION,
            (Shape.COLLECTION, True),
        ),
        (f"{HEAD}{COUNTERS}<DATA><COLLECTION/></DATA>{TAIL}", Expected.COLLECTION, (Shape.COLLECTION, True)),
        (f"{HEAD}{COUNTERS}{TAIL}", Expected.COLLECTION, (Shape.COLLECTION, True)),
        (
            f'{HEAD}<DATA><RESULT TYPE="Date" JD="45747">1-Apr-25</RESULT></DATA>{TAIL}',
            Expected.FUNCTION,
            (Shape.FUNCTION, False),
        ),
        ("<ENVELOPE></ENVELOPE>\r\n", Expected.REPORT, (Shape.REPORT, True)),
        ("<ENVELOPE/>", Expected.REPORT, (Shape.REPORT, True)),
        (
            f"{HEAD}<DATA><IMPORTRESULT><CREATED>0</CREATED><LINEERROR>x</LINEERROR></IMPORTRESULT></DATA>{TAIL}",
            Expected.IMPORT,
            (Shape.IMPORT, False),
        ),
    ],
)
def test_shapes(text: str, expects: Expected, expected: tuple[Shape, bool]) -> None:
    for data in (text.encode(), text.encode("utf-16-le"), b"\xff\xfe" + text.encode("utf-16-le")):
        answer = answer_of(data, expects=expects)
        assert (answer.shape, answer.is_empty) == expected, answer.judged


def test_a_function_that_failed_is_a_complaint() -> None:
    said = "<ERRORMSG>Could not find: $$X</ERRORMSG><ERRORMSG>Function Execution Failed!</ERRORMSG>"
    text = f"{HEAD}<DATA>{said}</DATA>{TAIL}"
    assert answer_of(text.encode(), expects=Expected.FUNCTION).judged.problem is Problem.COMPLAINT


@given(st.integers(1, len(companies("Asha Traders", "Deepa Stores")) - 1), st.sampled_from(["utf-8", "utf-16-le"]))
def test_a_cut_anywhere_is_seen(cut: int, encoding: str) -> None:
    data = companies("Asha Traders", "Deepa Stores").encode(encoding)
    cut = cut if encoding == "utf-8" else 2 * cut
    judged = answer_of(data[:cut]).judged
    assert judged.problem in (Problem.TRUNCATED, Problem.NOT_TALLY, Problem.NOTHING), data[:cut][-40:]


def test_utf16_keeps_the_names_that_ascii_loses() -> None:
    wide = list(answer_of(sample("tally/bridge_encoding_led-utf16.bin").read_bytes()).iter_objects("LEDGER"))
    narrow = list(answer_of(sample("tally/bridge_encoding_led-ascii.bin").read_bytes()).iter_objects("LEDGER"))
    lost = [(str(one["@NAME"]), str(other["@NAME"])) for one, other in zip(wide, narrow, strict=True) if one != other]
    assert len(lost) == 1
    assert "?" in lost[0][1]
    assert "?" not in lost[0][0]
    assert len(lost[0][0]) == len(lost[0][1])


def test_counters_are_not_objects() -> None:
    answer = answer_of(sample("tally/bridge_unit_a_vouchers_wildcard_live.xml").read_bytes())
    assert sum(1 for _ in answer.iter_objects("VOUCHER")) == 75
    assert list(answer.iter_objects("LEDGER")) == []
    assert sum(1 for _ in answer.iter_objects("VOUCHER")) == 75, "an answer can be read again"


def test_companies_with_their_counters() -> None:
    answer = answer_of(sample("tally/bridge_company_extent_9000.xml").read_bytes())
    found = [read_company(node) for node in answer.iter_objects("COMPANY")]
    assert [(item.alter_master_id, item.alter_voucher_id) for item in found] == [(327, 101603), (223, 14), (218, 252)]
    assert str(found[0].books_from) == "2024-04-01"
    assert found[0].edition is Edition.UNKNOWN


PIECES = (
    "<ENVELOPE> </ENVELOPE> <HEADER> </HEADER> <STATUS>1</STATUS> <STATUS>0</STATUS> <BODY> </BODY> <DATA> </DATA> "
    "<COLLECTION> </COLLECTION> <RESPONSE> </RESPONSE> <LINEERROR> </LINEERROR> <TALLYMESSAGE> </TALLYMESSAGE> <LEDGER "
    'NAME="x"> </LEDGER> <COMPANY> </COMPANY> &#4; & < > <!-- --> <? ?> <CREATED>1</CREATED> text \x00 \xff'
).split(" ")


@given(st.lists(st.sampled_from(PIECES), max_size=30).map("".join), st.sampled_from(["latin-1", "utf-16-le", "utf-8"]))
def test_whatever_comes_is_judged_and_read_or_refused(soup: str, encoding: str) -> None:
    answer = answer_of(soup.encode(encoding))
    assert (answer.shape is None) is (answer.judged.problem is not None)
    for read in (answer.iter_objects, answer.iter_siblings):
        try:
            list(read())
        except SourceMalformed as error:
            assert error.code == "tally.gateway.malformed"  # noqa: PT017 - most soups are, some are not


@pytest.mark.parametrize("piece", ["<COMPANY>", "<LINEERROR>", "<!--", "<?x ", "<TALLYMESSAGE>", "&#", "<HEADER>"])
def test_a_hostile_answer_does_not_keep_us_busy(piece: str) -> None:
    """Two megabytes of what makes a reading that looks again and again at the same place take hours."""
    body = f"<ENVELOPE>{piece * (2_000_000 // len(piece))}</ENVELOPE>".encode()
    answer = answer_of(body)
    assert (answer.shape is None) is (answer.judged.problem is not None)


def test_the_rows_of_a_report_come_in_order() -> None:
    rows = list(answer_of(sample("tally/bridge_bills_receivable_aarav.xml").read_bytes()).iter_siblings())
    assert [tag for tag, _ in rows[:5]] == ["BILLFIXED", "BILLCL", "BILLDUE", "BILLOVERDUE", "BILLFIXED"]
    assert rows[1][1] == "-21558.60"
    assert isinstance(rows[0][1], dict)
    assert text_of(rows[0][1]["BILLREF"]) == "PI/24-25/001"
    assert sum(tag == "BILLFIXED" for tag, _ in rows) == 22


def test_somebody_elses_books_are_noticed() -> None:
    row = '<LEDGER NAME="Cash"><GUID>aaaa-0001</GUID></LEDGER>'
    text = f"{HEAD}<DATA><COLLECTION>{row}</COLLECTION></DATA>{TAIL}".encode()
    assert len(list(answer_of(text).iter_objects("LEDGER", company_guid="aaaa"))) == 1
    with pytest.raises(SourceRejected) as caught:
        list(answer_of(text).iter_objects("LEDGER", company_guid="bbbb"))
    assert caught.value.code == "tally.gateway.company_mismatch"


def test_what_cannot_be_repaired_says_so() -> None:
    text = f"{HEAD}<DATA><COLLECTION><LEDGER></COLLECTION></DATA>{TAIL}".encode()
    with pytest.raises(SourceMalformed) as caught:
        list(answer_of(text).iter_objects())
    assert caught.value.code == "tally.gateway.malformed"


def test_control_characters_and_a_code_page_survive() -> None:
    row = '<LEDGER NAME="Caf\xe9"><PARENT>&#4; Primary\x03Assets</PARENT></LEDGER>'
    text = f"{HEAD}<DATA><COLLECTION>{row}</COLLECTION></DATA>{TAIL}"
    for data in (text.encode("cp1252"), text.encode(), text.encode("utf-16-le")):
        (node,) = answer_of(data).iter_objects("LEDGER")
        assert node["@NAME"] == "Caf\xe9"
        assert node["PARENT"] == "\ue004 Primary\ue003Assets"


def test_memory_does_not_grow_with_the_answer() -> None:
    def peak(rows: int) -> int:
        row = f'<LEDGER NAME="Cash"><GUID>aaaa-0001</GUID><NOTE>{"x" * 400}</NOTE></LEDGER>'
        answer = answer_of(f"{HEAD}<DATA><COLLECTION>{row * rows}</COLLECTION></DATA>{TAIL}".encode("utf-16-le"))
        tracemalloc.start()
        assert sum(1 for _ in answer.iter_objects("LEDGER")) == rows
        _, highest = tracemalloc.get_traced_memory()
        tracemalloc.stop()
        return highest

    assert peak(30_000) < 2 * peak(3_000)
