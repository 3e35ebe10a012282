"""What queries find: hidden members, comparisons, order, pages, and the odd ways of the answers."""

from __future__ import annotations

from datetime import timedelta

import pytest

from sandbox.quickbooks.building import build_books
from sandbox.quickbooks.live import LiveCompany
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.times import render_time


@pytest.fixture(scope="module")
def live() -> LiveCompany:
    return build_books(documents=80).companies[0]


def rows(live: LiveCompany, entity: str, rest: str = "") -> list[dict[str, object]]:
    answer = live.select.answer(f"select * from {entity} {rest}")
    found: list[dict[str, object]] = answer.get(entity, [])
    return found


def test_inactive_members_are_hidden_unless_asked_for() -> None:
    live = build_books(documents=0).companies[0]
    customer = live.write.create("Customer", {"DisplayName": "Gone & Sons"})
    live.write.deactivate("Customer", customer.key)
    keys = {row["Id"] for row in rows(live, "Customer", "maxresults 1000")}
    both = {row["Id"] for row in rows(live, "Customer", "where Active in (true, false) maxresults 1000")}
    assert customer.key not in keys
    assert both - keys == {customer.key}
    assert rows(live, "Customer", "where Active = false")[0]["DisplayName"] == "Gone & Sons (deleted)"


def test_a_walk_by_position_meets_every_invoice_once(live: LiveCompany) -> None:
    seen: list[object] = []
    while page := rows(live, "Invoice", f"orderby Id startposition {len(seen) + 1} maxresults 7"):
        seen += [row["Id"] for row in page]
    assert len(seen) == len(set(seen)) == live.truth().counts["Invoice"]
    assert seen == sorted(seen, key=lambda key: int(str(key)))


def test_a_page_past_the_end_has_no_key_of_the_entity(live: LiveCompany) -> None:
    assert live.select.answer("select * from Invoice startposition 9999") == {}


def test_a_count_is_a_total_and_nothing_else(live: LiveCompany) -> None:
    assert live.select.answer("select count(*) from Bill") == {"totalCount": live.truth().counts["Bill"]}


@pytest.mark.parametrize(
    ("entity", "has_total"), [("Invoice", True), ("Bill", True), ("Payment", False), ("Item", False)]
)
def test_the_total_is_there_for_some_entities_only(live: LiveCompany, entity: str, has_total: bool) -> None:
    answer = live.select.answer(f"select * from {entity} maxresults 2")
    assert ("totalCount" in answer) is has_total
    assert answer["maxResults"] == len(answer[entity]) == 2


def test_documents_come_newest_change_first_and_lists_by_name(live: LiveCompany) -> None:
    times = [str(row["MetaData"]["LastUpdatedTime"]) for row in rows(live, "Invoice")]  # type: ignore[index]
    names = [str(row["DisplayName"]).casefold() for row in rows(live, "Customer")]
    assert names == sorted(names)
    assert len(times) > 5


def test_a_time_with_another_offset_is_compared_as_a_time(live: LiveCompany) -> None:
    record = list(live.company.records("Invoice"))[5]
    pacific = render_time(record.updated)
    utc = record.updated.isoformat()
    for stamp in (pacific, utc):
        found = rows(live, "Invoice", f"where MetaData.LastUpdatedTime = '{stamp}'")
        assert record.key in {row["Id"] for row in found}
    later = (record.updated + timedelta(seconds=1)).isoformat()
    found = rows(live, "Invoice", f"where Metadata.LastUpdatedTime < '{later}' maxresults 1000")
    assert record.key in {row["Id"] for row in found}


def test_comparisons_by_number_date_reference_and_pattern(live: LiveCompany) -> None:
    invoice = next(iter(live.company.open["Invoice"].values()))
    customer = invoice.document["CustomerRef"]["value"]
    assert all(row["Balance"] != 0 for row in rows(live, "Invoice", "where Balance > '0' maxresults 1000"))
    mine = rows(live, "Invoice", f"where CustomerRef = '{customer}' and Balance > '0' maxresults 1000")
    assert invoice.key in {row["Id"] for row in mine}
    assert {row["CustomerRef"]["value"] for row in mine} == {customer}  # type: ignore[index]
    name = str(live.company.get("Customer", customer).document["DisplayName"])
    escaped = name[:6].replace("'", r"\'")
    assert customer in {row["Id"] for row in rows(live, "Customer", f"where DisplayName like '{escaped}%'")}
    first = rows(live, "Invoice", "where TxnDate <= '2025-04-01'")
    assert {row["TxnDate"] for row in first} == {"2025-04-01"}


def test_only_asked_for_properties_are_given(live: LiveCompany) -> None:
    row = live.select.answer("select Id, MetaData.LastUpdatedTime from Invoice maxresults 1")["Invoice"][0]
    assert set(row) == {"Id", "MetaData"}
    assert set(row["MetaData"]) == {"LastUpdatedTime"}


@pytest.mark.parametrize(
    "text",
    [
        "select * from Invoice where Line = '1'",
        "select * from Invoice where Colour = 'red'",
        "select * from Invoice where Id > '5'",
        "select * from Invoice where MetaData.LastUpdatedTime > 'yesterday'",
        "select * from Invoice where TotalAmt > 'much'",
        "select * from Invoice orderby Colour",
    ],
)
def test_what_cannot_be_asked_by_is_refused(live: LiveCompany, text: str) -> None:
    with pytest.raises(Refusal) as caught:
        live.select.answer(text)
    assert caught.value.code == "4001"


def test_an_unknown_entity_is_a_parse_error(live: LiveCompany) -> None:
    with pytest.raises(Refusal) as caught:
        live.select.answer("select * from Lead")
    assert caught.value.code == "4000"


def test_the_row_too_many_can_be_switched_on() -> None:
    live = build_books(documents=60).companies[0]
    live.select.quirks.extra_row = True
    answer = live.select.answer("select * from Invoice maxresults 5")
    assert len(answer["Invoice"]) == answer["maxResults"] == 6


def test_the_next_page_of_changed_books_is_not_the_old_one() -> None:
    live = build_books(documents=40).companies[0]
    before = live.select.answer("select count(*) from Invoice")["totalCount"]
    live.business.sell()
    assert live.select.answer("select count(*) from Invoice")["totalCount"] == before + 1
