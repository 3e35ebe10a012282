"""Commands, messages, counters and audit entries by themselves."""

from __future__ import annotations

import json
import textwrap
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

import connectors.tally
from canonical.errors import InvariantError, RuleError
from connectors.sdk.writing.audit import AuditEntry, Verdict, parse_entry
from connectors.tally.gateway.requests import RequestKind
from connectors.tally.writing.command import CreateVoucher, Operation, digest_of, iter_commands, remote_id
from connectors.tally.writing.message import import_request
from connectors.tally.writing.policy import parse_operations
from connectors.tally.writing.result import parse_result
from connectors.tally.writing.voucher_xml import render_voucher
from tests.connectors.tally_writing.commands import PAYMENT, SALE
from tests.support.samples import sample

GUID = "0f0e0d0c-1111-2222-3333-444444444444"
PINNED = "214a4c14-1b1d-5fde-b8bc-3b45f5b3001d"
"""Changing it would make second vouchers of commands given before."""
VOUCHER = '<VOUCHER ACTION="Create"><NARRATION>x</NARRATION></VOUCHER>'


@pytest.mark.parametrize(
    "obj",
    [
        '<COMPANY NAME="New" ACTION="Create"/>',
        '<VOUCHER ACTION="Create"/><VOUCHER ACTION="Create"/>',
        '<LEDGER ACTION="Create"/><COMPANY/>',
        '<VOUCHER ACTION="Create"><COMPANY/></VOUCHER>',
        '<VOUCHER ACTION="Alter"/>',
        '<VOUCHER ACTION="Delete"/>',
        '<LEDGER ACTION="Delete"/>',
        '<GROUP ACTION="Create"/>',
        "",
    ],
)
def test_what_must_never_be_sent_is_not_built(obj: str) -> None:
    with pytest.raises(InvariantError) as caught:
        import_request(obj, company="Asha", name="x")
    assert caught.value.code == "tally.write.guard"


def test_a_message_always_names_its_company() -> None:
    with pytest.raises(InvariantError):
        import_request(VOUCHER, company=" ", name="x")
    request = import_request(VOUCHER, company="Asha & Sons", name="x")
    assert request.kind is RequestKind.IMPORT
    root = etree.fromstring(request.body.encode())
    assert root.findtext(".//SVCURRENTCOMPANY") == "Asha & Sons"
    assert root.findtext("HEADER/ID") == "Vouchers"
    assert len(root.findall(".//TALLYMESSAGE/*")) == 1


@given(st.text(st.characters(exclude_categories=["Cs", "Cc", "Co"], exclude_characters="\ufffe\uffff"), max_size=60))
def test_any_narration_is_sent_as_it_is(text: str) -> None:
    (command,) = iter_commands({**PAYMENT, "voucher": {**PAYMENT["voucher"], "narration": text}}, GUID)
    assert isinstance(command, CreateVoucher)
    xml = render_voucher(command.voucher, remote_id(GUID, command.key))
    root = etree.fromstring(import_request(xml, company="Asha", name="x").body.encode())
    assert (root.findtext(".//VOUCHER/NARRATION") or "") == text
    amounts = [item.text or "" for item in root.iterfind(".//ALLLEDGERENTRIES.LIST/AMOUNT")]
    assert amounts == ["-4210.55", "4210.55"]


def test_flags_say_what_the_signs_say() -> None:
    (command,) = iter_commands(SALE, GUID)
    assert isinstance(command, CreateVoucher)
    root = etree.fromstring(render_voucher(command.voucher, "r").encode())
    entries = [
        (entry.findtext("ISDEEMEDPOSITIVE"), (entry.findtext("AMOUNT") or "").startswith("-"))
        for entry in root.iterfind("ALLLEDGERENTRIES.LIST")
    ]
    assert entries == [("Yes", True), ("No", False), ("No", False), ("No", False)]
    assert root.get("REMOTEID") == "r"


def test_goods_go_out_in_invoice_view() -> None:
    document = {
        "key": "goods-1",
        "operation": "create_sales",
        "voucher": {
            "kind": "sales",
            "type_name": "Sales",
            "day": "2026-03-15",
            "party_name": "Asha",
            "postings": [
                {"ledger_name": "Asha", "side": "D", "amount": "118"},
                {"ledger_name": "Sales - Local", "side": "C", "amount": "100", "from_item": 0},
                {"ledger_name": "Output IGST", "side": "C", "amount": "18"},
            ],
            "items": [
                {
                    "item_key": "rice",
                    "item_name": "Rice",
                    "side": "C",
                    "amount": "100",
                    "rate": "50",
                    "rate_unit": "kg",
                    "actual": {"number": "2", "unit": "kg"},
                    "billed": {"number": "2", "unit": "kg"},
                    "batches": [{"godown_key": "Main", "quantity": {"number": "2", "unit": "kg"}, "amount": "-100"}],
                }
            ],
        },
    }
    (command,) = iter_commands(document, GUID)
    assert isinstance(command, CreateVoucher)
    root = etree.fromstring(render_voucher(command.voucher, "r").encode())
    assert root.get("OBJVIEW") == "Invoice Voucher View"
    assert [item.findtext("LEDGERNAME") for item in root.iterfind("LEDGERENTRIES.LIST")] == ["Asha", "Output IGST"]
    assert root.findtext("ALLINVENTORYENTRIES.LIST/RATE") == "50/kg"
    assert root.findtext("ALLINVENTORYENTRIES.LIST/AMOUNT") == "100.00"
    assert root.findtext("ALLINVENTORYENTRIES.LIST/ACCOUNTINGALLOCATIONS.LIST/LEDGERNAME") == "Sales - Local"
    assert root.findtext("ALLINVENTORYENTRIES.LIST/BATCHALLOCATIONS.LIST/AMOUNT") == "100.00"


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ([1], "object with key"),
        ({"operation": "create_ledger"}, "needs a key"),
        ({"key": "a b", "operation": "create_ledger"}, "needs a key"),
        ({"key": "a", "operation": "create_company"}, "not one of"),
        ({"key": "a", "operation": "create_ledger"}, "ledger is missing"),
        ({"key": "a", "operation": "create_sales", "ledger": {}}, "does not take"),
        ({"key": "a", "operation": "cancel_voucher", "guid": "other-00000001"}, "not of a voucher of this company"),
        ({**PAYMENT, "operation": "create_receipt"}, "its voucher is a payment"),
        ({**PAYMENT, "voucher": {**PAYMENT["voucher"], "kind": "contra"}}, "never written"),
    ],
)
def test_commands_that_cannot_be_used_say_why(document: Any, words: str) -> None:
    with pytest.raises(RuleError, match=words):
        list(iter_commands(document, GUID))


def test_the_identity_is_the_same_everywhere_and_different_for_each_command() -> None:
    assert remote_id(GUID, "a") == PINNED
    assert len({remote_id(guid, key) for guid in (GUID, "x") for key in ("a", "b")}) == 4
    first, second = iter_commands([PAYMENT, SALE], GUID)
    assert digest_of(first) == digest_of(next(iter_commands(PAYMENT, GUID))) != digest_of(second)


def test_operations_are_named_one_by_one() -> None:
    assert parse_operations(" create_ledger, cancel_voucher ,") == {Operation.CREATE_LEDGER, Operation.CANCEL_VOUCHER}
    assert parse_operations("") == frozenset()
    with pytest.raises(RuleError, match="create_journal"):
        parse_operations("all")


@pytest.mark.parametrize(
    ("name", "operation", "words"),
    [
        ("bridge_live_education_w1_ledger_sanitized.xml", Operation.CREATE_LEDGER, ""),
        ("bridge_live_education_w4_voucher_sanitized.xml", Operation.CREATE_PAYMENT, ""),
        ("bridge_live_education_w4_voucher_sanitized.xml", Operation.CANCEL_VOUCHER, "created 1 where cancelled"),
        ("bridge_live_education_w7_baddate_sanitized.xml", Operation.CREATE_PAYMENT, "REDACTED_LIVE_LINEERROR"),
        ("bridge_sim_import_counters.xml", Operation.CREATE_LEDGER, "created 2, altered 3, deleted 1"),
        ("bridge_sim_import_duplicate.xml", Operation.CREATE_LEDGER, "DUPLICATE"),
        ("bridge_sim_import_partial.xml", Operation.CREATE_LEDGER, "VALIDATION"),
    ],
)
def test_captured_counters(name: str, operation: Operation, words: str) -> None:
    result = parse_result(sample(f"tally/{name}").read_text())
    objection = result.objection(operation, may_exist=False)
    assert words in objection if words else objection == ""


@pytest.mark.parametrize(
    ("text", "operation", "may_exist", "is_good"),
    [
        ("<CREATED>1</CREATED>", Operation.CREATE_SALES, False, True),
        ("<ALTERED>1</ALTERED>", Operation.CREATE_SALES, False, False),
        ("<ALTERED>1</ALTERED>", Operation.CREATE_SALES, True, True),
        ("<ALTERED>1</ALTERED>", Operation.CREATE_LEDGER, True, False),
        ("<CREATED>1</CREATED><EXCEPTIONS>1</EXCEPTIONS>", Operation.CREATE_SALES, True, False),
        ("<CREATED>1</CREATED><ERRORS>1</ERRORS>", Operation.CREATE_SALES, True, False),
        ("<CREATED>1</CREATED><LINEERROR>no</LINEERROR>", Operation.CREATE_SALES, True, False),
        ("<CREATED>1</CREATED><ALTERED>1</ALTERED>", Operation.CREATE_SALES, True, False),
        ("<CREATED>2</CREATED>", Operation.CREATE_SALES, True, False),
        ("", Operation.CREATE_SALES, True, False),
        ("<CANCELLED>1</CANCELLED>", Operation.CANCEL_VOUCHER, False, True),
        ("<ALTERED>1</ALTERED>", Operation.CANCEL_VOUCHER, False, True),
    ],
)
def test_every_clause_of_success_counts(text: str, operation: Operation, may_exist: bool, is_good: bool) -> None:
    for body in (
        f"<RESPONSE>{text}</RESPONSE>",
        f"<ENVELOPE><BODY><DATA><IMPORTRESULT>{text}</IMPORTRESULT></DATA></BODY></ENVELOPE>",
    ):
        assert (parse_result(body).objection(operation, may_exist=may_exist) == "") is is_good


def test_an_audit_entry_survives_being_kept() -> None:
    entry = AuditEntry(
        key="a",
        digest="d",
        operation="create_ledger",
        company_guid=GUID,
        company_name="Asha",
        endpoint="http://localhost:9000",
        by="asha",
        at=datetime(2026, 4, 1, tzinfo=UTC),
        verdict=Verdict.INTENDED,
        changes=(("name", "", "x"),),
        counters={"created": 1},
    )
    assert parse_entry(json.loads(json.dumps(entry.to_json()))) == entry
    assert replace(entry, verdict=Verdict.WRITTEN) != entry


def test_the_readme_has_a_command_of_every_operation() -> None:
    readme = Path(connectors.tally.__file__).with_name("README.md").read_text(encoding="utf-8")
    (block,) = [part for part in readme.split("\n\n") if part.startswith('    [{"key"')]
    commands = list(iter_commands(json.loads(textwrap.dedent(block)), "11111111-2222-3333-4444-555555555555"))
    assert [command.operation for command in commands] == list(Operation)
