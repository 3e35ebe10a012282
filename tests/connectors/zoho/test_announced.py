"""What webhooks named is looked for by the one sync they start: read if it is there, retired if Zoho says it is not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from canonical.errors import SourceUnavailable
from canonical.issue import IssueLevel
from connectors.zoho.streams import STREAMS
from connectors.zoho.webhooks import MODULES
from sandbox.web import Faults, Request, Response, json_response, serve
from sandbox.zoho import Rule
from sandbox.zoho.books import editing, paying, recording
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import ContactType, DocumentKind
from storage.repositories.announcements import NamedObject
from tests.connectors.zoho.fake import REQUEST, Zoho, ZohoHub, differences, hub, zoho
from tests.live.hints import is_news
from workflows.inputs import Progress, RunStatus
from workflows.local import sync_connection

Gone = Callable[[Books], tuple[str, str]]
"""Deletes something; returns its stream and id."""


@pytest.fixture
def shop() -> Iterator[ZohoHub]:
    with zoho() as source, hub(source) as made:
        yield made


def announce(shop: ZohoHub, stream: str, key: str, *, is_deletion: bool = True) -> None:
    connection = shop.books.connections.get("shop").connection_id
    named = NamedObject(stream=stream, key=key, is_deletion=is_deletion)
    shop.books.announcements.note(connection, [named], at=shop.zoho.clock())


def outcomes(shop: ZohoHub) -> dict[str, str]:
    """What became of every announcement, by id."""
    connection = shop.books.connections.get("shop").connection_id
    return {one.named.key: one.outcome for one in shop.books.announcements.list(connection)}


def tombstones(shop: ZohoHub) -> set[tuple[str, str]]:
    return {(one.source.stream, one.source.key) for one in shop.books.retirement.of_company(shop.company)}


def runs(shop: ZohoHub) -> int:
    return len(shop.books.runs.list(kind="sync", limit=100).items)


def free(books: Books, kind: DocumentKind) -> Any:
    """A document that may be deleted: nothing is applied to it or from it."""
    refunded = {one.source_id for one in books.refunds.values()}
    return next(
        one
        for one in books.documents_of(kind)
        if not books.applied_onto(one.id) and not books.applied_from(one.id) and one.id not in refunded
    )


def _line(books: Books) -> list[Any]:
    return [editing.make_line(books, next(iter(books.items.values())), rate=1_000_00)]


def _contact(books: Books, kind: ContactType) -> str:
    return next(one.id for one in books.contacts.values() if one.type is kind)


def _bank(books: Books) -> str:
    return next(one.id for one in books.accounts.values() if one.type == "bank")


def prepare(books: Books) -> None:
    """One of everything that the deletions below take away again."""
    customer, vendor = _contact(books, ContactType.CUSTOMER), _contact(books, ContactType.VENDOR)
    for kind in (DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE, DocumentKind.ESTIMATE):
        editing.make_document(books, kind, customer, _line(books))
    for kind in (DocumentKind.BILL, DocumentKind.VENDOR_CREDIT):
        editing.make_document(books, kind, vendor, _line(books))
    paying.make_payment(books, customer, 700_00, _bank(books))
    paying.make_payment(books, vendor, 800_00, _bank(books))
    editing.make_contact(books, "Nobody Buys Here", ContactType.CUSTOMER)
    editing.make_item(books, "Unsold Lamp", 99_00)


def document(kind: DocumentKind, stream: str) -> Gone:
    def delete(books: Books) -> tuple[str, str]:
        one = free(books, kind)
        editing.delete_document(books, one)
        return stream, one.id

    return delete


def payment(stream: str, kind: ContactType) -> Gone:
    def delete(books: Books) -> tuple[str, str]:
        one = next(
            one
            for one in books.payments.values()
            if books.contacts[one.contact_id].type is kind and not books.applied_from(one.id)
        )
        paying.delete_payment(books, one)
        return stream, one.id

    return delete


def contact(books: Books) -> tuple[str, str]:
    one = next(one for one in books.contacts.values() if one.name == "Nobody Buys Here")
    editing.delete_contact(books, one.id)
    return "contacts", one.id


def item(books: Books) -> tuple[str, str]:
    one = next(one for one in books.items.values() if one.name == "Unsold Lamp")
    editing.delete_item(books, one.id)
    return "items", one.id


def expense(books: Books) -> tuple[str, str]:
    key = next(iter(books.expenses))
    recording.delete_expense(books, key)
    return "expenses", key


def journal(books: Books) -> tuple[str, str]:
    key = next(key for key in books.journals if not books.applied_from(key) and not books.applied_onto(key))
    recording.delete_journal(books, key)
    return "journals", key


DELETIONS: dict[str, Gone] = {
    "invoice": document(DocumentKind.INVOICE, "invoices"),
    "creditnote": document(DocumentKind.CREDIT_NOTE, "creditnotes"),
    "bill": document(DocumentKind.BILL, "bills"),
    "vendor_credit": document(DocumentKind.VENDOR_CREDIT, "vendorcredits"),
    "estimate": document(DocumentKind.ESTIMATE, "estimates"),
    "customerpayment": payment("customerpayments", ContactType.CUSTOMER),
    "vendorpayment": payment("vendorpayments", ContactType.VENDOR),
    "contact": contact,
    "item": item,
    "expense": expense,
    "journal": journal,
}


def test_one_signed_delivery_of_each_module_and_one_sync_are_enough() -> None:
    """The whole way: Zoho's own call, signed, over the wire; stored; looked for; gone from the books."""
    with zoho() as source, hub(source) as shop:
        source.edit(prepare)
        shop.sync()
        box = Postbox()
        with serve(box) as post:
            subscribe(source, post.url, DELETIONS)
            gone = {source.edit(delete) for delete in DELETIONS.values()}
            source.running.app.desk.deliver()
        assert [box.is_news(shop, one) for one in box.came] == [True] * len(DELETIONS)
        before = runs(shop)
        done = shop.sync()
        assert runs(shop) == before + 1, "the one sync was enough"
        assert tombstones(shop) == gone
        assert done.announced == {"gone": len(gone)}
        assert not differences(shop)
        assert not shop.proof().differences


HOOK_SECRET = "secretOfTheDeletions"
REFUSED = Response(status=401, headers=(("Content-Type", "application/json"),), body=b'{"code":57,"message":"no"}')


@dataclass
class Postbox:
    """Where Zoho's webhooks come to."""

    came: list[Request] = field(default_factory=list)

    def answer(self, request: Request, _faults: Faults) -> Response:
        self.came.append(request)
        return json_response({})

    @staticmethod
    def is_news(shop: ZohoHub, one: Request) -> bool:
        now = shop.zoho.clock()
        return is_news(shop.books, "shop", one.headers, one.body, secret=HOOK_SECRET, now=now, query=one.query)


@dataclass
class Before:
    """Stands before the fake, and answers some paths by itself."""

    fake: Any
    pages: Mapping[str, Response]

    def answer(self, request: Request, faults: Faults) -> Response:
        path = request.path.partition("/books/v3/")[2]
        found: Response = self.pages.get(path) or self.fake.answer(request, faults)
        return found


def stand_before(shop: ZohoHub, pages: Mapping[str, Response]) -> None:
    web = shop.zoho.running.web
    web.application = Before(web.application, pages)


def subscribe(source: Zoho, url: str, modules: Iterable[str]) -> None:
    key = source.books.facts.id
    for module in modules:
        asked = f"{url}/hook?org={key}&module={module}&event=deleted"
        rule = Rule(organization_id=key, module=module, actions=frozenset({"deleted"}), url=asked, secret=HOOK_SECRET)
        source.running.app.desk.add(rule)


def test_a_deletion_costs_one_call_and_no_walk_of_the_list(shop: ZohoHub) -> None:
    shop.sync()
    stream, key = shop.zoho.edit(DELETIONS["invoice"])
    announce(shop, stream, key)
    calls = shop.zoho.calls
    shop.sync()
    asked = [target.partition("?")[0].rpartition("/books/v3/")[2] for target in shop.zoho.asked(calls)]
    assert asked.count(f"invoices/{key}") == 1
    pages = [one for one in shop.zoho.asked(calls) if "/invoices?" in one]
    assert ["last_modified_time" in one for one in pages] == [True, False], "what changed, and one page to count all"


@pytest.mark.parametrize("is_deletion", [True, False])
@pytest.mark.parametrize("kind", [DocumentKind.INVOICE, DocumentKind.BILL, DocumentKind.CREDIT_NOTE])
def test_what_is_still_there_stays_whatever_was_announced(shop: ZohoHub, kind: DocumentKind, is_deletion: bool) -> None:
    shop.sync()
    held = shop.held()
    stream = {"invoice": "invoices", "bill": "bills", "creditnote": "creditnotes"}[kind.value]
    key = next(iter(shop.zoho.books.documents_of(kind))).id
    announce(shop, stream, key, is_deletion=is_deletion)
    done = shop.sync()
    assert shop.held() == held
    assert not tombstones(shop)
    assert outcomes(shop) == {key: "read"}
    assert (sum(done.new.values()), sum(done.changed.values())) == (0, 0)
    shop.zoho.clock.advance(days=2)
    calls = shop.zoho.calls
    shop.sync()
    assert not [one for one in shop.zoho.asked(calls) if f"{stream}/{key}" in one], "a sweep finds it as it was read"


def test_masters_that_are_still_there_stay(shop: ZohoHub) -> None:
    shop.sync()
    held = shop.held()
    announce(shop, "contacts", next(iter(shop.zoho.books.contacts)))
    announce(shop, "items", next(iter(shop.zoho.books.items)))
    announce(shop, "customerpayments", next(iter(shop.zoho.books.payments)))
    shop.sync()
    assert shop.held() == held
    assert not tombstones(shop)


def test_an_id_of_another_module_or_organisation_retires_nothing(shop: ZohoHub) -> None:
    shop.sync()
    key = next(iter(shop.zoho.books.documents_of(DocumentKind.BILL))).id
    announce(shop, "invoices", key)
    announce(shop, "invoices", "99")
    shop.sync()
    assert not tombstones(shop)
    assert outcomes(shop) == {key: "absent", "99": "absent"}


def test_duplicates_and_disorder_come_to_the_same(shop: ZohoHub) -> None:
    """Deleted, then a late word of an edit, then deleted twice more; beside it an edit that is one."""
    shop.sync()
    stream, key = shop.zoho.edit(DELETIONS["invoice"])
    edited = shop.zoho.edit(_edit)
    for is_deletion in (True, False, True, True):
        announce(shop, stream, key, is_deletion=is_deletion)
    for _ in range(2):
        announce(shop, stream, edited, is_deletion=False)
    done = shop.sync()
    assert tombstones(shop) == {(stream, key)}
    assert done.announced == {"gone": 1, "read": 1}
    assert not differences(shop)
    announce(shop, stream, key)
    again = shop.sync()
    assert again.announced == {"absent": 1}
    assert len(shop.books.retirement.of_company(shop.company)) == 1


def _edit(books: Books) -> str:
    one = free(books, DocumentKind.INVOICE)
    editing.alter_document(books, one, lines=[*one.lines, *_line(books)])
    return str(one.id)


def test_what_is_announced_while_a_sync_runs_waits_for_the_next(shop: ZohoHub) -> None:
    """The same object, named again while it is being looked for: the word was about something later."""
    shop.sync()
    stream, key = "invoices", free(shop.zoho.books, DocumentKind.INVOICE).id
    announce(shop, stream, key)
    told: list[str] = []

    def meanwhile(progress: Progress) -> None:
        if progress.unit == "lists" and not told:
            told.append(key)
            announce(shop, stream, key)
            announce(shop, stream, "4711")

    sync_connection(shop.steps, REQUEST, meanwhile)
    assert told
    assert outcomes(shop) == {key: "", "4711": ""}
    shop.zoho.edit(lambda books: editing.delete_document(books, books.documents[key]))
    shop.sync()
    assert outcomes(shop) == {key: "gone", "4711": "absent"}
    assert tombstones(shop) == {(stream, key)}


def test_what_is_deleted_between_its_list_and_its_reading_is_gone_in_the_same_sync(shop: ZohoHub) -> None:
    shop.sync()
    key = shop.zoho.edit(_edit)
    told: list[str] = []

    def meanwhile(progress: Progress) -> None:
        if progress.unit == "lists" and progress.done == progress.total and not told:
            told.append(key)
            shop.zoho.edit(lambda books: editing.delete_document(books, books.documents[key]))

    done = sync_connection(shop.steps, REQUEST, meanwhile)
    assert told
    assert done.retired == {"invoices": 1}
    assert tombstones(shop) == {("invoices", key)}
    shop.sync()
    assert not differences(shop)


def test_a_deletion_that_names_no_record_has_its_list_compared(shop: ZohoHub) -> None:
    """What a delivery about a deletion holds is not documented; the module stands in the address."""
    shop.sync()
    stream, key = shop.zoho.edit(DELETIONS["bill"])
    announce(shop, stream, "")
    before = runs(shop)
    done = shop.sync()
    assert runs(shop) == before + 1
    assert tombstones(shop) == {(stream, key)}
    assert done.announced == {"compared": 1}


def test_a_module_this_sign_in_may_not_read_is_said_and_costs_no_renewals(shop: ZohoHub) -> None:
    """Estimates are shown to nobody without their scope: what is held of them stays, the rest is synced."""
    shop.zoho.edit(prepare)
    shop.sync()
    key = next(iter(shop.zoho.books.documents_of(DocumentKind.ESTIMATE))).id
    scopes = "settings contacts invoices creditnotes customerpayments bills vendorpayments debitnotes expenses"
    scopes += " accountants banking"
    granted = ",".join(f"ZohoBooks.{one}.READ" for one in scopes.split())
    _, shop.zoho.refresh_token = shop.zoho.running.app.accounts.issue_tokens(granted)
    shop.connect()
    for number in range(30):
        announce(shop, "estimates", f"{number}7")
    announce(shop, "estimates", key)
    gone = shop.zoho.edit(DELETIONS["invoice"])
    announce(shop, *gone)
    calls = shop.zoho.calls
    done = shop.sync()
    assert done.status == RunStatus.SUCCEEDED
    assert done.announced == {"refused": 31, "gone": 1}
    assert tombstones(shop) == {gone}
    assert not [one for one in shop.zoho.asked(calls) if "/estimates/" in one]
    (told,) = shop.books.issues.page(code="zoho.announcement.unread").items
    assert told.issue.level is IssueLevel.WARNING
    assert told.issue.facts == {"stream": "estimates", "count": 31}


def test_a_record_that_is_refused_is_asked_for_once_and_stays(shop: ZohoHub) -> None:
    """A role that sees the list and not the record: one refusal speaks for the module, no token is minted for each."""
    shop.sync()
    held = shop.held()
    keys = [one.id for one in shop.zoho.books.documents_of(DocumentKind.INVOICE)][:5]
    for key in keys:
        announce(shop, "invoices", key)
    stand_before(shop, {f"invoices/{key}": REFUSED for key in keys})
    calls = shop.zoho.calls
    done = shop.sync()
    assert done.announced == {"refused": 5}
    assert len([one for one in shop.zoho.asked(calls) if "/invoices/" in one]) <= 2
    assert shop.held() == held
    assert not tombstones(shop)


@pytest.mark.parametrize(
    "page",
    [
        Response(status=404, headers=(("Content-Type", "text/html"),), body=b"<html>not found</html>"),
        Response(
            status=404, headers=(("Content-Type", "application/json"),), body=b'{"code":5,"message":"Invalid URL"}'
        ),
        Response(status=410, headers=(("Content-Type", "text/html"),), body=b""),
    ],
)
def test_a_proxys_page_makes_nothing_gone(shop: ZohoHub, page: Response) -> None:
    shop.sync()
    held, key = shop.held(), free(shop.zoho.books, DocumentKind.INVOICE).id
    announce(shop, "invoices", key)
    stand_before(shop, {f"invoices/{key}": page})
    shop.sync()
    assert shop.held() == held
    assert not tombstones(shop)
    assert outcomes(shop) == {key: "refused"}


def test_a_sync_that_fails_leaves_what_was_named_waiting(shop: ZohoHub) -> None:
    shop.sync()
    stream, key = shop.zoho.edit(DELETIONS["invoice"])
    announce(shop, stream, key)
    shop.zoho.running.web.next_requests(*({"server_error": 500} for _ in range(60)))
    with pytest.raises(SourceUnavailable):
        shop.sync()
    assert outcomes(shop) == {key: ""}
    shop.zoho.running.web.next_requests()
    shop.zoho.clock.advance(600)
    shop.sync()
    assert outcomes(shop) == {key: "gone"}
    assert tombstones(shop) == {(stream, key)}


@dataclass
class Few:
    """A pace with so many calls left of the day; a call too many is a mistake."""

    left: int

    def take(self, cost: int = 1) -> None:
        assert self.left >= cost, "the day's calls were overdrawn"
        self.left -= cost

    def hold(self, seconds: float) -> None: ...

    def left_today(self) -> int:
        return self.left


def test_a_used_up_day_leaves_the_rest_for_tomorrow(shop: ZohoHub) -> None:
    """Sixty were named, and the calls of the day end among them; what was named comes before what was changed."""
    shop.sync()
    for number in range(60):
        announce(shop, "invoices", str(number), is_deletion=False)
    shop.pace = Few(60)
    first = shop.sync()
    shop.pace = Few(1000)
    second = shop.sync()
    assert 10 < first.announced["absent"] < 50
    assert first.announced["absent"] + second.announced["absent"] == 60
    assert not tombstones(shop)


def test_every_module_names_a_stream() -> None:
    assert {stream for stream, _ in MODULES.values()} <= STREAMS.keys()


def test_whoever_waits_sees_the_calls_from_the_first_to_the_last(shop: ZohoHub) -> None:
    """A first sync makes a call for each document; at 90 a minute somebody waits for it."""
    seen: list[Progress] = []
    sync_connection(shop.steps, REQUEST, seen.append)
    calls = [one for one in seen if one.unit == "calls"]
    assert [one.done for one in calls] == list(range(1, len(calls) + 1))
    asked = [one for one in shop.zoho.running.web.requests if "/books/v3/" in one.target]
    assert calls[-1].done == len(asked)
    planned = [one for one in calls if one.total]
    assert len(planned) > len(calls) / 2, "how many there will be is known once the lists were walked"
    assert all(one.done <= one.total for one in planned)
    lists = [one for one in seen if one.unit == "lists"]
    assert lists[-1].done == lists[-1].total
