"""A master that changes what old vouchers mean, or how they are judged: no voucher moved, yet all is as read afresh.

Tally raises no voucher's change number when a unit, an item or a party changes. After the next sync records and GST
issues are those of a hub that reads the same books for the first time, even if the process is killed on the way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date
from decimal import Decimal
from random import Random

import pytest

from canonical.item import Unit
from canonical.record import RawRecord
from canonical.voucher import Voucher
from connectors.sdk.base import Translation
from connectors.tally.translate import TallyTranslator
from harmonizer.validation.codes import BOOK_CODES, RECORD_CODES
from sandbox.tally.books import LiveCompany
from sandbox.tally.books.drafts import EntryDraft, GoodsDraft, VoucherDraft
from sandbox.tally.books.records import Master
from sandbox.tally.books.tree import Element
from tests.connectors.tally.live.tally import Tally, create, tally
from tests.live.histories import Killed, dying_at_write
from tests.live.hub import LiveHub, differences, fresh, hub
from workflows.inputs import RunStatus

CODES = {*RECORD_CODES, *BOOK_CODES}
COMPOUND = "Box of 12 Nos"
Change = Callable[[LiveCompany], object]


@pytest.fixture(scope="module")
def running() -> Iterator[Tally]:
    with tally(vouchers=60) as served:
        yield served


@pytest.fixture
def synced(running: Tally) -> Iterator[LiveHub]:
    start = running.company.snapshot()
    sell_boxes(running.company)
    with hub(running) as made:
        made.sync()
        yield made
    running.company.restore(start)


def sell_boxes(company: LiveCompany) -> None:
    """A sale of two boxes and three, of an item that is counted in boxes of twelve."""
    items = company.masters.of_kind("STOCKITEM")
    item = next(row for row in items if name_of(company, row, "BASEUNITS") == COMPOUND)
    goods = GoodsDraft(
        item=item.name,
        godown="Main Location",
        quantity="2 Box 3 Nos",
        rate="10.00/Nos",
        paise=-270_00,
        ledger="Sales - Local",
    )
    party = party_of(company).name
    entries = (EntryDraft(ledger=party, paise=270_00, is_party=True),)
    day = date(2025, 6, 15)
    company.edit_vouchers.create(
        VoucherDraft(type_name="Sales", day=day, party=party, entries=entries, goods=(goods,), narration="boxes")
    )


def name_of(company: LiveCompany, row: Master, field: str) -> str:
    found = company.masters.reference(row.tree, field)
    return found.name if found is not None else ""


def party_of(company: LiveCompany) -> Master:
    """A registered party with sales or purchases in these books."""
    posted = {ledger for row in company.vouchers() if row.goods for ledger in row.postings[::2]}
    rows = company.masters.of_kind("LEDGER")
    return next(row for row in rows if row.master_id in posted and row.tree.all("LEDGSTREGDETAILS.LIST"))


def with_texts(tree: Element, texts: dict[str, str]) -> Element:
    """The same tree with other texts in all fields of these tags."""
    if tree.children:
        return tree._replace(children=tuple([with_texts(child, texts) for child in tree.children]))
    return tree._replace(text=texts[tree.tag]) if tree.tag in texts else tree


def another_conversion(company: LiveCompany) -> None:
    unit = company.masters.find("UNIT", COMPOUND)
    assert unit is not None
    company.edit_masters.alter(unit.master_id, CONVERSION=" 10")


def another_gstin(company: LiveCompany) -> None:
    """The number is wrong in its last place."""
    row = party_of(company)
    number = next(one.value("GSTIN") for one in row.tree.all("LEDGSTREGDETAILS.LIST") if one.value("GSTIN"))
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    company.edit_masters.alter(row.master_id, with_texts(row.tree, {"GSTIN": wrong, "PARTYGSTIN": wrong}))


def another_state(company: LiveCompany) -> None:
    """The party turns out to be registered elsewhere: the split of tax on all its vouchers is judged by that."""
    row = party_of(company)
    texts = {"STATE": "Kerala", "PLACEOFSUPPLY": "Kerala", "LEDSTATENAME": "Kerala", "PRIORSTATENAME": "Kerala"}
    company.edit_masters.alter(row.master_id, with_texts(row.tree, {**texts, "GSTIN": "", "PARTYGSTIN": ""}))


def another_rate(company: LiveCompany) -> None:
    """All items turn out to be taxed at a rate that no longer exists."""
    for item in company.masters.of_kind("STOCKITEM"):
        company.edit_masters.alter(item.master_id, with_texts(item.tree, {"GSTRATE": " 14", "HSNCODE": "12"}))


def issues(live: LiveHub) -> list[tuple[str, str]]:
    page = live.books.issues.page(limit=10_000)
    return sorted((one.issue.code, one.issue.message) for one in page.items if one.issue.code in CODES)


def afresh(served: Tally) -> list[tuple[str, str]]:
    with hub(served) as other:
        other.sync()
        return issues(other)


def boxes(live: LiveHub) -> Decimal | None:
    (sold,) = (one for one in live.books.records.iter(live.company, Voucher) if one.narration == "boxes")
    quantity = sold.items[0].actual
    return quantity.number if quantity is not None else None


def test_a_unit_made_up_otherwise_changes_the_quantities_in_it(synced: LiveHub) -> None:
    assert boxes(synced) == 2 * 12 + 3
    another_conversion(synced.tally.company)
    assert synced.poll().status == RunStatus.SUCCEEDED
    assert boxes(synced) == 2 * 10 + 3
    assert {one.conversion for one in synced.books.records.iter(synced.company, Unit)} == {None, Decimal(10)}
    assert not differences(synced.held(), fresh(synced.tally))


@pytest.mark.parametrize("change", [another_gstin, another_state, another_rate])
def test_vouchers_are_judged_by_the_masters_of_today(synced: LiveHub, change: Change) -> None:
    before = issues(synced)
    change(synced.tally.company)
    assert synced.poll().status == RunStatus.SUCCEEDED
    after = issues(synced)
    assert after != before, "the change has consequences"
    assert after == afresh(synced.tally)
    assert not differences(synced.held(), fresh(synced.tally))


@pytest.mark.parametrize("at", [2, 8, 14, 20, 26, 32])
def test_a_kill_on_the_way_loses_nothing_of_it(synced: LiveHub, at: int) -> None:
    """The masters are stored with the vouchers they outdate put back on the list, or not at all."""
    another_conversion(synced.tally.company)
    another_rate(synced.tally.company)
    with suppress(Killed), dying_at_write(synced, at):
        synced.poll()
    synced.reopen()
    synced.sync()
    assert boxes(synced) == 2 * 10 + 3
    assert issues(synced) == afresh(synced.tally)


@pytest.fixture
def translated(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The streams of the raw records that were translated, in order."""
    seen: list[str] = []
    translate = TallyTranslator.translate

    def counted(self: TallyTranslator, record: RawRecord) -> Translation:
        seen.append(record.source.stream)
        return translate(self, record)

    monkeypatch.setattr(TallyTranslator, "translate", counted)
    return seen


def test_what_is_judged_the_same_is_not_translated_again(synced: LiveHub, translated: list[str]) -> None:
    """A sync with one new voucher translates one voucher, whatever masters and counters came with it."""
    company = synced.tally.company
    company.edit_masters.alter(party_of(company).master_id, EMAIL="accounts@party.example")
    create(company, Random(1))
    synced.poll()
    assert Counter(translated)["vouchers"] == 1


def test_another_version_of_the_translator_translates_everything_again(
    synced: LiveHub, translated: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What an older release made of the records in the store is made anew with the next sync, without asking Tally."""
    create(synced.tally.company, Random(1))
    monkeypatch.setattr(TallyTranslator, "version", TallyTranslator.version + 1)
    assert synced.poll().counts["vouchers"] == 1, "read from Tally"
    counted = Counter(translated)
    assert counted["vouchers"] == len(synced.tally.company.vouchers())
    assert counted["stock_items"] == len(synced.tally.company.masters.of_kind("STOCKITEM"))
    assert not differences(synced.held(), fresh(synced.tally))
