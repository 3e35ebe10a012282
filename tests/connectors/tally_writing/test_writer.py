"""What is written is in Tally's books exactly once, as it was said; what is refused leaves them untouched."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from canonical.errors import RuleError, SourceRejected
from connectors.sdk.writing.audit import Verdict
from connectors.sdk.writing.policy import WritePolicy
from connectors.sdk.writing.procedure import Outcome
from connectors.tally.gateway.companies import Edition
from connectors.tally.writing.command import Command, Operation
from sandbox.tally.books import EntryDraft, LiveCompany, LiveObject, VoucherDraft
from sandbox.tally.gateway import Running
from tests.connectors.tally_writing.commands import (
    COSTED,
    CUSTOMER,
    GOODS,
    JOURNAL,
    LEDGER,
    PAYMENT,
    RECEIPT,
    SALE,
    bill,
    exchanged,
    posting,
    voucher,
)
from tests.connectors.tally_writing.conftest import EVERYTHING, PROFILE, MakeWriter, counters, imports
from tests.support.audit_log import Remembering

Read = Callable[[dict[str, Any]], Command]


def said(item: LiveObject, name: str) -> str:
    """A field of the fake's own books, as text."""
    value = item.method(name)
    return value.wire.strip() if value is not None else ""


def vouchers(books: LiveCompany) -> dict[str, list[tuple[str, str]]]:
    """Lines of the fake's vouchers, by narration: its own numbers, not ours read back."""
    found = {}
    for item in books.objects("Voucher"):
        entries = item.children("AllLedgerEntries")
        found[said(item, "Narration")] = [(said(line, "LedgerName"), said(line, "Amount")) for line in entries]
    return found


def written(books: LiveCompany, words: str) -> list[list[tuple[str, str]]]:
    return [lines for text, lines in vouchers(books).items() if words in text]


def apply_all(make_writer: MakeWriter, command: Read, *documents: dict[str, Any]) -> list[Outcome]:
    writer = make_writer()
    return [writer.apply(command(document)) for document in documents]


def test_nothing_may_be_written_unless_it_is_allowed(tally: Running, make_writer: MakeWriter, command: Read) -> None:
    for policy, words in (
        (WritePolicy(), "switched off"),
        (WritePolicy(operations=frozenset(Operation)), "switched off"),
        (WritePolicy(is_enabled=True), "not among the allowed"),
        (WritePolicy(is_enabled=True, operations={Operation.CREATE_LEDGER}), "not among the allowed"),
        (replace(EVERYTHING, amount_max=Decimal(4000)), "above the limit"),
    ):
        with pytest.raises(RuleError, match=words) as caught:
            make_writer(policy).apply(command(PAYMENT))
        assert caught.value.code == "tally.write.not_allowed"
    assert imports(tally) == 0


def test_a_plan_shows_the_change_and_makes_none(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    before = counters(books)
    plan = make_writer(WritePolicy()).plan(command(PAYMENT))
    assert plan.objections == ()
    assert [(change.field, change.after) for change in plan.changes][-2:] == [
        ("debit Electricity", "4210.55"),
        ("credit Cash", "4210.55"),
    ]
    assert counters(books) == before
    assert imports(tally) == 0


def test_a_plan_of_several_commands_knows_the_ledgers_that_the_earlier_ones_make(
    tally: Running, make_writer: MakeWriter, command: Read
) -> None:
    writer = make_writer(WritePolicy())
    alteration = {"key": "a", "operation": "alter_ledger", "ledger": {"name": CUSTOMER, "credit_limit": "700"}}
    plans = [writer.plan(command(document)) for document in (LEDGER, SALE, RECEIPT, alteration)]
    assert [plan.objections for plan in plans] == [(), (), (), ()]
    assert "700" in [change.after.split(".")[0] for change in plans[-1].changes]
    shown = [(change.field.strip(), change.after) for change in plans[1].changes]
    assert ("date", "2026-03-15") in shown, "as people read it, not as Tally does"
    assert ("debit New Ref KS/1", "1180.00") in shown
    assert imports(tally) == 0
    with pytest.raises(RuleError, match="no ledger"):  # what was only planned is not there
        make_writer().apply(command(SALE))


@pytest.mark.parametrize("amount", ["-5", "-200000"])
def test_a_negative_amount_neither_turns_a_voucher_round_nor_slips_under_the_limit(
    tally: Running, make_writer: MakeWriter, command: Read, amount: str
) -> None:
    document = voucher("x", "receipt", posting("Cash", "C", amount), posting("Electricity", "D", amount))
    with pytest.raises(RuleError) as caught:
        make_writer(replace(EVERYTHING, amount_max=Decimal(1000))).apply(command(document))
    assert ("negative" if amount == "-5" else "above the limit") in caught.value.message
    assert imports(tally) == 0


def test_each_operation_is_in_the_books_as_it_was_said(
    books: LiveCompany, make_writer: MakeWriter, command: Read, audit: Remembering
) -> None:
    outcomes = apply_all(make_writer, command, LEDGER, SALE, RECEIPT, PAYMENT, JOURNAL)
    assert [item.entry.verdict for item in outcomes] == [Verdict.WRITTEN] * 5, [
        (item.entry.reason, item.entry.differences) for item in outcomes
    ]
    customer = next(item for item in books.objects("Ledger") if item.attributes["NAME"] == CUSTOMER)
    assert "29AABCK1234L1Z8" in str(customer.to_xml())
    assert written(books, "made by payment-1") == [[("Electricity", "-4210.55"), ("Cash", "4210.55")]]
    assert written(books, "made by sale-1") == [
        [(CUSTOMER, "-1180.00"), ("Sales - Local", "1000.00"), ("Output CGST", "90.00"), ("Output SGST", "90.00")]
    ]
    assert len(written(books, "made by")) == 4
    assert [entry.verdict for entry in audit.entries] == [Verdict.INTENDED, Verdict.WRITTEN] * 5
    assert all(entry.by == "asha@example.test" for entry in audit.entries)
    assert all(entry.guid.startswith(books.guid) for entry in audit.entries[1::2])


def test_masters_are_read_again_only_when_one_has_changed(
    tally: Running, make_writer: MakeWriter, command: Read
) -> None:
    def asked() -> int:
        return sum(item.name == "KhataTargetLedgers" for item in tally.requests)

    writer = make_writer()
    writer.apply(command(PAYMENT))
    writer.apply(command(JOURNAL))
    assert asked() == 1
    writer.apply(command(LEDGER))
    writer.apply(command(SALE))
    assert asked() == 2


def test_erp_9_is_written_to_in_its_own_form(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    bodies: list[str] = []
    tally.watch = lambda _, text: bodies.append(text)
    writer = make_writer(profile=replace(PROFILE, product="Tally.ERP 9"))
    for document in (LEDGER, PAYMENT):
        entry = writer.apply(command(document)).entry
        assert entry.verdict is Verdict.WRITTEN, (entry.reason, entry.differences)
        assert "LEDMAILINGDETAILS" not in entry.request
    sent = [body for body in bodies if "Import Data" in body]
    assert len(sent) == 2
    assert not any("<VERSION>" in body for body in sent)


def test_goods_and_cost_centres_are_in_the_books(books: LiveCompany, make_writer: MakeWriter, command: Read) -> None:
    for outcome in apply_all(make_writer, command, LEDGER, GOODS, COSTED):
        assert outcome.entry.verdict is Verdict.WRITTEN, (outcome.entry.reason, outcome.entry.differences)
    (lines,) = written(books, "made by goods-1")
    assert sorted(lines) == sorted(
        [(CUSTOMER, "-1180.00"), ("Sales - Local", "1000.00"), ("Output CGST", "90.00"), ("Output SGST", "90.00")]
    )
    sold = next(item for item in books.objects("Voucher") if said(item, "Narration") == "made by goods-1")
    (goods,) = sold.children("AllInventoryEntries")
    assert (said(goods, "StockItemName"), said(goods, "Amount")) == ("Copper Wire Classic S-1", "1000.00")


@pytest.mark.parametrize("document", [LEDGER, PAYMENT])
def test_a_command_is_carried_out_once(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read, document: dict[str, Any]
) -> None:
    first = make_writer().apply(command(document))
    sent, state = imports(tally), counters(books)
    second = make_writer().apply(command(copy.deepcopy(document)))
    assert second.is_repeat
    assert second.entry == first.entry
    assert (imports(tally), counters(books)) == (sent, state)


def test_without_the_audit_log_the_identity_still_prevents_a_second_voucher(
    books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    make_writer().apply(command(PAYMENT))
    again = make_writer(log=Remembering()).apply(command(PAYMENT))
    assert len(written(books, "made by payment-1")) == 1
    assert again.entry.verdict is Verdict.DIFFERENT
    assert "altered 1" in again.entry.reason


def test_a_crash_after_the_intention_leaves_one_voucher(
    books: LiveCompany, make_writer: MakeWriter, command: Read, audit: Remembering
) -> None:
    make_writer().apply(command(PAYMENT))
    audit.entries[:] = audit.entries[:1]
    outcome = make_writer().apply(command(PAYMENT))
    assert outcome.entry.verdict is Verdict.WRITTEN
    assert len(written(books, "made by payment-1")) == 1


def test_an_answer_that_is_lost_is_made_up_for_by_reading_back(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    tally.faults.import_answer_lost = True
    for document in (LEDGER, PAYMENT):
        outcome = make_writer().apply(command(document))
        assert outcome.entry.verdict is Verdict.WRITTEN, outcome.entry.reason
        assert "without answering" in outcome.entry.reason
    assert len(written(books, "made by payment-1")) == 1


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        ({"import_exception": True}, "1 exceptions without saying why"),
        ({"import_line_error": "Ledger 'X' does not exist"}, "does not exist"),
        ({"import_nothing": True}, "no known form|of the kind|where created 1"),
    ],
)
@pytest.mark.parametrize("document", [LEDGER, PAYMENT])
def test_what_tally_did_not_take_is_refused(  # noqa: PLR0917 - fixtures
    tally: Running,
    books: LiveCompany,
    make_writer: MakeWriter,
    command: Read,
    document: dict[str, Any],
    faults: dict[str, Any],
    words: str,
) -> None:
    before = counters(books)
    for name, value in faults.items():
        setattr(tally.faults, name, value)
    entry = make_writer().apply(command(document)).entry
    assert entry.verdict is Verdict.REFUSED
    assert any(part in entry.reason for part in words.split("|")), entry.reason
    assert counters(books) == before


def test_after_a_refusal_the_same_key_may_be_used_again(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    tally.faults.import_exception = True
    make_writer().apply(command(PAYMENT))
    tally.faults.import_exception = False
    assert make_writer().apply(command(PAYMENT)).entry.verdict is Verdict.WRITTEN
    assert len(written(books, "made by payment-1")) == 1


def test_somebody_entering_vouchers_meanwhile_confuses_nobody(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    draft = VoucherDraft(
        type_name="Payment",
        day=date(2026, 3, 15),
        entries=(EntryDraft(ledger="Electricity", paise=100), EntryDraft(ledger="Cash", paise=-100)),
        narration="by hand",
    )

    def at_the_keyboard(_: int, text: str) -> None:
        if "<TALLYREQUEST>Import</TALLYREQUEST>" in text:
            books.edit_vouchers.create(draft.to_tree())

    tally.watch = at_the_keyboard
    assert make_writer().apply(command(PAYMENT)).entry.verdict is Verdict.WRITTEN
    tally.faults.import_exception = True
    other = voucher("payment-2", "payment", posting("Electricity", "D", "77"), posting("Cash", "C", "77"))
    assert make_writer().apply(command(other)).entry.verdict is Verdict.REFUSED


@pytest.mark.parametrize("document", [SALE, RECEIPT, PAYMENT])
def test_exchanged_sides_are_refused(
    tally: Running, make_writer: MakeWriter, command: Read, document: dict[str, Any]
) -> None:
    writer = make_writer()
    writer.apply(command(LEDGER))
    sent = imports(tally)
    with pytest.raises(RuleError, match="sides look exchanged") as caught:
        writer.apply(command(exchanged(document)))
    assert caught.value.code == "tally.write.refused"
    assert imports(tally) == sent


@pytest.mark.parametrize(
    ("document", "words"),
    [
        (voucher("x", "payment", posting("Nowhere", "D", "5"), posting("Cash", "C", "5")), "no ledger 'Nowhere'"),
        (
            voucher("x", "journal", posting("Electricity", "D", "5"), posting("Cash", "C", "5")),
            "does not move bank or cash",
        ),
        (voucher("x", "payment", posting("Electricity", "D", "0.005"), posting("Cash", "C", "0.005")), "decimals"),
        (
            voucher(
                "x",
                "payment",
                posting("Electricity", "D", "5", bill("new_ref", "A", "D", "5")),
                posting("Cash", "C", "5"),
            ),
            "not kept bill by bill",
        ),
        (
            voucher("x", "payment", posting("Electricity", "D", "5"), posting("Cash", "C", "5"), day="2020-01-01"),
            "before the books",
        ),
        (
            voucher("x", "payment", posting("Electricity", "D", "5"), posting("Cash", "C", "5"), type_name="Journal"),
            "kind journal",
        ),
        (
            voucher("x", "payment", posting("Electricity", "D", "5"), posting("Cash", "C", "5"), type_name="Bill"),
            "no voucher type",
        ),
        (
            voucher("x", "payment", posting("Electricity", "D", "5"), posting("Cash", "C", "5"), is_optional=True),
            "optional",
        ),
        (
            voucher("x", "payment", posting("Electricity", "D", "5"), posting("Cash", "C", "5"), narration="n" * 4001),
            "4000",
        ),
        (voucher("x", "payment"), "no postings"),
        (
            voucher(
                "x",
                "receipt",
                posting("Cash", "D", "5"),
                posting("Bharat Vijay Steel", "C", "5", bill("against_ref", "A", "C", "4")),
            ),
            "do not add up",
        ),
        ({"key": "x", "operation": "create_ledger", "ledger": {"name": "New", "group_name": "Nowhere"}}, "no group"),
        (
            voucher(
                "x",
                "payment",
                posting("Electricity", "D", "5", costs=[{"centre_key": "moon", "side": "D", "amount": "4"}]),
                posting("Cash", "C", "5"),
            ),
            "no cost centre 'moon'; the cost centres of 'Electricity' do not add up",
        ),
        (
            voucher(
                "x",
                "sales",
                posting("Cash", "D", "5"),
                posting("Sales - Local", "C", "5", from_item=0),
                items=[{"item_key": "gold", "item_name": "Gold", "side": "C", "amount": "6"}],
            ),
            "no stock item 'Gold'; the postings of the item 'Gold' do not add up",
        ),
        (
            {"key": "x", "operation": "create_ledger", "ledger": {"name": "N" * 101, "group_name": "Sundry Debtors"}},
            "100",
        ),
        (
            {"key": "x", "operation": "create_ledger", "ledger": {"name": "cash", "group_name": "Sundry Debtors"}},
            "already",
        ),
        ({"key": "x", "operation": "alter_ledger", "ledger": {"name": "Nobody", "notes": "n"}}, "no ledger 'Nobody'"),
    ],
)
def test_what_speaks_against_a_command_is_found_before_anything_is_sent(
    tally: Running, make_writer: MakeWriter, command: Read, document: dict[str, Any], words: str
) -> None:
    with pytest.raises(RuleError, match=words):
        make_writer().apply(command(document))
    assert imports(tally) == 0


def test_the_educational_mode_takes_few_days(make_writer: MakeWriter, command: Read) -> None:
    writer = make_writer(profile=replace(PROFILE, edition=Edition.EDUCATION))
    assert "1st, 2nd and 31st" in writer.plan(command(PAYMENT)).objections[0]


def test_a_ledger_that_is_so_already_is_left_alone(tally: Running, make_writer: MakeWriter, command: Read) -> None:
    make_writer().apply(command(LEDGER))
    sent = imports(tally)
    again = {**copy.deepcopy(LEDGER), "key": "customer-1-again"}
    assert make_writer().apply(command(again)).entry.verdict is Verdict.UNCHANGED
    assert imports(tally) == sent


def test_a_ledger_is_altered_field_by_field(
    books: LiveCompany, make_writer: MakeWriter, command: Read, audit: Remembering
) -> None:
    make_writer().apply(command(LEDGER))
    change = {
        "key": "customer-1-terms",
        "operation": "alter_ledger",
        "ledger": {"name": CUSTOMER.upper(), "credit_period": {"number": 45, "unit": "days"}, "notes": "Pays late"},
    }
    plan = make_writer().plan(command(change))
    assert [(item.field, item.before, item.after) for item in plan.changes] == [
        ("credit period", "30 Days", "45 Days"),
        ("notes", "", "Pays late"),
    ]
    assert "PARENT" not in plan.xml
    outcome = make_writer().apply(command(change))
    assert outcome.entry.verdict is Verdict.WRITTEN, outcome.entry
    customer = next(item for item in books.objects("Ledger") if item.attributes["NAME"] == CUSTOMER)
    assert said(customer, "BillCreditPeriod") == "45 Days"
    assert audit.entries[-1].before["@NAME"] == CUSTOMER


def test_a_voucher_is_cancelled_and_no_other_is_made(
    books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    guid = make_writer().apply(command(PAYMENT)).entry.guid
    count, (_, changed) = len(list(books.objects("Voucher"))), counters(books)
    outcome = make_writer().apply(command({"key": "cancel-1", "operation": "cancel_voucher", "guid": guid}))
    assert outcome.entry.verdict is Verdict.WRITTEN, outcome.entry
    assert outcome.entry.title.endswith(" of 2026-03-15")
    assert len(list(books.objects("Voucher"))) == count
    assert counters(books)[1] == changed + 1
    again = make_writer().apply(command({"key": "cancel-2", "operation": "cancel_voucher", "guid": guid}))
    assert again.entry.verdict is Verdict.UNCHANGED


def test_a_cancellation_that_makes_another_voucher_is_not_called_harmless(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Some releases take a cancellation for a new, cancelled voucher."""
    guid = make_writer().apply(command(PAYMENT)).entry.guid
    bare = '<VOUCHER ACTION="Cancel"><DATE>20260315</DATE><VOUCHERTYPENAME>Payment</VOUCHERTYPENAME></VOUCHER>'
    monkeypatch.setattr("connectors.tally.writing.plan.render_cancellation", lambda *_: bare)
    count = len(list(books.objects("Voucher")))
    entry = make_writer().apply(command({"key": "cancel-1", "operation": "cancel_voucher", "guid": guid})).entry
    assert len(list(books.objects("Voucher"))) == count + 1, "the trap is there"
    assert entry.verdict is Verdict.UNCERTAIN
    assert "created 1 where cancelled or altered 1" in entry.reason


def test_what_tally_rewrites_silently_is_noticed(make_writer: MakeWriter, command: Read) -> None:
    """An advance under a reference that exists becomes a settlement of it."""
    apply_all(make_writer, command, LEDGER, SALE)
    advance = voucher(
        "receipt-2",
        "receipt",
        posting("Cash", "D", "100"),
        posting(CUSTOMER, "C", "100", bill("advance", "KS/1", "C", "100")),
        party_name=CUSTOMER,
    )
    entry = make_writer().apply(command(advance)).entry
    assert entry.verdict is Verdict.DIFFERENT
    assert [(title, "Advance" in wanted, "Agst Ref" in found) for title, wanted, found in entry.differences] == [
        ("bill", True, False),
        ("bill", False, True),
    ]


def test_a_key_means_one_command(make_writer: MakeWriter, command: Read) -> None:
    make_writer().apply(command(PAYMENT))
    changed = copy.deepcopy(PAYMENT)
    changed["voucher"]["narration"] = "something else"
    with pytest.raises(RuleError) as caught:
        make_writer().apply(command(changed))
    assert caught.value.code == "tally.write.key_reused"


def test_only_the_connected_company_is_written_to(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read
) -> None:
    writer = make_writer()
    tally.books.close(books)
    with pytest.raises(SourceRejected) as caught:
        writer.apply(command(PAYMENT))
    assert caught.value.code == "tally.gateway.company_not_loaded"
    assert imports(tally) == 0


def test_a_slow_import_is_waited_for_and_then_read_back(
    tally: Running, books: LiveCompany, make_writer: MakeWriter, command: Read, client: Any
) -> None:
    client.endpoint = replace(client.endpoint, answer_timeout_s=0.5)

    def think(_: int, text: str) -> None:
        tally.faults.delay_s = 1.0 if "<TALLYREQUEST>Import</TALLYREQUEST>" in text else 0.0

    tally.watch = think
    entry = make_writer().apply(command(PAYMENT)).entry
    assert len(written(books, "made by payment-1")) == 1
    assert entry.verdict is Verdict.WRITTEN, entry.reason
