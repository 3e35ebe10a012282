"""Where what webhooks name, what the lengths of lists show and what balances show meet: each is asked for once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from canonical.issue import IssueLevel
from canonical.publication import PublicationState
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import ContactType, DocumentKind
from tests.connectors.zoho.fake import ZohoHub, differences, hub, lose_the_quote, quote, zoho
from tests.connectors.zoho.test_announced import DELETIONS, announce, free, outcomes, runs, tombstones
from tests.connectors.zoho.test_unannounced import held_issues, silently


@pytest.fixture
def shop() -> Iterator[ZohoHub]:
    with zoho() as source, hub(source) as made:
        made.sync()
        yield made


def backdated(books: Books) -> str:
    """Make an invoice that no list of changes shows; returns its id."""
    customer = next(one.id for one in books.contacts.values() if one.type is ContactType.CUSTOMER)
    line = editing.make_line(books, next(iter(books.items.values())), rate=500_00)
    made = editing.make_document(books, DocumentKind.INVOICE, customer, [line])
    made.modified -= timedelta(days=2)
    return str(made.id)


class Asked:
    """What one sync asks of one list."""

    def __init__(self, shop: ZohoHub, stream: str) -> None:
        self._shop, self._stream, self._since = shop, stream, shop.zoho.calls

    @property
    def _ours(self) -> list[str]:
        return [one.rpartition("/books/v3/")[2] for one in self._shop.zoho.asked(self._since)]

    @property
    def unfiltered(self) -> int:
        """Pages of the whole list, to count or to walk it."""
        return sum(one.startswith(f"{self._stream}?") and "last_modified_time" not in one for one in self._ours)

    def of(self, key: str) -> int:
        """How often one record was asked for."""
        return sum(one.partition("?")[0] == f"{self._stream}/{key}" for one in self._ours)


def test_an_announced_deletion_is_counted_in_and_no_list_is_walked_for_it(shop: ZohoHub) -> None:
    stream, key = shop.zoho.edit(DELETIONS["invoice"])
    announce(shop, stream, key)
    asked, before = Asked(shop, stream), runs(shop)
    done = shop.sync()
    assert (asked.of(key), asked.unfiltered) == (1, 1)
    assert tombstones(shop) == {(stream, key)}
    assert (done.publication, runs(shop)) == (PublicationState.PUBLISHED, before + 1)
    (facts,) = shop.books.runs.list(kind="sync", limit=1).items
    assert facts.summary["announced"] == {"gone": 1}


def test_beside_an_announced_deletion_one_nobody_announced_is_found_too(shop: ZohoHub) -> None:
    """The list is two shorter, and one of both was named: it is walked once, and each is asked for once."""
    stream, named = shop.zoho.edit(DELETIONS["invoice"])
    _, unnamed = shop.zoho.edit(DELETIONS["invoice"])
    announce(shop, stream, named)
    asked, before = Asked(shop, stream), runs(shop)
    done = shop.sync()
    assert tombstones(shop) == {(stream, named), (stream, unnamed)}
    assert not differences(shop)
    assert (asked.of(named), asked.of(unnamed)) == (1, 1)
    assert asked.unfiltered == 3, "counted, walked, counted"
    assert (done.publication, runs(shop)) == (PublicationState.PUBLISHED, before + 1)


def test_an_announced_record_that_no_list_shows_is_counted_in(shop: ZohoHub) -> None:
    key = shop.zoho.edit(backdated)
    announce(shop, "invoices", key, is_deletion=False)
    asked, before = Asked(shop, "invoices"), runs(shop)
    done = shop.sync()
    assert (asked.of(key), asked.unfiltered) == (1, 1)
    assert outcomes(shop) == {key: "read"}
    assert not differences(shop)
    assert (done.publication, runs(shop)) == (PublicationState.PUBLISHED, before + 1)


def test_a_list_that_is_walked_after_all_reads_no_named_record_again(shop: ZohoHub) -> None:
    """A deletion nobody announced has the list walked, where the named record stands too."""
    key = shop.zoho.edit(backdated)
    announce(shop, "invoices", key, is_deletion=False)
    gone = shop.zoho.edit(DELETIONS["invoice"])
    assert gone[1] != key
    asked = Asked(shop, "invoices")
    done = shop.sync()
    assert (asked.of(key), asked.of(gone[1]), asked.unfiltered) == (1, 1, 3)
    assert tombstones(shop) == {gone}
    assert (done.new["invoices"], outcomes(shop)) == (1, {key: "read"})
    assert not differences(shop)


def test_a_silent_change_beside_a_deletion_takes_the_second_run_and_no_more(shop: ZohoHub) -> None:
    """The deletion shows in the list's length and is settled by the first run; the second finds the change."""
    gone = shop.zoho.edit(DELETIONS["bill"])
    changed = shop.zoho.edit(silently)
    bills, invoices, before = Asked(shop, "bills"), Asked(shop, "invoices"), runs(shop)
    done = shop.sync()
    assert not differences(shop)
    assert (tombstones(shop), done.changed["invoices"]) == ({gone}, 1)
    assert (bills.of(gone[1]), invoices.of(changed)) == (1, 1)
    assert (done.publication, runs(shop)) == (PublicationState.PUBLISHED, before + 2)


def test_a_count_that_differs_after_its_list_was_walked_is_compared_no_further(
    shop: ZohoHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No walk shows the row: every list walked once more would not either."""
    shop.zoho.edit(quote)
    lose_the_quote(shop, monkeypatch)
    before = runs(shop)
    for number in (1, 2):
        asked = Asked(shop, "invoices")
        done = shop.sync()
        assert (done.publication, runs(shop)) == (PublicationState.HELD, before + number)
        assert asked.unfiltered == 1, "no other list was walked"
    (told,) = held_issues(shop)
    assert told.issue.level is IssueLevel.ACTION_REQUIRED
    assert "Everything was compared" in told.issue.hint
    monkeypatch.undo()
    done = shop.sync()
    assert (done.publication, done.new["estimates"]) == (PublicationState.PUBLISHED, 1)
    assert (runs(shop), held_issues(shop)) == (before + 3, ())


def test_a_list_that_is_closed_by_now_is_said_and_nothing_is_compared_for_it(shop: ZohoHub) -> None:
    """Somebody took a permission away: looking at everything else once more would not open it."""
    scopes = "settings contacts invoices creditnotes customerpayments estimates salesorders vendorpayments debitnotes"
    scopes += " expenses purchaseorders accountants banking"
    granted = ",".join(f"ZohoBooks.{one}.READ" for one in scopes.split())
    _, refresh = shop.zoho.running.app.accounts.issue_tokens(granted)
    shop.connect(refresh_token=refresh)
    key = free(shop.zoho.books, DocumentKind.BILL).id
    announce(shop, "bills", key)
    held, before = shop.held(), runs(shop)
    for number in (1, 2):
        done = shop.sync()
        assert (done.publication, runs(shop)) == (PublicationState.HELD, before + number)
        (told,) = held_issues(shop)
        assert "Not everything was read" in told.issue.hint
    assert shop.held() == held
    assert outcomes(shop) == {key: "refused"}
    gone = shop.zoho.edit(DELETIONS["bill"])
    shop.connect()
    done = shop.sync()
    assert (done.publication, tombstones(shop)) == (PublicationState.PUBLISHED, {gone})
    assert (runs(shop), held_issues(shop)) == (before + 3, ())
