"""The books: against the world's own truth, against Zoho's rules of receivables, and under random edits."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from datetime import date, timedelta
from functools import cache

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from sandbox.web import MovableClock
from sandbox.world.business import build_world
from sandbox.zoho.books import (
    Books,
    BooksRefused,
    ContactType,
    DocumentKind,
    Share,
    State,
    editing,
    paying,
    trial_balance,
    truth_of,
)
from sandbox.zoho.books.ledger_records import Role
from sandbox.zoho.books.posting import iter_records, postings_of
from sandbox.zoho.books.records import Contact, Document, Payment
from sandbox.zoho.books.settling import balance, position, unused
from tests.sandbox.zoho.calling import AFTER_THE_YEAR, build


@pytest.mark.parametrize(("vouchers", "company"), [(60, 0), (1500, 0), (1200, 1)])
def test_the_ledger_is_the_worlds(vouchers: int, company: int) -> None:
    """Account by account; the world has no control accounts, so its parties are summed up for them."""
    books = build(vouchers, companies=company + 1, foreign=False).organisations[company]
    world = build_world(vouchers=vouchers, company=company)
    truth = world.truth().trial_balance
    rows = {one.name: one for one in trial_balance(books, world.spec.last_day).values()}
    parties = {party.name: party for party in world.masters.parties}
    customers = {one.name for one in books.contacts.values() if one.type is ContactType.CUSTOMER}
    owed = sum(truth[name].closing for name in parties if name in customers)
    owing = sum(truth[name].closing for name in parties if name not in customers)
    assert rows[Role.RECEIVABLE].closing + rows[Role.UNEARNED].closing == owed
    assert rows[Role.PAYABLE].closing == owing
    for name, row in truth.items():
        if name not in parties and row.group:
            assert rows[name].closing == row.closing, name
    assert sum(row.closing for row in rows.values()) == 0


def test_documents_are_what_the_world_wrote() -> None:
    books = build(1500, foreign=False).organisations[0]
    counts = Counter(one.kind for one in books.documents.values())
    for kind in DocumentKind:
        assert counts[kind] > 3, kind
    states = Counter(one.state for one in books.documents_of(DocumentKind.INVOICE))
    assert min(states[State.OPEN], states[State.VOID], states[State.DRAFT]) > 0
    links = books.applications.values()
    assert {one.kind.value for one in links} == {"payment", "credit", "journal"}
    assert any(one.withheld for one in links)
    assert any(one.target_id in books.opening_owners for one in links)
    assert any(one.tds for one in books.documents_of(DocumentKind.BILL))
    assert books.refunds
    assert any(unused(books, one) for one in books.payments.values())


def test_a_bill_is_net_of_tax_deducted_at_source() -> None:
    """The recorded bill: 45,000 + 8,100 of IGST - 450 deducted at 1 % = 52,650."""
    books = build(60).organisations[0]
    vendor = editing.make_contact(books, "Gujarat Media", ContactType.VENDOR, place="GJ")
    tax = editing.tax_for(books, 1800, is_inter=True)
    account = books.account_named("Job Work Charges").id
    line = editing.make_line(books, None, rate=4_500_000, tax_id=tax, account_id=account)
    bill = editing.make_document(books, DocumentKind.BILL, vendor.id, [line], tds_tax_id=next(iter(books.tds_taxes)))
    assert (bill.sub_total, bill.tax_total, bill.tds, bill.total) == (4_500_000, 810_000, 45_000, 5_265_000)
    assert balance(books, bill) == 5_265_000
    assert sum(one.amount for one in postings_of(books, bill)) == 0


def test_taxes_round_once_for_the_document_and_once_per_line() -> None:
    """The recorded invoice: 424,991.70 and 8,552.00 at 18 % are 78,037.87 in all."""
    books = build(60).organisations[0]
    buyer = editing.make_contact(books, "Coromandel Services", ContactType.CUSTOMER, place="TN")
    tax = editing.tax_for(books, 1800, is_inter=True)
    lines = [editing.make_line(books, None, rate=rate, tax_id=tax) for rate in (42_499_170, 855_200)]
    invoice = editing.make_document(books, DocumentKind.INVOICE, buyer.id, lines)
    assert (invoice.sub_total, invoice.tax_total, invoice.total) == (43_354_370, 7_803_787, 51_158_157)
    inside = editing.tax_for(books, 1800, is_inter=False)
    odd = [editing.make_line(books, None, rate=5, tax_id=inside) for _ in range(3)]
    split = editing.make_document(books, DocumentKind.INVOICE, buyer.id, odd)
    assert [row.amount for row in split.tax_rows] == [1, 1]


def test_void_and_draft_keep_their_balance_and_do_not_count() -> None:
    books = build(60).organisations[0]
    buyer = editing.make_contact(books, "Konkan Stores", ContactType.CUSTOMER, place="MH")
    made = [
        editing.make_document(books, DocumentKind.INVOICE, buyer.id, [editing.make_line(books, None, rate=rate)])
        for rate in (10_000, 14_997, 5_000)
    ]
    editing.mark_document(books, made[0], State.DRAFT)
    editing.mark_document(books, made[2], State.VOID)
    assert [balance(books, one) for one in made] == [10_000, 14_997, 5_000]
    assert position(books, buyer).outstanding == 14_997
    assert postings_of(books, made[0]) == postings_of(books, made[2]) == []


def test_a_contacts_modified_time_does_not_follow_its_balance() -> None:
    live = build(60)
    books = live.organisations[0]
    assert isinstance(live.clock, MovableClock)
    buyer = editing.make_contact(books, "Deccan Stores", ContactType.CUSTOMER, place="MH")
    before = buyer.modified
    live.clock.advance(60)
    invoice = editing.make_document(
        books, DocumentKind.INVOICE, buyer.id, [editing.make_line(books, None, rate=10_000)]
    )
    live.clock.advance(60)
    bank = books.account_named("Cash").id
    paying.make_payment(books, buyer.id, 4_000, bank, [Share(target_id=invoice.id, amount=4_000)])
    assert buyer.modified == before
    assert invoice.modified == books.now() > invoice.created


def test_edits_that_zoho_refuses() -> None:
    books = build(200).organisations[0]
    customer = next(one for one in books.contacts.values() if books.records_of(one.id))
    with pytest.raises(BooksRefused, match="already exists") as taken:
        editing.make_contact(books, customer.name.upper(), ContactType.CUSTOMER)
    assert taken.value.zoho_code == 3062
    with pytest.raises(BooksRefused, match="cannot be deleted"):
        editing.delete_contact(books, customer.id)
    link = next(one for one in books.applications.values() if one.target_id in books.documents)
    paid = books.documents[link.target_id]
    with pytest.raises(BooksRefused, match="cannot be deleted"):
        editing.delete_document(books, paid)
    cheap = [editing.make_line(books, None, rate=1)]
    with pytest.raises(BooksRefused, match="less than"):
        editing.alter_document(books, paid, cheap)
    books.locked_until = books.facts.begins + timedelta(days=30)
    with pytest.raises(BooksRefused, match="locked"):
        editing.make_document(
            books, DocumentKind.INVOICE, customer.id, cheap, day=books.facts.begins + timedelta(days=3)
        )


@cache
def _pristine() -> Books:
    return build(24).organisations[0]


class RandomBusiness(RuleBasedStateMachine):
    """Any edits in any order leave the books in balance and every settlement within its bounds."""

    def __init__(self) -> None:
        super().__init__()
        self.books: Books = deepcopy(_pristine())
        assert isinstance(self.books.clock, MovableClock)
        self.books.clock.moment = AFTER_THE_YEAR
        self.heard = 0
        self.books.listeners.append(self._hear)

    def _hear(self, _event: object) -> None:
        self.heard += 1

    def _one(self, rows: Sequence[object], pick: int) -> object | None:
        return rows[pick % len(rows)] if rows else None

    @rule(pick=st.integers(0, 99), kind=st.sampled_from(sorted(DocumentKind)), rate=st.integers(1, 10**7))
    def make(self, pick: int, kind: DocumentKind, rate: int) -> None:
        side = ContactType.CUSTOMER if kind.is_sale else ContactType.VENDOR
        contact = self._one([one for one in self.books.contacts.values() if one.type is side], pick)
        assert isinstance(contact, Contact)
        tax = editing.tax_for(self.books, 1800, is_inter=bool(pick % 2))
        line = editing.make_line(self.books, None, rate=rate, quantity=1 + pick * 37, tax_id=tax)
        editing.make_document(self.books, kind, contact.id, [line])

    @rule(pick=st.integers(0, 999), share=st.integers(1, 120), extra=st.integers(0, 5000))
    def pay(self, pick: int, share: int, extra: int) -> None:
        targets = [one for one in self.books.documents.values() if one.counts and not one.kind.is_credit]
        document = self._one([one for one in targets if balance(self.books, one)], pick)
        if not isinstance(document, Document):
            return
        part = balance(self.books, document) * share // 100
        bank = self.books.account_named("Cash").id
        contact_id = document.contact_id
        shares = [Share(target_id=document.id, amount=part, withheld=extra % 7)]
        try:
            paying.make_payment(self.books, contact_id, max(1, part + extra), bank, shares)
        except BooksRefused:
            assert part + extra % 7 > balance(self.books, document)

    @rule(pick=st.integers(0, 999), amount=st.integers(1, 10**6))
    def credit(self, pick: int, amount: int) -> None:
        credits_ = [one for one in self.books.documents.values() if one.counts and one.kind.is_credit]
        source = self._one([*credits_, *self.books.payments.values()], pick)
        if not isinstance(source, Document | Payment):
            return
        is_same = [one for one in self.books.documents.values() if one.contact_id == source.contact_id]
        target = self._one([one for one in is_same if one.counts and not one.kind.is_credit], pick)
        if not isinstance(target, Document):
            return
        left = balance(self.books, source) if isinstance(source, Document) else unused(self.books, source)
        fits = amount <= min(left, balance(self.books, target))
        try:
            paying.apply_credit(self.books, source.id, target.id, amount)
        except BooksRefused:
            assert not fits
        else:
            assert fits

    @rule(pick=st.integers(0, 999), state=st.sampled_from([State.OPEN, State.DRAFT, State.VOID]))
    def mark(self, pick: int, state: State) -> None:
        document = self._one(list(self.books.documents.values()), pick)
        if isinstance(document, Document):
            try:
                editing.mark_document(self.books, document, state)
            except BooksRefused:
                assert state is State.DRAFT

    @rule(pick=st.integers(0, 999))
    def delete_something(self, pick: int) -> None:
        what = self._one([*self.books.documents.values(), *self.books.payments.values()], pick)
        if isinstance(what, Document):
            links = self.books.applied_onto(what.id) + self.books.applied_from(what.id)
            refunds = any(one.source_id == what.id for one in self.books.refunds.values())
            if links or refunds:
                with pytest.raises(BooksRefused, match="deleted"):
                    editing.delete_document(self.books, what)
            else:
                editing.delete_document(self.books, what)
        elif isinstance(what, Payment) and not any(one.source_id == what.id for one in self.books.refunds.values()):
            paying.delete_payment(self.books, what)

    @rule(pick=st.integers(0, 999))
    def unapply(self, pick: int) -> None:
        link = self._one(sorted(self.books.applications), pick)
        if isinstance(link, str):
            paying.unapply(self.books, link)

    @rule(pick=st.integers(0, 999), rate=st.integers(1, 10**6))
    def alter(self, pick: int, rate: int) -> None:
        document = self._one(list(self.books.documents.values()), pick)
        if isinstance(document, Document):
            taken = document.total - balance(self.books, document)
            try:
                editing.alter_document(self.books, document, [editing.make_line(self.books, None, rate=rate)])
            except BooksRefused:
                assert rate - document.discount - (rate // 100 + 1) * bool(document.tds) < taken

    @invariant()
    def all_is_in_balance(self) -> None:
        for record in iter_records(self.books):
            assert sum(one.amount for one in postings_of(self.books, record)) == 0
        assert sum(row.closing for row in trial_balance(self.books).values()) == 0

    @invariant()
    def settlements_are_within_bounds(self) -> None:
        for one in self.books.documents.values():
            assert 0 <= balance(self.books, one) <= max(one.total, 0)
        for payment in self.books.payments.values():
            assert 0 <= unused(self.books, payment) <= payment.amount

    @invariant()
    def contacts_and_control_accounts_agree(self) -> None:
        truth = truth_of(self.books)
        for contact in self.books.contacts.values():
            at = position(self.books, contact)
            net = at.outstanding_base - at.credits_base
            sign = 1 if contact.type is ContactType.CUSTOMER else -1
            assert truth.contacts[contact.id].control == sign * net, contact.name


RandomBusiness.TestCase.settings = settings(
    max_examples=10, stateful_step_count=15, deadline=None, suppress_health_check=list(HealthCheck)
)
TestRandomBusiness = RandomBusiness.TestCase


def test_days_are_the_organisations() -> None:
    live = build(40)
    assert isinstance(live.clock, MovableClock)
    live.clock.moment = AFTER_THE_YEAR.replace(hour=19)
    assert live.organisations[0].today() == date(2026, 4, 3)
