"""How long Zoho's lists are against what the books hold: nothing is lost in silence, whatever lost it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import SourceMalformed, SourceRejected
from canonical.proof import ControlTotal, ProofStatus
from canonical.record import RawRecord
from connectors.zoho.client import Row, ZohoClient
from connectors.zoho.counting import count_rows
from connectors.zoho.lists import Lists
from connectors.zoho.quota import TAIL
from connectors.zoho.streams import COUNTED, DOCUMENTS_COUNTED, MASTERS_COUNTED, STREAMS
from sandbox.zoho import Limits, Options, truth_of
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import Document, DocumentKind, State
from tests.connectors.zoho.fake import ZohoHub, differences, hub, lose_the_quote, quote, zoho
from workflows.extraction import StoreSink

WORDS = {**MASTERS_COUNTED, **DOCUMENTS_COUNTED}
INVOICES = f"number of {DOCUMENTS_COUNTED['invoices']}"


class Pages:
    """A list of so many rows, page by page."""

    def __init__(self, rows: int, size: int, *, refuses: bool = False) -> None:
        self.rows, self.page_size, self.refuses = rows, size, refuses
        self.asked: list[int] = []

    def page(self, path: str, keys: tuple[str, ...], number: int, **params: str) -> tuple[list[Row], bool]:
        del path, keys, params
        self.asked.append(number)
        first = (number - 1) * self.page_size
        if self.refuses and number > 1 and first >= self.rows:
            raise SourceRejected("Zoho Books refused the request: no such page.")
        return [{}] * max(0, min(self.page_size, self.rows - first)), first + self.page_size < self.rows


def counted(pages: Any, expected: int) -> int | None:
    return count_rows(cast("ZohoClient", pages), STREAMS["invoices"], expected)


@given(st.integers(0, 90_000), st.integers(0, 90_000), st.integers(1, 200), st.booleans())
def test_every_list_is_counted_whatever_was_expected(rows: int, expected: int, size: int, refuses: bool) -> None:
    pages = Pages(rows, size, refuses=refuses)
    assert counted(pages, expected) == rows
    assert len(set(pages.asked)) == len(pages.asked) <= 2 * (abs(rows - expected) // size + 2).bit_length() + 1


@given(st.integers(0, 100_000), st.integers(1, 200))
def test_a_list_that_is_as_long_as_expected_costs_one_call(rows: int, size: int) -> None:
    pages = Pages(rows, size)
    assert counted(pages, rows) == rows
    assert len(pages.asked) == 1


def test_pages_that_contradict_each_other_count_nothing() -> None:
    endless = SimpleNamespace(page_size=200, page=lambda *_, **__: ([{}] * 200, True))
    assert counted(endless, 5) is None
    hollow = SimpleNamespace(page_size=200, page=lambda _path, _keys, number, **__: ([], number == 1))
    assert counted(hollow, 5) is None


def test_a_list_that_is_refused_is_not_called_empty() -> None:
    def refused(*_: Any, **__: Any) -> None:
        raise SourceRejected("no")

    with pytest.raises(SourceRejected):
        counted(SimpleNamespace(page_size=200, page=refused), 5)


def test_a_list_without_an_end_is_no_list(monkeypatch: pytest.MonkeyPatch) -> None:
    """It was cut in silence after so many pages."""
    monkeypatch.setattr("connectors.zoho.client.PAGES_MAX", 3)
    with zoho(vouchers=20) as source:
        client = ZohoClient(source.config(page_size=1), source.surroundings())
        with pytest.raises(SourceMalformed):
            list(client.pages("contacts", ("contacts",)))
        assert list(client.pages("settings/currencies", ("currencies",)))


# -- in a sync ------------------------------------------------------------------------------------------------------


@pytest.fixture
def shop() -> Iterator[ZohoHub]:
    with zoho(vouchers=60) as source, hub(source) as made:
        yield made


def lines(shop: ZohoHub) -> dict[str, ControlTotal]:
    """The proof's counts, by the words of their streams."""
    return {
        total.name.removeprefix("number of "): total
        for total in shop.proof().totals
        if total.oracle.startswith("Zoho Books: lengths")
    }


def reason(shop: ZohoHub, words: str) -> str:
    (use,) = [one for one in shop.proof().oracles if one.oracle == f"Zoho Books: lengths of its lists of {words}"]
    return use.reason


def test_every_kind_is_counted_and_the_same_on_both_sides(shop: ZohoHub) -> None:
    """Drafts and voids count; opening balances, which payments call invoices, are no documents."""

    def work(books: Books) -> None:
        kept = [one for one in books.documents_of(DocumentKind.INVOICE) if not books.applied_onto(one.id)]
        editing.mark_document(books, kept[0], State.VOID)
        line = editing.make_line(books, next(iter(books.items.values())), rate=4_000)
        editing.make_document(books, DocumentKind.INVOICE, kept[0].contact_id, [line], state=State.DRAFT)

    shop.zoho.edit(work)
    shop.sync()
    assert any(contact.opening for contact in shop.zoho.books.contacts.values())
    truth = truth_of(shop.zoho.books).counts
    found = lines(shop)
    assert {words: total.theirs for words, total in found.items()} == {
        words: Decimal(truth[stream]) for stream, words in WORDS.items()
    }
    assert {total.status for total in found.values()} == {ProofStatus.PROVED}
    assert "bank transactions" in reason(shop, "vouchers")


def asked(shop: ZohoHub, since: int) -> Counter[str]:
    """Calls of the API after so many requests, by the path's last part."""
    targets = (target.partition("?")[0] for target in shop.zoho.asked(since))
    return Counter(path.rsplit("/", 1)[-1] for path in targets if "/books/v3/" in path)


def drop(monkeypatch: pytest.MonkeyPatch, stream: str) -> None:
    """One record of a stream is lost between the tap and the store, once."""
    accept, lost = StoreSink.accept, list[RawRecord]()

    def leaky(self: StoreSink, name: str, records: list[RawRecord]) -> None:
        if name == stream and not lost:
            lost.append(records.pop())
        accept(self, name, records)

    monkeypatch.setattr(StoreSink, "accept", leaky)


@pytest.mark.parametrize("stream", COUNTED)
def test_what_is_lost_on_the_way_differs_by_name_and_is_found_by_the_next_sync(
    stream: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with zoho(vouchers=60) as source, hub(source) as shop:
        source.edit(quote)
        drop(monkeypatch, stream)
        shop.sync()
        proof, found = shop.proof(), lines(shop)[WORDS[stream]]
        assert proof.status is ProofStatus.DIFFERS
        assert (found.status, found.difference) == (ProofStatus.DIFFERS, Decimal(-1))
        others = {total.status for words, total in lines(shop).items() if words != WORDS[stream]}
        assert others == {ProofStatus.PROVED}
        source.clock.advance(3600)  # no sweep is due
        shop.sync()
        assert not differences(shop)
        assert lines(shop)[WORDS[stream]].status is ProofStatus.PROVED


def test_a_row_that_slips_from_the_walk_is_read_in_the_same_sync(
    shop: ZohoHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    slipped = list[Row]()
    page: Any = ZohoClient.page

    def slippery(self: ZohoClient, path: str, *rest: Any, **params: str) -> tuple[list[Row], bool]:
        rows, has_more = page(self, path, *rest, **params)
        if path == "invoices" and not slipped:
            slipped.append(rows.pop())
        return rows, has_more

    monkeypatch.setattr(ZohoClient, "page", slippery)
    done = shop.sync()
    assert slipped
    assert not differences(shop)
    assert not shop.proof().differences
    assert done.status == "succeeded"


def test_a_row_that_no_walk_shows_is_said_and_never_proved(shop: ZohoHub, monkeypatch: pytest.MonkeyPatch) -> None:
    """Zoho's pages count it, but its row cannot be used: the kind is named, sync after sync."""
    page: Any = ZohoClient.page

    def nameless(self: ZohoClient, path: str, *rest: Any, **params: str) -> tuple[list[Row], bool]:
        rows, has_more = page(self, path, *rest, **params)
        if path == "invoices" and rows:
            rows[0] = {**rows[0], "invoice_id": ""}
        return rows, has_more

    monkeypatch.setattr(ZohoClient, "page", nameless)
    shop.sync()
    assert [total.name for total in shop.proof().differences if "invoices" in total.name] == [INVOICES]


def test_what_was_deleted_between_sweeps_shows_in_the_length_of_its_list(shop: ZohoHub) -> None:
    shop.sync()
    shop.zoho.edit(lambda books: editing.delete_document(books, _loose(books)))
    calls = shop.zoho.calls
    shop.sync()
    assert not differences(shop)
    assert not shop.proof().differences
    filtered = [target for target in shop.zoho.asked(calls) if "last_modified_time=" in target]
    assert filtered, "no sweep was due"


def _loose(books: Books) -> Document:
    return next(
        one
        for one in books.documents_of(DocumentKind.INVOICE)
        if one.counts and not books.applied_onto(one.id) and books.currencies[one.currency_id].is_base
    )


def test_counting_costs_a_call_per_list(shop: ZohoHub) -> None:
    shop.zoho.edit(quote)
    shop.sync()
    shop.zoho.clock.advance(3600)
    calls = shop.zoho.calls
    shop.sync()
    found = asked(shop, calls)
    usual = dict.fromkeys(COUNTED, 2)
    assert {stream: found[stream] for stream in COUNTED} == usual
    shop.zoho.edit(quote)  # what is new was expected: no list is walked again for it
    calls = shop.zoho.calls
    shop.sync()
    assert {stream: asked(shop, calls)[stream] for stream in COUNTED} == usual


def test_a_walk_that_loses_a_row_is_counted_by_zoho_and_not_by_itself(
    shop: ZohoHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new document slips from every walk; only its list's length tells of it."""
    shop.sync()
    shop.zoho.edit(quote)
    lose_the_quote(shop, monkeypatch)
    shop.sync()
    found = lines(shop)[WORDS["estimates"]]
    assert (found.status, found.difference) == (ProofStatus.DIFFERS, Decimal(-1))


def test_a_day_that_holds_the_documents_only_is_not_counted_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with zoho(vouchers=40) as source:
        monkeypatch.setattr(Lists, "_affords", lambda *_: False)
        with hub(source) as shop:
            shop.sync()
            assert not lines(shop)
            assert not shop.proof().differences
            assert "not counted this time: invoices" in reason(shop, "vouchers")
            assert "not counted this time: contacts, items" in reason(shop, "masters")


@pytest.mark.parametrize("spare", [TAIL - 1, TAIL - 2 + len(COUNTED), TAIL - 1 + len(COUNTED)])
def test_the_days_last_calls_go_to_documents_first(spare: int) -> None:
    """One of the calls kept for the end was made by the sync that is measured: the balances once more."""
    with zoho(vouchers=40) as source:
        with hub(source) as shop:
            shop.sync()
            uncounted = asked(shop, 0).total() - len(COUNTED)
        source.clock.advance(days=1)
        with hub(source, day_quota=uncounted + spare, day_reserve=0) as short:
            short.sync()
            assert not differences(short)
            assert bool(lines(short)) is (spare >= TAIL - 1 + len(COUNTED))


@pytest.mark.parametrize("refuses", [True, False])
def test_both_answers_to_a_page_beyond_the_end_are_understood(refuses: bool) -> None:
    options = Options(limits=Limits(enforced=False), refuses_beyond_end=refuses)
    with zoho(vouchers=60, options=options) as source, hub(source, page_size=5) as shop:
        shop.sync()

        def clear(books: Books) -> None:
            for _ in range(6):
                editing.delete_document(books, _loose(books))

        source.edit(clear)
        shop.sync()
        assert not differences(shop)
        assert not shop.proof().differences


def test_a_document_answered_empty_is_not_taken_for_read(shop: ZohoHub, monkeypatch: pytest.MonkeyPatch) -> None:
    get: Callable[..., Row] = ZohoClient.get
    hollow = _loose(shop.zoho.books).id

    def silent(self: ZohoClient, path: str, **params: str) -> Row:
        return {"code": 0, "invoice": {}} if path == f"invoices/{hollow}" else get(self, path, **params)

    monkeypatch.setattr(ZohoClient, "get", silent)
    shop.sync()
    assert "zoho.document.refused" in {one.issue.code for one in shop.books.issues.page(limit=1000).items}
    assert shop.proof().differences, "what was not read is no proved books"
    monkeypatch.undo()
    shop.zoho.clock.advance(3600)
    shop.sync()
    assert not differences(shop)
