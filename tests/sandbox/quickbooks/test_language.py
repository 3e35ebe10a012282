"""The query language: what it takes, what it refuses and with which code."""

from __future__ import annotations

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sandbox.quickbooks.language import Condition, parse_query
from sandbox.quickbooks.refusals import Refusal
from tests.support.samples import sample_json, samples_dir


def test_a_whole_query_is_read() -> None:
    query = parse_query(
        "SELECT Id, DocNumber FROM Invoice WHERE TotalAmt >= '100' AND MetaData.LastUpdatedTime > "
        "'2026-05-05T00:00:00-07:00' ORDERBY MetaData.LastUpdatedTime DESC, Id STARTPOSITION 11 MAXRESULTS 50"
    )
    assert query.entity == "Invoice"
    assert query.names == ("Id", "DocNumber")
    assert query.conditions[0] == Condition(name="TotalAmt", operator=">=", values=("100",))
    assert query.order == (("MetaData.LastUpdatedTime", True), ("Id", False))
    assert (query.start, query.limit) == (11, 50)


def test_the_words_of_paging_may_come_in_either_order() -> None:
    query = parse_query("SELECT * FROM Customer MAXRESULTS 5 STARTPOSITION 1")
    assert (query.start, query.limit) == (1, 5)


def test_order_by_may_be_two_words() -> None:
    assert parse_query("select * from Item ORDER BY Name ASC").order == (("Name", False),)


def test_an_apostrophe_is_escaped_by_a_backslash() -> None:
    query = parse_query(r"select * from Customer where DisplayName = 'Bob\'s Burger Joint'")
    assert query.conditions[0].values == ("Bob's Burger Joint",)


def test_a_quoted_word_of_the_language_is_text() -> None:
    query = parse_query("select * from Customer where DisplayName IN ('and', 'maxresults') maxresults 3")
    assert query.conditions[0].values == ("and", "maxresults")
    assert query.limit == 3


def test_position_nought_is_taken_as_one_because_clients_send_it() -> None:
    assert parse_query("select * from Bill startposition 0").start == 1


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("select * from Invoice maxresults 1001", "4001"),
        ("select * from Invoice maxresults 0", "4001"),
        ("select * from Invoice where Id = '1' or Id = '2'", "4000"),
        ("select * from Invoice where not Id = '1'", "4000"),
        ("select * from Invoice, Bill", "4000"),
        ("select * from Invoice where (Id = '1')", "4000"),
        ("delete from Invoice", "4000"),
        ("select * from", "4000"),
        ("select * from Invoice where DocNumber = 'open", "4000"),
        ("", "4000"),
    ],
)
def test_what_is_not_in_the_language_is_refused(text: str, code: str) -> None:
    with pytest.raises(Refusal) as caught:
        parse_query(text)
    assert caught.value.code == code


@given(st.text(alphabet="selctfromwh *=<>(),'\\.0123456789ANDINLIKE", max_size=80))
def test_no_text_breaks_the_reader(text: str) -> None:
    with suppress(Refusal):
        assert parse_query(f"select * from Invoice {text}").entity == "Invoice"


def test_every_recorded_query_is_read() -> None:
    folder = samples_dir()
    if folder is None:
        pytest.skip("no samples folder (set KHATA_SAMPLES)")
    texts = []
    for path in sorted((folder / "quickbooks/live-sandbox-us-2026-05").glob("*.json")):
        for call in sample_json(f"quickbooks/live-sandbox-us-2026-05/{path.name}"):
            request = call["request"]
            if call["path"].endswith("/query"):
                texts.append(request.get("params", {}).get("query") or request["data"])
    assert len(texts) > 20
    assert all(parse_query(text).limit <= 100 for text in texts)
