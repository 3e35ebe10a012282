"""What is written to QuickBooks is there exactly once, as it was said; what is refused leaves it untouched."""

from __future__ import annotations

import copy
import itertools
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.errors import ConcurrentUpdate, CredentialError, InvariantError, KhataError, RateLimited, RuleError
from canonical.proof import ProofStatus
from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.tap import TapQuickBooks
from connectors.sdk.writing.api_command import ApiOperation
from connectors.sdk.writing.audit import Verdict
from connectors.sdk.writing.policy import WritePolicy
from sandbox.quickbooks.refusals import Refusal
from sandbox.quickbooks.shelf import Record
from tests.connectors.quickbooks.api import Api, api
from tests.connectors.quickbooks.writing import CUSTOMER, ITEM, Desk, invoice, payment
from tests.live.quickbooks import hub, true_balances
from tests.support.api_writing import ATTEMPTS, EVERYTHING, FAULTS, RUNS, read
from tests.support.audit_log import Remembering
from tests.support.dying import Killed

_SERIAL = itertools.count(1)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    """A fake with the customer and the item that commands name, whichever test comes first."""
    with api(tmp_path_factory.mktemp("quickbooks"), documents=30) as running:
        for document in (CUSTOMER, ITEM):
            assert Desk(running).writer().apply(read(document)).entry.verdict is Verdict.WRITTEN
        yield running


@pytest.fixture
def desk(server: Api) -> Desk:
    """A writer's desk, with nothing left of the test before."""
    made = Desk(server)
    server.running.faults.script.clear()
    server.clock.advance(600)
    server.live.company.facts.closed_until = None
    server.live.company.facts.is_subscribed = True
    return made


def fresh(name: str) -> str:
    return f"{name}-{next(_SERIAL)}"


def written(desk: Desk, document: dict[str, Any]) -> Any:
    entry = desk.writer().apply(read(document)).entry
    assert entry.verdict is Verdict.WRITTEN, (entry.reason, entry.differences)
    return entry


def made_invoice(desk: Desk, **more: Any) -> Record:
    entry = written(desk, invoice(fresh("invoice"), **{"number": fresh("K-"), **more}))
    return desk.api.live.company.get("Invoice", entry.guid)


def asked_before_writing(desk: Desk, document: dict[str, Any]) -> int:
    """How many calls come before the one that writes, once the sign-in was renewed."""
    desk.writer().plan(read(document))
    calls = len(desk.api.running.requests)
    desk.writer().plan(read(document))
    return len(desk.api.running.requests) - calls


def test_nothing_may_be_written_unless_it_is_allowed(desk: Desk) -> None:
    since = len(desk.api.running.requests)
    for policy, words in (
        (WritePolicy(), "switched off"),
        (WritePolicy(is_enabled=True), "not among the allowed operations .setting writing.quickbooks_operations"),
        (WritePolicy(is_enabled=True, operations={ApiOperation.CREATE_ITEM}), "not among the allowed"),
        (replace(EVERYTHING, amount_max=Decimal(589)), "total 590 is above the limit"),
    ):
        with pytest.raises(RuleError, match=words) as caught:
            desk.writer(policy).apply(read(invoice()))
        assert caught.value.code == "source.write.not_allowed"
    assert len(desk.api.running.requests) == since


def test_a_plan_shows_the_change_and_makes_none(desk: Desk) -> None:
    since = len(desk.api.running.requests)
    plan = desk.writer(WritePolicy()).plan(read(invoice(fresh("i"), due="2026-04-19")))
    assert plan.objections == ()
    assert [(change.field, change.before, change.after) for change in plan.changes] == [
        ("customer", "", "Kaveri Exports"),
        ("date", "", "2026-03-20"),
        ("due date", "", "2026-04-19"),
        ("line 1", "", "2 x Tea Tasting at 250, 18.0% GST"),
        ("lines", "", "1"),
        ("total", "", "590.00"),
        ("kept as", "", plan.wanted["kept as"]),
    ]
    assert desk.writes(since) == []


def test_each_operation_is_in_the_books_as_it_was_said(desk: Desk) -> None:
    company = desk.api.live.company
    made = made_invoice(desk, notes="thanks")
    assert (made.document["TotalAmt"], made.document["TxnTaxDetail"]["TotalTax"]) == (590, 90)
    number = made.document["DocNumber"]
    paid = written(
        desk,
        payment(fresh("p"), reference="UTR 1", account="Checking", allocations=[{"invoice": number, "amount": "300"}]),
    )
    assert made.document["Balance"] == 290
    received = company.get("Payment", paid.guid).document
    assert (received["TotalAmt"], received["UnappliedAmt"], received["PaymentRefNum"]) == (400, 100, "UTR 1")
    for which, kind, draft in (
        ("Kaveri Exports", "customer", {"phone": "080 2345", "terms_days": 30, "street": "MG Road"}),
        ("Tea Tasting", "item", {"description": "by the hour"}),
        (number, "invoice", {"due": "2026-05-01", "notes": "soon, please"}),
        (f"id:{paid.guid}", "payment", {"notes": "for March"}),
    ):
        written(desk, {"key": fresh("u"), "operation": f"update_{kind}", "which": which, kind: draft})
    customer = company.get("Customer", made.document["CustomerRef"]["value"]).document
    assert (customer["PrimaryPhone"], customer["CompanyName"]) == ({"FreeFormNumber": "080 2345"}, "Kaveri & Co")
    assert customer["BillAddr"] == {"City": "Mysuru", "Line1": "MG Road"}
    assert company.get("Item", "23").document["Description"] == "by the hour"
    assert (made.document["DueDate"], made.document["TotalAmt"], made.document["Balance"]) == ("2026-05-01", 590, 290)
    assert re.fullmatch(r"for March \[khata [0-9a-f-]{36}\]", company.get("Payment", paid.guid).document["PrivateNote"])
    assert desk.audit.verdicts == [Verdict.INTENDED, Verdict.WRITTEN] * 6


def test_a_command_is_carried_out_once(desk: Desk) -> None:
    document = payment(fresh("p"))
    first = desk.writer().apply(read(document))
    since = len(desk.api.running.requests)
    again = desk.writer().apply(read(copy.deepcopy(document)))
    assert (again.is_repeat, again.entry) == (True, first.entry)
    assert desk.writes(since) == []
    with pytest.raises(RuleError) as caught:
        desk.writer().apply(read({**document, "payment": {**document["payment"], "amount": "401"}}))
    assert caught.value.code == "source.write.key_reused"


@pytest.mark.parametrize("make", [invoice, payment], ids=["invoice", "payment"])
def test_without_the_audit_log_what_was_written_is_found(desk: Desk, make: Any) -> None:
    document = make(fresh("x"))
    first = desk.writer().apply(read(document)).entry
    entity = "Invoice" if make is invoice else "Payment"
    count = len(desk.made(entity))
    again = desk.writer(log=Remembering()).apply(read(document)).entry
    assert (again.verdict, again.guid, len(desk.made(entity))) == (Verdict.UNCHANGED, first.guid, count)


def test_a_crash_is_survived_though_quickbooks_forgot_the_request_id(desk: Desk) -> None:
    for document, entity in ((invoice(fresh("i")), "Invoice"), (payment(fresh("p")), "Payment")):
        entry = written(desk, document)
        desk.audit.entries.pop()
        desk.api.app._replays.clear()
        count, since = len(desk.made(entity)), len(desk.api.running.requests)
        again = written(desk, document)
        assert "found, and not sent again" in again.reason
        assert (again.guid, len(desk.made(entity)), desk.writes(since)) == (entry.guid, count, [])


@pytest.mark.parametrize("make", [invoice, payment], ids=["invoice", "payment"])
def test_a_process_killed_at_any_call_leaves_one_object(desk: Desk, make: Any) -> None:
    entity = "Invoice" if make is invoice else "Payment"
    for calls in itertools.count():
        document = make(fresh("killed"))
        count = len(desk.made(entity))
        desk.api.clock.advance(7200)
        try:
            desk.writer(dies_after=calls).apply(read(document))
        except Killed:
            assert desk.writer().apply(read(document)).entry.verdict is Verdict.WRITTEN
            assert len(desk.made(entity)) == count + 1, calls
        else:
            assert calls > 4
            return


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: next(iter(fault)))
def test_faults_on_the_way_leave_one_object(desk: Desk, fault: Mapping[str, Any]) -> None:
    count = len(desk.made("Payment"))
    document = payment(fresh("p"))
    before = asked_before_writing(desk, document)
    desk.api.running.next_requests(*[{}] * before, fault, fault)
    entry = written(desk, document)
    assert [one.document["TotalAmt"] for one in desk.made("Payment")[count:]] == [400]
    assert entry.guid == desk.made("Payment")[-1].key


def test_an_answer_that_never_comes_leaves_it_open_and_the_next_attempt_finds_it(desk: Desk) -> None:
    document = payment(fresh("p"))
    count = len(desk.made("Payment"))
    before = asked_before_writing(desk, document)
    desk.api.running.next_requests(*[{}] * before, {"answer_lost": True}, *[{"gateway_page": 503}] * 30)
    entry = desk.writer().apply(read(document)).entry
    assert entry.verdict is Verdict.UNCERTAIN
    desk.api.running.faults.script.clear()
    desk.api.clock.advance(600)
    since = len(desk.api.running.requests)
    assert "found" in written(desk, document).reason
    assert (desk.writes(since), len(desk.made("Payment"))) == ([], count + 1)


def test_a_refusal_after_a_lost_answer_is_no_refusal(desk: Desk) -> None:
    """The first try made it; that later tries were refused says nothing about that."""
    document = payment(fresh("p"))
    count = len(desk.made("Payment"))
    before = asked_before_writing(desk, document)
    desk.api.running.next_requests(*[{}] * before, {"answer_lost": True}, *[{"rate_limited": "minute"}] * 4)
    entry = written(desk, document)
    assert "takes no more requests" in entry.reason
    assert [one.key for one in desk.made("Payment")[count:]] == [entry.guid]


def test_a_limit_that_does_not_end_is_told_and_nothing_was_written(desk: Desk) -> None:
    document = payment(fresh("p"))
    count = len(desk.made("Payment"))
    before = asked_before_writing(desk, document)
    desk.api.running.next_requests(*[{}] * before, *[{"rate_limited": "minute"}] * 9)
    with pytest.raises(RateLimited):
        desk.writer().apply(read(document))
    assert desk.audit.verdicts == [Verdict.INTENDED, Verdict.REFUSED]
    assert len(desk.made("Payment")) == count
    desk.api.running.faults.script.clear()
    desk.api.clock.advance(600)
    written(desk, document)


@settings(max_examples=RUNS)
@given(
    attempts=ATTEMPTS,
    kind=st.sampled_from(["invoice", "numbered", "payment"]),
    is_forgotten=st.booleans(),
)
def test_whatever_befalls_its_attempts_a_command_writes_exactly_once(
    server: Api, attempts: list[Any], kind: str, is_forgotten: bool
) -> None:
    desk = Desk(server)
    key = fresh("law")
    document = payment(key) if kind == "payment" else invoice(key, number=key if kind == "numbered" else "")
    entity = "Payment" if kind == "payment" else "Invoice"
    server.clock.advance(7200)
    count = len(desk.made(entity))
    for attempt in attempts:
        server.clock.advance(600)
        server.running.faults.script.clear()
        if isinstance(attempt, list):
            server.running.next_requests(*attempt)
        try:
            desk.writer(dies_after=attempt if isinstance(attempt, int) else None).apply(read(document))
        except (Killed, KhataError):
            continue
    server.running.faults.script.clear()
    server.clock.advance(600)
    if is_forgotten:
        server.app._replays.clear()
    outcome = desk.writer().apply(read(document))
    assert outcome.entry.verdict is Verdict.WRITTEN, outcome.entry
    assert len(desk.made(entity)) == count + 1
    assert desk.made(entity)[-1].key == outcome.entry.guid


@pytest.mark.parametrize("make", [invoice, payment], ids=["invoice", "payment"])
def test_several_processes_with_one_command_write_once(desk: Desk, make: Any) -> None:
    """Each looks before any has written; then the request id is what keeps it one."""
    document = make(fresh("race"))
    entity = "Invoice" if make is invoice else "Payment"
    count = len(desk.made(entity))
    with ThreadPoolExecutor(4) as pool:
        done = list(pool.map(lambda _: desk.writer(log=Remembering()).apply(read(document)).entry, range(4)))
    assert {one.verdict for one in done} <= {Verdict.WRITTEN, Verdict.UNCHANGED}
    assert len({one.guid for one in done}) == 1
    assert len(desk.made(entity)) == count + 1


def test_a_change_of_somebody_else_is_told(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    made = made_invoice(desk)
    command = {
        "key": fresh("u"),
        "operation": "update_invoice",
        "which": made.document["DocNumber"],
        "version": "0",
        "invoice": {"notes": "mine"},
    }
    desk.api.live.write.update("Invoice", {"Id": made.key, "PrivateNote": "theirs"}, sparse=True)
    with pytest.raises(ConcurrentUpdate) as caught:
        desk.writer().apply(read(command))
    assert caught.value.code == "source.write.changed"
    monkeypatch.setattr(QuickBooks, "write", meanwhile(desk, made, QuickBooks.write))
    with pytest.raises(ConcurrentUpdate) as caught:
        desk.writer().apply(read({**command, "version": ""}))
    assert (caught.value.code, caught.value.facts["fault"]) == ("quickbooks.stale_object", "5010")
    assert (desk.audit.entries[-1].verdict, "Stale Object" in desk.audit.entries[-1].said) == (Verdict.REFUSED, True)
    assert "CustomerMemo" not in made.document
    monkeypatch.undo()
    written(desk, {**command, "version": ""})
    assert made.document["CustomerMemo"] == {"value": "mine"}


def meanwhile(desk: Desk, made: Record, write: Any) -> Any:
    """Somebody else is a moment faster."""

    def call(*arguments: Any) -> Any:
        desk.api.live.write.update("Invoice", {"Id": made.key, "PrivateNote": "theirs"}, sparse=True)
        return write(*arguments)

    return call


def test_a_customer_that_was_renamed_before_a_crash_is_found(desk: Desk) -> None:
    name = fresh("Old")
    written(desk, {"key": fresh("c"), "operation": "create_customer", "customer": {"name": name}})
    renamed = {"name": name.replace("Old", "New")}
    command = {"key": fresh("u"), "operation": "update_customer", "which": name, "customer": renamed}
    written(desk, command)
    desk.audit.entries.pop()
    assert "found" in written(desk, command).reason


def test_a_closed_period_is_refused_before_and_with_quickbooks_words(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = desk.api.live.company.facts
    facts.closed_until = date(2026, 3, 31)
    with pytest.raises(RuleError, match=r"closed up to 2026-03-31 .Account Period Closed."):
        desk.writer().apply(read(payment(fresh("p"))))
    assert desk.audit.entries == []
    monkeypatch.setattr("connectors.quickbooks.writing.lookup.Company.closed_until", None)
    entry = desk.writer().apply(read(payment(fresh("p")))).entry
    assert entry.verdict is Verdict.REFUSED
    assert "Account Period Closed: The account period has closed." in entry.reason


def test_after_a_refusal_the_same_key_may_be_used_again(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """QuickBooks might answer the refusal again under the same request id, so there is a new one."""
    document = payment(fresh("p"))
    monkeypatch.setattr("connectors.quickbooks.writing.lookup.Company.closed_until", None)
    desk.api.live.company.facts.closed_until = date(2026, 3, 31)
    refused = desk.writer().apply(read(document)).entry
    desk.api.live.company.facts.closed_until = None
    assert written(desk, document).remote_id != refused.remote_id


def test_what_the_sign_in_may_not_do_is_told_apart(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    refusal = Refusal("5020", "Permission Denied Error", "Permission denied : no invoices", status=400)

    def refuse(*_: Any, **__: Any) -> Any:
        raise refusal

    monkeypatch.setattr(type(desk.api.live.write), "create", refuse)
    entry = desk.writer().apply(read(payment(fresh("p")))).entry
    assert entry.verdict is Verdict.REFUSED
    assert "may not do this in QuickBooks" in entry.reason
    assert "no invoices" in entry.said
    desk.api.app.lost_realms.add(desk.api.live.realm_id)
    try:
        with pytest.raises(CredentialError) as caught:
            desk.writer().apply(read(payment(fresh("p"))))
    finally:
        desk.api.app.lost_realms.clear()
    assert caught.value.code == "quickbooks.access_lost"


def test_a_write_without_a_request_id_is_never_sent(desk: Desk, server: Api) -> None:
    tap = TapQuickBooks(config=server.config())
    tap.surroundings = server.surroundings()
    since = len(server.running.requests)
    with pytest.raises(InvariantError):
        tap.open_source().api.write("invoice", {}, {})
    assert desk.writes(since) == []


def other_invoice(desk: Desk) -> Record:
    return next(
        one
        for one in desk.api.live.company.records("Invoice")
        if one.open_cents > 0 and one not in desk.made("Invoice")
    )


def test_what_speaks_against_a_command_is_found_before_anything_is_sent(desk: Desk) -> None:
    live = desk.api.live
    voided, paid = made_invoice(desk), made_invoice(desk)
    live.write.void("Invoice", voided.key)
    line = {"Amount": 590, "LinkedTxn": [{"TxnId": paid.key, "TxnType": "Invoice"}]}
    banked = live.write.create(
        "Payment", {"CustomerRef": paid.document["CustomerRef"], "TotalAmt": 590, "Line": [line]}
    )
    bank = {"value": live.company.account("Checking")}
    one = {"LinkedTxn": [{"TxnId": banked.key, "TxnType": "Payment"}]}
    live.write.create("Deposit", {"DepositToAccountRef": bank, "Line": [one]})
    vendor = next(iter(live.company.records("Vendor"))).document["DisplayName"]

    def settling(number: str, **more: Any) -> dict[str, Any]:
        return payment(fresh("p"), allocations=[{"invoice": number, "amount": "10", **more}])

    def changing(noun: str, key: str, **draft: Any) -> dict[str, Any]:
        return {"key": fresh("u"), "operation": f"update_{noun}", "which": f"id:{key}", noun: draft}

    sold = {"item": "Tea Tasting", "rate": "1", "tax": "18.0% GST"}
    cases = [
        (invoice(fresh("i"), customer="Nobody"), "no customer 'Nobody'"),
        (invoice(fresh("i"), lines=[{**sold, "item": "Nothing"}], total="1.18"), "no item 'Nothing'"),
        (invoice(fresh("i"), lines=[{**sold, "tax": "99%"}], total="1"), "no taxcode '99%'"),
        (invoice(fresh("i"), lines=[{**sold, "tax": ""}], total="1"), "every line needs a tax code"),
        (invoice(fresh("i"), total="600"), "come to 590.00 with tax, not to 600.00"),
        (invoice(fresh("i"), number=paid.document["DocNumber"]), "already"),
        (invoice(fresh("i"), number="9" * 22), "at most 21"),
        (invoice(fresh("i"), status="draft"), "no drafts"),
        (invoice(fresh("i"), reference="PO 1"), "no reference"),
        (settling(voided.document["DocNumber"]), "voided"),
        (settling(paid.document["DocNumber"]), "only 0.00 is open"),
        (settling(str(other_invoice(desk).document["DocNumber"])), "another customer's"),
        (settling(str(other_invoice(desk).document["DocNumber"]), withheld="1"), "journal entry"),
        (changing("invoice", voided.key, notes="x"), "it is voided"),
        (changing("payment", banked.key, notes="x"), "part of a deposit"),
        (changing("item", "23", kind="goods"), "kind of an item is not changed"),
        ({"key": fresh("c"), "operation": "create_customer", "customer": {"name": vendor}}, "already"),
        ({"key": fresh("c"), "operation": "create_customer", "customer": {"name": "A:B"}}, "no colon"),
        ({"key": fresh("c"), "operation": "create_item", "item": {"name": "New"}}, "income account"),
        (
            {"key": fresh("c"), "operation": "create_item", "item": {"name": "N", "account": "Services", "hsn": "99"}},
            "no HSN",
        ),
    ]
    since = len(desk.api.running.requests)
    for document, words in cases:
        with pytest.raises(RuleError, match=words) as caught:
            desk.writer().apply(read(document))
        assert caught.value.code == "source.write.refused"
    assert desk.writes(since) == []


def test_american_companies_get_untaxed_invoices_only(tmp_path: Any) -> None:
    with api(tmp_path, company=1, documents=12) as running:
        desk = Desk(running)
        for document in (CUSTOMER, ITEM):
            written(desk, document)
        taxed = [{"item": "Tea Tasting", "quantity": 2, "rate": "250", "tax": "California"}]
        with pytest.raises(RuleError, match="American sales tax"):
            desk.writer().apply(read(invoice(lines=taxed)))
        plain = [{"item": "Tea Tasting", "quantity": 2, "rate": "250"}]
        entry = written(desk, invoice(lines=plain, total="500"))
        assert running.live.company.get("Invoice", entry.guid).document["TotalAmt"] == 500


def test_no_secret_is_in_the_audit(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    document = payment(fresh("p"))
    before = asked_before_writing(desk, document)
    desk.api.running.next_requests(*[{}] * before, {"answer_lost": True})
    written(desk, document)
    config = desk.api.config()
    tokens = json.loads((desk.api.folder / "tokens.json").read_text())

    def repeat(*_: Any, **__: Any) -> Any:
        raise Refusal("6000", "A business validation error", f"it was sent {tokens['access_token']}")

    monkeypatch.setattr(type(desk.api.live.write), "create", repeat)
    refused = desk.writer().apply(read(payment(fresh("p")))).entry
    assert "it was sent <token>" in refused.reason
    kept = json.dumps([entry.to_json() for entry in desk.audit.entries])
    for secret in (config["client_secret"], tokens["access_token"], tokens["refresh_token"], "Bearer", "Authorization"):
        assert secret not in kept


def test_after_a_write_a_sync_brings_the_same_document_and_the_proof_holds(tmp_path: Any) -> None:
    with api(tmp_path, documents=40) as running, hub(running) as made:
        desk = Desk(running)
        assert made.sync().proof == ProofStatus.PROVED
        for document in (CUSTOMER, ITEM, invoice(number="K-1")):
            written(desk, document)
        paid = written(desk, payment(allocations=[{"invoice": "K-1", "amount": "300"}]))
        running.clock.advance(days=1)
        assert made.sync().proof == ProofStatus.PROVED
        assert made.trial_balance() == true_balances(running)
        (sale,) = [one for one in made.vouchers() if one.number == "K-1"]
        assert (sale.day, sale.party_name, sale.debit_total) == (date(2026, 3, 20), "Kaveri Exports", Decimal(590))
        assert [one.day for one in made.vouchers() if one.source.stream == "payments" and one.source.key == paid.guid]
