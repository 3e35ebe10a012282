"""What is written to Zoho Books is there exactly once, as it was said; what is refused leaves it untouched."""

from __future__ import annotations

import copy
import itertools
import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.errors import ConcurrentUpdate, CredentialError, KhataError, RateLimited, RuleError
from canonical.proof import ProofStatus
from connectors.sdk.writing.api_command import ApiOperation
from connectors.sdk.writing.audit import Verdict
from connectors.sdk.writing.policy import WritePolicy
from sandbox.zoho.books import editing, paying
from sandbox.zoho.books.records import Document, DocumentKind, State
from sandbox.zoho.books.settling import balance
from tests.connectors.zoho.fake import Zoho, differences, hub, zoho
from tests.connectors.zoho.writing import CUSTOMER, ITEM, Desk, invoice, payment
from tests.support.api_writing import ATTEMPTS, EVERYTHING, FAULTS, RUNS, read
from tests.support.audit_log import Remembering
from tests.support.dying import Killed

_SERIAL = itertools.count(1)


@pytest.fixture(scope="module")
def server() -> Iterator[Zoho]:
    """A fake with the customer and the item that commands name, whichever test comes first."""
    with zoho(vouchers=12) as running:
        for document in (CUSTOMER, ITEM):
            assert Desk(running).writer().apply(read(document)).entry.verdict is Verdict.WRITTEN
        yield running


@pytest.fixture
def desk(server: Zoho) -> Desk:
    """A writer's desk, with nothing left of the test before."""
    made = Desk(server)
    server.running.web.faults.script.clear()
    server.books.locked_until = None
    return made


def fresh(name: str) -> str:
    return f"{name}-{next(_SERIAL)}"


def asked_before_writing(desk: Desk, document: dict[str, Any]) -> int:
    """How many calls come before the one that writes; each writer signs in by itself."""
    calls = len(desk.zoho.running.web.requests)
    desk.writer().plan(read(document))
    return len(desk.zoho.running.web.requests) - calls


def written(desk: Desk, document: dict[str, Any]) -> Any:
    entry = desk.writer().apply(read(document)).entry
    assert entry.verdict is Verdict.WRITTEN, (entry.reason, entry.differences)
    return entry


def made_invoice(desk: Desk, **more: Any) -> Document:
    entry = written(desk, invoice(fresh("invoice"), **more))
    return desk.zoho.books.documents[entry.guid]


def test_nothing_may_be_written_unless_it_is_allowed(desk: Desk) -> None:
    since = len(desk.zoho.running.web.requests)
    for policy, words in (
        (WritePolicy(), "switched off"),
        (WritePolicy(is_enabled=True), "not among the allowed operations .setting writing.zoho_operations"),
        (WritePolicy(is_enabled=True, operations={ApiOperation.CREATE_ITEM}), "not among the allowed"),
        (replace(EVERYTHING, amount_max=Decimal(589)), "total 590 is above the limit"),
    ):
        with pytest.raises(RuleError, match=words) as caught:
            desk.writer(policy).apply(read(invoice()))
        assert caught.value.code == "source.write.not_allowed"
    assert desk.zoho.asked(since) == []


def test_a_plan_shows_the_change_and_makes_none(desk: Desk) -> None:
    since = desk.zoho.calls
    plan = desk.writer(WritePolicy()).plan(read(invoice(fresh("i"), due="2026-04-19")))
    assert plan.objections == ()
    assert [(change.field, change.before, change.after) for change in plan.changes] == [
        ("customer", "", "Kaveri Stores"),
        ("date", "", "2026-03-20"),
        ("due date", "", "2026-04-19"),
        ("line 1", "", "2 x Tea Chest at 250, GST18"),
        ("lines", "", "1"),
        ("total", "", "590.00"),
        ("status", "", "sent"),
    ]
    assert desk.writes(since) == []


def test_each_operation_is_in_the_books_as_it_was_said(desk: Desk) -> None:
    books = desk.zoho.books
    made = made_invoice(desk, number=fresh("KS/"), reference="PO 7", notes="thanks")
    assert (made.total, made.tax_total, made.state, made.reference) == (59_000, 9_000, State.OPEN, "PO 7")
    entry = written(
        desk, payment(fresh("p"), allocations=[{"invoice": made.number, "amount": "300", "withheld": "10"}])
    )
    assert books.payments[entry.guid].amount == 40_000
    assert balance(books, made) == 59_000 - 31_000
    written(
        desk,
        {
            "key": fresh("u"),
            "operation": "update_customer",
            "which": "kaveri stores",
            "customer": {"notes": "pays", "street": "MG Road"},
        },
    )
    contact = next(one for one in books.contacts.values() if one.name == "Kaveri Stores")
    assert (contact.notes, contact.billing.street, contact.billing.city) == ("pays", "MG Road", "Mysuru")
    written(
        desk, {"key": fresh("u"), "operation": "update_item", "which": "Tea Chest", "item": {"description": "carved"}}
    )
    assert next(one for one in books.items.values() if one.name == "Tea Chest").description == "carved"
    written(
        desk,
        {
            "key": fresh("u"),
            "operation": "update_invoice",
            "which": made.number,
            "invoice": {"due": "2026-05-01", "notes": "thank you"},
        },
    )
    assert (made.due, made.notes, made.total) == (date(2026, 5, 1), "thank you", 59_000)
    written(
        desk,
        {
            "key": fresh("u"),
            "operation": "update_payment",
            "which": f"id:{entry.guid}",
            "payment": {"reference": "UTR 9"},
        },
    )
    assert books.payments[entry.guid].reference == "UTR 9"
    assert balance(books, made) == 59_000 - 31_000
    assert desk.audit.verdicts == [Verdict.INTENDED, Verdict.WRITTEN] * 6


def test_a_draft_is_made_only_if_it_is_asked_for(desk: Desk) -> None:
    made = made_invoice(desk, status="draft")
    assert made.state is State.DRAFT
    written(
        desk,
        {
            "key": fresh("u"),
            "operation": "update_invoice",
            "which": f"id:{made.id}",
            "invoice": {"status": "sent"},
        },
    )
    assert desk.zoho.books.documents[made.id].state is State.OPEN


def test_a_command_is_carried_out_once(desk: Desk) -> None:
    document = payment(fresh("p"))
    first = desk.writer().apply(read(document))
    since = desk.zoho.calls
    again = desk.writer().apply(read(copy.deepcopy(document)))
    assert (again.is_repeat, again.entry) == (True, first.entry)
    assert desk.writes(since) == []
    with pytest.raises(RuleError) as caught:
        desk.writer().apply(read({**document, "payment": {**document["payment"], "amount": "401"}}))
    assert caught.value.code == "source.write.key_reused"


def test_without_the_audit_log_what_was_written_is_found(desk: Desk) -> None:
    document = invoice(fresh("i"))
    first = desk.writer().apply(read(document))
    count, since = len(desk.invoices()), desk.zoho.calls
    again = desk.writer(log=Remembering()).apply(read(document))
    assert (again.entry.verdict, again.entry.guid) == (Verdict.UNCHANGED, first.entry.guid)
    assert (len(desk.invoices()), desk.writes(since)) == (count, [])


def test_what_somebody_edited_after_a_crash_is_not_put_back(desk: Desk) -> None:
    document = invoice(fresh("i"))
    made = desk.zoho.books.documents[desk.writer().apply(read(document)).entry.guid]
    desk.audit.entries.pop()
    desk.zoho.edit(lambda books: editing.alter_document(books, made, reference="by hand", due=date(2026, 6, 1)))

    assert desk.writer().apply(read(document)).entry.verdict is Verdict.WRITTEN
    assert made.reference == "by hand"
    desk.audit.entries.pop()
    desk.zoho.edit(
        lambda books: editing.alter_document(books, made, [editing.make_line(books, None, rate=100, quantity=1000)])
    )
    with pytest.raises(RuleError, match=r"from this command already .* and it is different now: line 1, total"):
        desk.writer().apply(read(document))


@pytest.mark.parametrize("make", [invoice, payment], ids=["invoice", "payment"])
def test_a_process_killed_at_any_call_leaves_one_object(desk: Desk, make: Any) -> None:
    for calls in itertools.count():
        key = fresh("killed")
        document = make(key)
        count = len(desk.invoices() if make is invoice else desk.payments())
        try:
            desk.writer(dies_after=calls).apply(read(document))
        except Killed:
            entry = desk.writer().apply(read(document)).entry
            assert entry.verdict is Verdict.WRITTEN, entry
            made = desk.invoices() if make is invoice else desk.payments()
            assert len(made) == count + 1, calls
            assert make is payment or made[-1].state is State.OPEN  # type: ignore[union-attr]
        else:
            assert calls > 5
            return


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_faults_on_the_way_leave_one_object(desk: Desk, fault: Mapping[str, Any]) -> None:
    count = len(desk.payments())
    document = payment(fresh("p"))
    before = asked_before_writing(desk, document)
    desk.zoho.running.web.next_requests(*[{}] * before, fault, fault)
    entry = written(desk, document)
    assert [one.amount for one in desk.payments()[count:]] == [40_000]
    assert entry.guid == desk.payments()[-1].id


def test_a_zoho_that_stays_away_leaves_it_open_and_the_next_attempt_finds_it(desk: Desk) -> None:
    document = payment(fresh("p"))
    count = len(desk.payments())
    before = asked_before_writing(desk, document)
    desk.zoho.running.web.next_requests(*[{}] * before, {"answer_lost": True}, *[{"gateway_page": 503}] * 30)
    entry = desk.writer().apply(read(document)).entry
    assert entry.verdict is Verdict.UNCERTAIN
    assert "could not be read back" in entry.reason
    desk.zoho.running.web.faults.script.clear()
    since = desk.zoho.calls
    desk.zoho.clock.advance(600)
    again = desk.writer().apply(read(document)).entry
    assert again.verdict is Verdict.WRITTEN
    assert "found, and not sent again" in again.reason
    assert desk.writes(since) == []
    assert len(desk.payments()) == count + 1


def test_a_limit_that_does_not_end_is_told_and_nothing_was_written(desk: Desk) -> None:
    document = payment(fresh("p"))
    before = asked_before_writing(desk, document)
    desk.zoho.running.web.next_requests(*[{}] * before, *[{"rate_limited": "day"}] * 9)
    with pytest.raises(RateLimited):
        desk.writer().apply(read(document))
    assert desk.audit.verdicts == [Verdict.INTENDED, Verdict.REFUSED]
    desk.zoho.running.web.faults.script.clear()
    written(desk, document)


@settings(max_examples=RUNS)
@given(attempts=ATTEMPTS, kind=st.sampled_from([invoice, payment]), is_log_lost=st.booleans())
def test_whatever_befalls_its_attempts_a_command_writes_exactly_once(
    server: Zoho, attempts: list[Any], kind: Any, is_log_lost: bool
) -> None:
    desk = Desk(server)
    document = kind(fresh("law"))
    there = desk.invoices if kind is invoice else desk.payments
    count = len(there())
    for attempt in attempts:
        desk.zoho.clock.advance(600)
        desk.zoho.running.web.faults.script.clear()
        if isinstance(attempt, list):
            desk.zoho.running.web.next_requests(*attempt)
        try:
            desk.writer(dies_after=attempt if isinstance(attempt, int) else None).apply(read(document))
        except (Killed, KhataError):
            continue
    desk.zoho.running.web.faults.script.clear()
    desk.zoho.clock.advance(600)
    outcome = desk.writer(log=Remembering() if is_log_lost else None).apply(read(document))
    assert outcome.entry.verdict in {Verdict.WRITTEN, Verdict.UNCHANGED}, outcome.entry
    assert len(there()) == count + 1
    assert there()[-1].id == outcome.entry.guid
    assert kind is payment or there()[-1].state is State.OPEN  # type: ignore[union-attr]


@pytest.mark.parametrize("make", [invoice, payment], ids=["invoice", "payment"])
def test_several_processes_with_one_command_write_once(desk: Desk, make: Any) -> None:
    document = make(fresh("race"))
    there = desk.invoices if make is invoice else desk.payments
    count = len(there())
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: desk.writer(log=Remembering()).apply(read(document)).entry, range(4)))
    assert {one.verdict for one in done} <= {Verdict.WRITTEN, Verdict.UNCHANGED}
    assert len({one.guid for one in done}) == 1
    assert len(there()) == count + 1


def test_a_change_of_somebody_else_is_told(desk: Desk) -> None:
    made = made_invoice(desk)
    command = {
        "key": fresh("u"),
        "operation": "update_invoice",
        "which": made.number,
        "invoice": {"notes": "mine"},
    }
    (note,) = [one for one in desk.writer().plan(read(command)).notes if "version" in one]
    version = note.removeprefix("Its version is ").removesuffix(".")
    desk.zoho.edit(lambda books: editing.alter_document(books, made, notes="theirs"))
    with pytest.raises(ConcurrentUpdate) as caught:
        desk.writer().apply(read({**command, "version": version}))
    assert caught.value.code == "source.write.changed"
    assert made.notes == "theirs"
    assert desk.audit.verdicts == [Verdict.INTENDED, Verdict.WRITTEN]
    written(desk, command)
    assert made.notes == "mine"


def test_a_version_that_moved_by_our_own_hand_is_no_conflict(desk: Desk) -> None:
    made = made_invoice(desk)
    command = {"key": fresh("u"), "operation": "update_invoice", "which": made.number, "invoice": {"notes": "mine"}}
    (note,) = desk.writer().plan(read(command)).notes
    command["version"] = note.removeprefix("Its version is ").removesuffix(".")
    written(desk, command)
    desk.audit.entries.pop()
    entry = written(desk, command)
    assert "found" in entry.reason


def test_a_customer_that_was_renamed_before_a_crash_is_found(desk: Desk) -> None:
    name = fresh("Old")
    written(desk, {"key": fresh("c"), "operation": "create_customer", "customer": {"name": name}})
    command = {
        "key": fresh("u"),
        "operation": "update_customer",
        "which": name,
        "customer": {"name": name.replace("Old", "New")},
    }
    written(desk, command)
    desk.audit.entries.pop()
    assert "found" in written(desk, command).reason


def test_a_missing_scope_is_told_apart_from_a_sign_in_that_ended(desk: Desk, server: Zoho) -> None:
    reading = ",".join(f"ZohoBooks.{name}.READ" for name in ("settings", "contacts", "invoices", "customerpayments"))
    _, refresh = server.running.app.accounts.issue_tokens(reading)
    narrow = Desk(replace(server, refresh_token=refresh))
    document = payment(fresh("p"))
    with pytest.raises(CredentialError) as caught:
        narrow.writer().apply(read(document))
    assert caught.value.code == "zoho.write.scope_missing"
    assert "ZohoBooks.customerpayments.CREATE, ZohoBooks.customerpayments.UPDATE" in caught.value.message
    assert narrow.audit.verdicts == [Verdict.INTENDED, Verdict.REFUSED]
    gone = Desk(replace(server, refresh_token="1000.nobody"))
    with pytest.raises(CredentialError) as caught:
        gone.writer().apply(read(document))
    assert caught.value.code != "zoho.write.scope_missing"
    assert gone.audit.entries == []
    assert written(desk, document)


def test_scopes_that_zoho_named_are_looked_at_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "connectors.zoho.client.ZohoClient.scopes", ("ZohoBooks.contacts.ALL", "ZohoBooks.invoices.READ")
    )
    (objection,) = desk.writer().plan(read(invoice(fresh("i")))).objections
    assert "lacks ZohoBooks.invoices.CREATE, ZohoBooks.invoices.UPDATE" in objection


def test_a_locked_period_is_refused_with_zohos_words(desk: Desk) -> None:
    desk.zoho.books.locked_until = date(2026, 3, 31)
    count = len(desk.invoices())
    entry = desk.writer().apply(read(invoice(fresh("i")))).entry
    assert (entry.verdict, len(desk.invoices())) == (Verdict.REFUSED, count)
    assert "Transactions before 2026-03-31 have been locked." in entry.reason
    assert "Transactions before 2026-03-31 have been locked." in entry.said


def test_after_a_refusal_the_same_key_may_be_used_again(desk: Desk) -> None:
    document = invoice(fresh("i"))
    desk.zoho.books.locked_until = date(2026, 3, 31)
    assert desk.writer().apply(read(document)).entry.verdict is Verdict.REFUSED
    desk.zoho.books.locked_until = None
    written(desk, document)


def test_a_field_that_zoho_does_not_keep_is_noticed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the unique field a repetition would make a second one: that must not pass for written."""
    monkeypatch.setattr("sandbox.zoho.app.sales.custom", lambda _: {"custom_fields": [], "custom_field_hash": {}})
    entry = desk.writer().apply(read(invoice(fresh("i")))).entry
    assert entry.verdict is Verdict.DIFFERENT
    assert [field for field, _, _ in entry.differences] == ["cf_khata_key"]


def other_customer(desk: Desk) -> Document:
    books = desk.zoho.books
    return next(
        one
        for one in books.documents_of(DocumentKind.INVOICE)
        if one.counts and balance(books, one) > 0 and books.contacts[one.contact_id].name != "Kaveri Stores"
    )


def test_what_speaks_against_a_command_is_found_before_anything_is_sent(desk: Desk) -> None:
    books = desk.zoho.books
    draft = made_invoice(desk, status="draft")
    voided, paid, registered = made_invoice(desk), made_invoice(desk), made_invoice(desk)
    desk.zoho.edit(lambda books: editing.mark_document(books, voided, State.VOID))
    cash = next(one.id for one in books.accounts.values() if one.type == "cash")
    share = paying.Share(target_id=paid.id, amount=59_000)
    desk.zoho.edit(lambda books: paying.make_payment(books, paid.contact_id, 59_000, cash, [share]))
    registered.irn = "1" * 64

    def settling(document: Document, amount: str = "10") -> dict[str, Any]:
        return payment(fresh("p"), allocations=[{"invoice": f"id:{document.id}", "amount": amount}])

    def changing(document: Document, **more: Any) -> dict[str, Any]:
        return {
            "key": fresh("u"),
            "operation": "update_invoice",
            "which": f"id:{document.id}",
            "invoice": {"notes": "x", **more},
        }

    line = {"item": "Tea Chest", "rate": "1"}
    cases = [
        (invoice(fresh("i"), customer="Nobody"), "no contact 'Nobody'"),
        (invoice(fresh("i"), lines=[{**line, "item": "Nothing"}], total="1"), "no item 'Nothing'"),
        (invoice(fresh("i"), lines=[{**line, "tax": "GST99"}], total="1"), "no tax 'GST99'"),
        (invoice(fresh("i"), total="600"), "come to 590.00 with tax, not to 600.00"),
        (invoice(fresh("i"), number=voided.number), "already"),
        (settling(draft), "is draft: it is not in the books"),
        (settling(voided), "is void: it is not in the books"),
        (settling(paid), "only 0.00 is open"),
        (settling(other_customer(desk)), "another customer's"),
        (payment(fresh("p"), mode=""), "how it was paid"),
        (payment(fresh("p"), account="Nowhere"), "no account 'Nowhere'"),
        (changing(voided), "it is void"),
        (changing(registered), "e-invoice"),
        (changing(paid, status="draft"), "not made a draft again"),
        ({**CUSTOMER, "key": fresh("c")}, "already"),
        (
            {
                "key": fresh("u"),
                "operation": "update_customer",
                "which": "Kaveri Stores",
                "customer": {"email": "a@b.c"},
            },
            "contact persons",
        ),
    ]
    since = desk.zoho.calls
    for document, words in cases:
        with pytest.raises(RuleError, match=words) as caught:
            desk.writer().apply(read(document))
        assert caught.value.code == "source.write.refused"
    assert desk.writes(since) == []


def test_customers_in_foreign_currency_are_not_written_to() -> None:
    with zoho(vouchers=4, foreign=True) as running:
        desk = Desk(running)
        base = running.books.base_currency.id
        abroad = next(one for one in running.books.contacts.values() if one.currency_id != base)
        plan = desk.writer().plan(read(payment(customer=f"id:{abroad.id}")))
        assert any("foreign currency" in one for one in plan.objections)


def test_no_secret_is_in_the_audit(desk: Desk) -> None:
    made_invoice(desk)
    desk.zoho.running.web.next_requests(*[{}] * 7, {"answer_lost": True})
    desk.writer().apply(read(payment(fresh("p"))))
    kept = json.dumps([entry.to_json() for entry in desk.audit.entries])
    config = desk.zoho.config()
    access = set(desk.zoho.running.app.accounts._access)
    for secret in (config["client_secret"], config["refresh_token"], *access):
        assert secret not in kept
    assert "Authorization" not in kept
    assert "oauthtoken" not in kept.casefold()


def test_after_a_write_a_sync_brings_the_same_document_and_the_proof_holds() -> None:
    with zoho(vouchers=40) as running, hub(running) as made:
        desk = Desk(running)
        assert made.sync().proof == ProofStatus.PROVED
        for document in (CUSTOMER, ITEM, invoice(number="KS/1")):
            written(desk, document)
        paid = written(desk, payment(allocations=[{"invoice": "KS/1", "amount": "400", "withheld": "50"}]))
        running.clock.advance(days=1)
        assert made.sync().proof == ProofStatus.PROVED
        assert differences(made) == []
        sale = made.held()["Voucher", "invoices", desk.invoices()[0].id]
        assert (sale["number"], sale["day"], sale["party_name"]) == ("KS/1", "2026-03-20", "Kaveri Stores")
        assert made.held()["Voucher", "customerpayments", paid.guid]["day"] == "2026-03-25"
