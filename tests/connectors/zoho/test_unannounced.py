"""What changed without a trace: what differs is said, and everything is compared at once where that can help."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from canonical.issue import IssueLevel
from canonical.publication import PublicationState
from khata.rendering.sync import held_lines, sync_document, sync_line
from sandbox.web import Faults, Request, Response
from sandbox.zoho.books import editing
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import DocumentKind
from storage.repositories.issues import StoredIssue
from tests.connectors.zoho.fake import REQUEST, ZohoHub, differences, hub, zoho
from tests.connectors.zoho.test_announced import DELETIONS, Few, free, runs, tombstones
from tests.connectors.zoho.test_histories import sell
from workflows.doubt import HELD
from workflows.inputs import DIFFERS
from workflows.local import sync_connection


@pytest.fixture
def shop() -> Iterator[ZohoHub]:
    with zoho() as source, hub(source) as made:
        made.sync()
        yield made


def silently(books: Books) -> str:
    """An invoice is worth more, and no list of changes tells of it; returns its id."""
    one = free(books, DocumentKind.INVOICE)
    modified = one.modified
    line = editing.make_line(books, next(iter(books.items.values())), rate=1_000_00)
    editing.alter_document(books, one, lines=[*one.lines, line])
    one.modified = modified
    return str(one.id)


def held_issues(shop: ZohoHub) -> tuple[StoredIssue, ...]:
    return shop.books.issues.page(code=HELD, limit=100).items


def test_one_sync_finds_what_went_without_a_word(shop: ZohoHub) -> None:
    """The length of its list tells; nothing is left that a second run could find."""
    gone = shop.zoho.edit(DELETIONS["invoice"])
    before = runs(shop)
    done = shop.sync()
    assert tombstones(shop) == {gone}
    assert not differences(shop)
    assert (done.publication, done.retired) == (PublicationState.PUBLISHED, {"invoices": 1})
    assert (done.looks_again, runs(shop)) == (False, before + 1)


def test_one_sync_finds_what_changed_without_a_word(shop: ZohoHub) -> None:
    """No list is longer or shorter for it; the balances tell."""
    shop.zoho.edit(silently)
    before = runs(shop)
    done = shop.sync()
    assert not differences(shop)
    assert (done.publication, done.changed["invoices"]) == (PublicationState.PUBLISHED, 1)
    assert runs(shop) == before + 2
    newest, first = shop.books.runs.list(kind="sync", limit=2).items
    assert newest.facts["reason"] == DIFFERS
    assert newest.facts["after"] == first.run_id
    assert first.summary["publication"] == PublicationState.HELD
    assert not held_issues(shop), "what was said of the first is settled by the second"
    again = shop.sync()
    assert (again.looks_again, runs(shop)) == (False, before + 3)


def test_what_the_first_of_both_brought_is_told_too(shop: ZohoHub) -> None:
    shop.zoho.edit(silently)
    shop.zoho.edit(lambda books: sell(books, random.Random(3)))
    done = shop.sync()
    assert sum(done.new.get(stream, 0) for stream in ("invoices", "creditnotes")) == 1
    assert done.changed["invoices"] == 1


def test_where_the_calls_do_not_allow_it_the_issue_says_what_differs_and_what_to_do(shop: ZohoHub) -> None:
    shop.zoho.edit(silently)
    shop.pace = Few(90)  # enough for the changes, not for a comparison of everything besides
    before = runs(shop)
    done = shop.sync()
    assert runs(shop) == before + 1
    assert done.publication == PublicationState.HELD
    (told,) = held_issues(shop)
    assert told.issue.level is IssueLevel.WARNING
    assert told.company_id == shop.company
    assert "held back" in told.issue.message
    assert "ours" in told.issue.message
    assert "theirs" in told.issue.message
    assert "khata sync shop --thorough" in told.issue.hint
    lines = list(held_lines([told.issue]))
    assert lines[0].startswith("HELD BACK ")
    assert "--thorough" in lines[1]
    assert "held back" in sync_line(done, 0)
    assert sync_document(done, 0, [told.issue])["held"]

    shop.pace = Few(10_000)
    shop.sync()
    assert not held_issues(shop)
    assert not differences(shop)


@dataclass
class Wrong:
    """Stands before the fake: an account whose balance no document explains."""

    fake: Any
    paise: int = 0

    def answer(self, request: Request, faults: Faults) -> Response:
        answer: Response = self.fake.answer(request, faults)
        if not self.paise or not request.path.endswith("/chartofaccounts"):
            return answer
        told = json.loads(answer.body)
        for row in told["chartofaccounts"]:
            if row["account_type"] == "bank":
                for name in ("current_balance", "closing_balance", "balance"):
                    if name in row:
                        row[name] = float(row[name]) + self.paise / 100
                break
        return replace(answer, body=json.dumps(told).encode())


def test_a_difference_that_a_comparison_has_left_is_not_compared_again_until_it_is_another(shop: ZohoHub) -> None:
    """What Khata cannot read (a retainer, say) would otherwise cost a walk of every list with every sync."""
    web = shop.zoho.running.web
    web.application = wrong = Wrong(web.application, paise=12_345)
    before = runs(shop)
    done = shop.sync()
    assert (done.publication, runs(shop)) == (PublicationState.HELD, before + 2)
    (told,) = held_issues(shop)
    assert told.issue.level is IssueLevel.ACTION_REQUIRED
    assert "Everything was compared" in told.issue.hint
    assert "123.45" in told.issue.message

    for number in (3, 4, 5):
        calls = shop.zoho.calls
        done = shop.sync()
        assert (done.publication, runs(shop)) == (PublicationState.HELD, before + number), "only the changes were read"
        assert any("last_modified_time" in one for one in shop.zoho.asked(calls))
        (told,) = held_issues(shop)
        assert told.issue.level is IssueLevel.ACTION_REQUIRED

    gone = shop.zoho.edit(DELETIONS["invoice"])
    shop.sync()
    assert runs(shop) == before + 6, "found by the length of its list; what is left was left before"
    assert gone in tombstones(shop)

    shop.zoho.edit(silently)
    shop.sync()
    assert runs(shop) == before + 8, "another difference: it may be something that can be found"
    assert not differences(shop)

    wrong.paise = 0
    done = shop.sync()
    assert done.publication == PublicationState.PUBLISHED
    assert not held_issues(shop)


def test_a_thorough_sync_of_books_that_differ_is_one_run(shop: ZohoHub) -> None:
    gone = shop.zoho.edit(DELETIONS["bill"])
    before = runs(shop)
    sync_connection(shop.steps, replace(REQUEST, is_thorough=True))
    assert (runs(shop), tombstones(shop)) == (before + 1, {gone})
