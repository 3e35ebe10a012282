"""From a fake organisation into the books: equal to its truth to the paisa, after every kind of change."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from canonical.record import RawRecord, SourceRef
from connectors.sdk.base import Translation
from connectors.zoho.streams import DOCUMENTS
from connectors.zoho.translate.translator import ZohoTranslator
from sandbox.zoho import Limits, Options
from sandbox.zoho.books import editing, paying
from sandbox.zoho.books.company import Books
from sandbox.zoho.books.records import Contact, ContactType, Document, DocumentKind, State
from sandbox.zoho.books.settling import balance, unused
from tests.connectors.zoho.fake import Zoho, ZohoHub, differences, hub, zoho


@pytest.fixture
def shop() -> Iterator[ZohoHub]:
    with zoho() as source, hub(source) as made:
        yield made


def accused(shop: ZohoHub) -> list[str]:
    """What the proof of the last run found to differ."""
    proof = shop.proof()
    return [f"{total.name}: {total.ours} against {total.theirs} ({total.oracle})" for total in proof.differences]


def synced(shop: ZohoHub) -> None:
    done = shop.sync()
    assert not differences(shop)
    assert not accused(shop)
    assert done.status == "succeeded"


def open_invoice(books: Books) -> Document:
    return next(
        one
        for one in books.documents_of(DocumentKind.INVOICE)
        if one.counts
        and balance(books, one) > 100
        and not books.applied_onto(one.id)
        and books.currencies[one.currency_id].is_base
    )


def test_a_whole_organisation_is_in_the_books_to_the_paisa(shop: ZohoHub) -> None:
    synced(shop)
    proof = shop.proof()
    proved = {total.oracle for total in proof.totals if total.theirs is not None}
    assert "Zoho Books: balances of accounts and contacts" in proved
    assert "Zoho Books: balances of open documents" in proved


def test_a_sync_without_changes_asks_for_lists_only_and_writes_nothing(shop: ZohoHub) -> None:
    synced(shop)
    held, calls = shop.held(), shop.zoho.calls
    synced(shop)
    assert shop.held() == held
    details = [target for target in shop.zoho.asked(calls) if target.partition("?")[0].rsplit("/", 1)[-1].isdecimal()]
    assert not details


def test_edits_voids_and_payments_come_with_the_next_sync(shop: ZohoHub) -> None:
    synced(shop)

    def work(books: Books) -> None:
        editing.mark_document(books, open_invoice(books), State.VOID)
        editing.write_off(books, open_invoice(books))
        sale = open_invoice(books)
        paying.make_payment(
            books,
            sale.contact_id,
            balance(books, sale),
            _bank(books),
            [paying.Share(target_id=sale.id, amount=balance(books, sale))],
        )
        altered = open_invoice(books)
        lines = [*altered.lines, editing.make_line(books, next(iter(books.items.values())), rate=12_345)]
        editing.alter_document(books, altered, lines=lines)
        customer = editing.make_contact(books, "Newly Met Traders", ContactType.CUSTOMER)
        line = editing.make_line(books, next(iter(books.items.values())), rate=99_99)
        editing.make_document(books, DocumentKind.INVOICE, customer.id, [line])
        paying.make_payment(books, customer.id, 5_000_00, _bank(books))

    calls = shop.zoho.calls
    shop.zoho.edit(work)
    synced(shop)
    details = [target for target in shop.zoho.asked(calls) if target.partition("?")[0].rsplit("/", 1)[-1].isdecimal()]
    assert 6 <= len(details) <= 14


def _bank(books: Books) -> str:
    return next(one.id for one in books.accounts.values() if one.type == "bank")


def test_money_given_back_from_another_bank_leaves_that_bank(shop: ZohoHub) -> None:
    """Neither a payment received nor the refund of it is documented with the refund's account."""
    synced(shop)

    def work(books: Books) -> None:
        paid_on, given_from, *_ = (one.id for one in books.accounts.values() if one.type == "bank")
        customer = next(one for one in books.contacts.values() if _is_domestic(books, one))
        vendor = next(one for one in books.contacts.values() if one.type is ContactType.VENDOR)
        for contact in (customer, vendor):
            payment = paying.make_payment(books, contact.id, 4_321_00, paid_on)
            paying.make_refund(books, payment, 1_234_00, given_from)
        line = editing.make_line(books, next(iter(books.items.values())), rate=500_00)
        credit = editing.make_document(books, DocumentKind.VENDOR_CREDIT, vendor.id, [line])
        paying.make_refund(books, credit, 300_00, given_from)

    shop.zoho.edit(work)
    synced(shop)


def test_documents_are_judged_again_when_their_contact_registers_elsewhere(
    shop: ZohoHub, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The documents themselves do not change in Zoho, so nothing of them is asked for."""
    synced(shop)
    sale = open_invoice(shop.zoho.books)
    translate, read = ZohoTranslator.translate, list[SourceRef]()

    def watched(self: ZohoTranslator, record: RawRecord) -> Translation:
        read.append(record.source)
        return translate(self, record)

    monkeypatch.setattr(ZohoTranslator, "translate", watched)
    gone = {"gst_no": "", "gst_treatment": "business_none"}
    shop.zoho.edit(lambda books: editing.alter_contact(books, sale.contact_id, **gone))
    calls = shop.zoho.calls
    synced(shop)
    assert not [target for target in shop.zoho.asked(calls) if f"invoices/{sale.id}" in target]
    assert ("invoices", sale.id) in {(one.stream, one.key) for one in read}
    own = {one.id for one in shop.zoho.books.records_of(sale.contact_id)}
    documents = {one.key for one in read if one.stream in DOCUMENTS}
    assert documents - {one.id for one in shop.zoho.books.bank_transactions.values()} <= own
    with hub(shop.zoho) as other:
        synced(other)
        assert issues_of(other) == issues_of(shop)


def issues_of(shop: ZohoHub) -> set[tuple[str, str]]:
    """Codes of the company's issues, with the record each is about."""
    found = shop.books.issues.page(company_id=shop.company, limit=1000).items
    return {(one.issue.code, one.issue.source.key if one.issue.source else "") for one in found}


def test_a_credit_applied_to_an_invoice_moves_both(shop: ZohoHub) -> None:
    synced(shop)

    def work(books: Books) -> None:
        sale = open_invoice(books)
        line = editing.make_line(books, next(iter(books.items.values())), rate=50_00)
        note = editing.make_document(books, DocumentKind.CREDIT_NOTE, sale.contact_id, [line])
        paying.apply_credit(books, note.id, sale.id, min(balance(books, note), balance(books, sale)) // 2)

    shop.zoho.edit(work)
    synced(shop)


def test_what_was_deleted_leaves_the_books_with_the_next_sweep(shop: ZohoHub) -> None:
    synced(shop)
    before = len(shop.held())

    def work(books: Books) -> None:
        editing.delete_document(books, open_invoice(books))
        refunded = {one.source_id for one in books.refunds.values()}
        payment = next(one for one in books.payments.values() if one.id not in refunded)
        paying.delete_payment(books, payment)

    shop.zoho.edit(work)
    shop.zoho.clock.advance(days=2)
    synced(shop)
    assert len(shop.held()) < before


def test_incremental_and_fresh_reading_hold_the_same(shop: ZohoHub) -> None:
    synced(shop)
    shop.zoho.edit(lambda books: editing.write_off(books, open_invoice(books)))
    shop.zoho.edit(_advance)
    synced(shop)
    with hub(shop.zoho) as other:
        synced(other)
        assert other.held() == shop.held()


def _advance(books: Books) -> None:
    customer = next(one for one in books.contacts.values() if _is_domestic(books, one))
    payment = paying.make_payment(books, customer.id, 777_00, _bank(books))
    assert unused(books, payment) == 777_00


def _is_domestic(books: Books, contact: Contact) -> bool:
    return contact.type is ContactType.CUSTOMER and books.currencies[contact.currency_id].is_base


def test_tokens_that_end_and_answers_that_break_do_no_harm() -> None:
    with zoho(vouchers=40) as source, hub(source) as shop:
        source.running.web.next_requests(
            {}, {"server_error": 500}, {}, {"truncate_after_bytes": 20}, {"gateway_page": 502}
        )
        synced(shop)
        source.running.app.accounts.expire_all()
        source.edit(lambda books: editing.write_off(books, open_invoice(books)))
        synced(shop)


def test_a_day_that_is_too_short_is_gone_on_with_tomorrow() -> None:
    with zoho(vouchers=60) as source, hub(source, day_quota=70, day_reserve=0) as shop:
        first = shop.sync()
        assert [line.partition(":")[0] for line in accused(shop)] == ["parts of the source that wait for another sync"]
        assert first.publication == "held", "half of the documents are no books"
        assert first.counts["reports"]
        assert differences(shop)
        for _ in range(12):
            source.clock.advance(days=1)
            calls = source.calls
            shop.sync()
            assert source.calls - calls <= 75
            if not differences(shop):
                break
        assert not differences(shop)
        assert not accused(shop)


def test_limits_that_are_enforced_are_kept() -> None:
    options = Options(limits=Limits(per_minute=100))
    with zoho(vouchers=60, options=options) as source, hub(source, requests_per_minute=90) as shop:
        synced(shop)
        assert all(entry.status != 429 for entry in source.running.web.requests)


def test_the_rows_of_a_document_listed_and_deleted_meanwhile(shop: ZohoHub) -> None:
    synced(shop)
    _drop_first_invoice(shop.zoho)
    shop.zoho.clock.advance(days=2)
    synced(shop)


def _drop_first_invoice(source: Zoho) -> None:
    source.edit(lambda books: editing.delete_document(books, open_invoice(books)))
