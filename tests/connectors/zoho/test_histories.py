"""Random work in Zoho, syncs in between, webhooks, faults and deaths: the books come to the organisation's truth.

Its limits are enforced and never run into. More histories: ``KHATA_HISTORIES=100``.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable

import pytest

from canonical.errors import KhataError
from sandbox.web import Faults, Request, Response, json_response, serve
from sandbox.zoho import Options, Rule
from sandbox.zoho.app.webhooks import Mishaps
from sandbox.zoho.books import BooksRefused, editing, paying
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import ContactType, Document, DocumentKind, State
from sandbox.zoho.books.settling import balance, unused
from tests.connectors.zoho.fake import ZohoHub, differences, hub, zoho
from tests.live.hints import is_news
from tests.support.dying import Doomed, Killed

Work = Callable[[Books, random.Random], object]
STEPS = 14
HISTORIES = int(os.environ.get("KHATA_HISTORIES", "4"))
HOOK_SECRET = "secretOfTheHooks12"


def _documents(books: Books, *kinds: DocumentKind) -> list[Document]:
    return [one for one in books.documents.values() if one.kind in kinds and one.counts]


def sell(books: Books, dice: random.Random) -> None:
    contacts = [one for one in books.contacts.values() if one.type is ContactType.CUSTOMER]
    items = list(books.items.values())
    lines = [
        editing.make_line(books, dice.choice(items), rate=dice.randint(100, 90_000)) for _ in range(dice.randint(1, 3))
    ]
    kind = dice.choice([DocumentKind.INVOICE, DocumentKind.INVOICE, DocumentKind.CREDIT_NOTE])
    editing.make_document(books, kind, dice.choice(contacts).id, lines)


def draft(books: Books, dice: random.Random) -> None:
    contact = dice.choice(list(books.contacts.values()))
    kind = DocumentKind.INVOICE if contact.type is ContactType.CUSTOMER else DocumentKind.BILL
    line = editing.make_line(books, dice.choice(list(books.items.values())), rate=4_000)
    editing.make_document(books, kind, contact.id, [line], state=State.DRAFT)


def send(books: Books, dice: random.Random) -> None:
    drafts = [one for one in books.documents.values() if one.state is State.DRAFT]
    editing.mark_document(books, dice.choice(drafts), State.OPEN)


def void(books: Books, dice: random.Random) -> None:
    kinds = (DocumentKind.INVOICE, DocumentKind.BILL, DocumentKind.CREDIT_NOTE)
    editing.mark_document(books, dice.choice(_documents(books, *kinds)), State.VOID)


def delete(books: Books, dice: random.Random) -> None:
    editing.delete_document(books, dice.choice(_documents(books, DocumentKind.INVOICE, DocumentKind.BILL)))


def pay(books: Books, dice: random.Random) -> None:
    open_ = [one for one in _documents(books, DocumentKind.INVOICE, DocumentKind.BILL) if balance(books, one) > 1]
    one = dice.choice(open_)
    part = dice.randint(1, balance(books, one))
    banks = [account.id for account in books.accounts.values() if account.type == "bank"]
    shares = [paying.Share(target_id=one.id, amount=part)]
    paying.make_payment(books, one.contact_id, part + dice.choice([0, 0, 5_000]), dice.choice(banks), shares)


def apply(books: Books, dice: random.Random) -> None:
    sources = [(one.id, one.contact_id, unused(books, one)) for one in books.payments.values()]
    sources += [
        (one.id, one.contact_id, balance(books, one))
        for one in _documents(books, DocumentKind.CREDIT_NOTE, DocumentKind.VENDOR_CREDIT)
    ]
    key, contact, left = dice.choice([source for source in sources if source[2] > 0])
    open_ = [
        one
        for one in _documents(books, DocumentKind.INVOICE, DocumentKind.BILL)
        if one.contact_id == contact and balance(books, one) > 0
    ]
    one = dice.choice(open_)
    paying.apply_credit(books, key, one.id, min(left, balance(books, one)))


def unpay(books: Books, dice: random.Random) -> None:
    paying.delete_payment(books, dice.choice(list(books.payments.values())))


def write_off(books: Books, dice: random.Random) -> None:
    editing.write_off(books, dice.choice(_documents(books, DocumentKind.INVOICE)))


WORKS: tuple[Work, ...] = (sell, sell, draft, send, void, delete, pay, pay, apply, apply, unpay, write_off)
FAULTS: tuple[dict[str, object], ...] = (
    {"server_error": 500},
    {"truncate_after_bytes": 12},
    {"gateway_page": 502},
    {"rate_limited": "minute"},
    {"reset": True},
)


def work(shop: ZohoHub, dice: random.Random) -> None:
    """One edit; what Zoho refuses, or what there is nothing to do it with, is no edit."""
    try:
        shop.zoho.edit(lambda books: dice.choice(WORKS)(books, dice))
    except (BooksRefused, IndexError):
        return


def trouble(shop: ZohoHub, dice: random.Random) -> None:
    """Some of the next requests fail, or the access token is worth nothing any more."""
    if dice.random() < 0.3:
        shop.zoho.running.app.accounts.expire_all()
    shop.zoho.running.web.next_requests(*({} if dice.random() < 0.8 else dict(dice.choice(FAULTS)) for _ in range(20)))


def stumble(shop: ZohoHub, dice: random.Random, totals: Counter[str]) -> None:
    """A sync that may not come to its end."""
    trouble(shop, dice)
    kept = shop.pace
    if dice.random() < 0.4:
        assert kept is not None
        shop.pace = Doomed(kept, dice.randint(1, 60))
    totals["syncs"] += 1
    try:
        shop.sync()
    except (KhataError, Killed) as end:
        totals["kills" if isinstance(end, Killed) else "failed syncs"] += 1
        shop.zoho.clock.advance(120)
    finally:
        shop.pace = kept


class Postbox:
    """Where Zoho's webhooks come to: some are lost, some come twice, some late."""

    def __init__(self, shop: ZohoHub, dice: random.Random) -> None:
        self.shop, self.came = shop, list[Request]()
        desk = shop.zoho.running.app.desk
        desk.mishaps = Mishaps(
            is_lost=lambda _: dice.random() < 0.3,
            is_repeated=lambda _: dice.random() < 0.3,
            is_late=lambda _: dice.random() < 0.3,
        )

    def answer(self, request: Request, _faults: Faults) -> Response:
        self.came.append(request)
        return json_response({})

    def subscribe(self, url: str) -> None:
        key = self.shop.zoho.books.facts.id
        for module in ("invoice", "creditnote", "customerpayment", "bill", "vendorpayment", "contact"):
            asked = f"{url}/hook?org={key}&module={module}"
            actions = frozenset({"created", "edited", "deleted"})
            rule = Rule(organization_id=key, module=module, actions=actions, url=asked, secret=HOOK_SECRET)
            self.shop.zoho.running.app.desk.add(rule)

    def listen(self, totals: Counter[str]) -> None:
        """Deliver what waits; sync as often as something is news."""
        self.shop.zoho.running.app.desk.deliver()
        came, self.came = self.came, []
        for one in came[:2]:
            now = self.shop.zoho.clock()
            if is_news(self.shop.books, "shop", one.headers, one.body, secret=HOOK_SECRET, now=now, query=one.query):
                totals["syncs by webhook"] += 1
                self.shop.sync()


@pytest.mark.parametrize("seed", range(1, HISTORIES + 1))
def test_books_come_to_the_truth(seed: int, totals: Counter[str]) -> None:
    dice = random.Random(seed)
    totals["histories"] += 1
    options = Options(journals_equal=dice.random() < 0.5)
    with zoho(vouchers=40, options=options) as source:
        quota = source.running.app.gate.quota(source.books)
        with hub(source, requests_per_minute=90, day_quota=quota) as shop:
            shop.keep_pace()
            postbox = Postbox(shop, dice)
            with serve(postbox) as post:
                postbox.subscribe(post.url)
                live(shop, postbox, dice, totals)
        totals["faults"] += source.running.web.struck


def live(shop: ZohoHub, postbox: Postbox, dice: random.Random, totals: Counter[str]) -> None:
    """Work, hints, syncs in trouble; and in the end one that goes well."""
    source = shop.zoho
    for _ in range(STEPS):
        for _ in range(dice.randint(0, 3)):
            work(shop, dice)
        match dice.choice(["trouble", "trouble", "hints", "nothing"]):
            case "trouble":
                stumble(shop, dice, totals)
            case "hints":
                source.running.web.next_requests()
                postbox.listen(totals)
            case _:
                pass
    source.running.web.next_requests()
    source.clock.advance(days=2)
    shop.sync()
    totals.update({"syncs": 1, "comparisons": 1})
    assert not differences(shop)
    assert not shop.proof().differences
    assert source.running.app.gate.use_of(source.books.facts.id).refused == 0, "no limit was run into"
    if dice.random() < 0.5:
        source.clock.advance(120)  # a minute of its own
        with hub(source, requests_per_minute=90) as other:
            other.sync()
            totals.update({"syncs": 1, "comparisons": 1})
            assert other.held() == shop.held()
