"""JSON of records: nothing lost, nothing rounded, nothing taken that does not fit, and a schema that says so."""

from __future__ import annotations

import dataclasses
import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import jsonschema  # type: ignore[import-untyped] # its stubs are a package of their own
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from canonical.codec import (
    DOCUMENT_TYPES,
    RECORD_TYPES,
    SCHEMA_VERSION,
    CodecError,
    from_document,
    from_json,
    json_schema,
    to_document,
    to_json,
)
from canonical.company import Company
from canonical.dates import CreditPeriod
from canonical.issue import Issue, IssueLevel
from canonical.ledger import Ledger
from canonical.money import Side
from canonical.record import SourceRef
from canonical.voucher import Posting, UnbalancedVoucher, Voucher
from canonical.voucher_type import VoucherKind
from tests.canonical.strategies import json_values, records

SOURCE = SourceRef("tally", "company-1", "ledgers", "guid-1")
LEDGER = Ledger(
    source=SOURCE,
    key="asha traders",
    name="Asha Traders",
    opening=Decimal("1234567.8900"),
    closing_as_of=date(2026, 3, 31),
    credit_period=CreditPeriod(30),
    aliases=("Asha", "आशा"),
    is_bill_wise=True,
    extras={"UDF_Route": ["North", {"day": 2}]},
)
quick = settings(max_examples=40, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
each_type = pytest.mark.parametrize("cls", DOCUMENT_TYPES.values(), ids=DOCUMENT_TYPES.keys())


@each_type
@quick
@given(data=st.data())
def test_every_record_survives_the_round_trip(cls: type[Any], data: st.DataObject) -> None:
    record = data.draw(records(cls))
    assert from_json(to_json(record)) == record


@each_type
@quick
@given(data=st.data())
def test_every_document_is_valid_by_the_exported_schema(cls: type[Any], data: st.DataObject) -> None:
    validator = jsonschema.Draft202012Validator(json_schema(cls))
    document = json.loads(to_json(data.draw(records(cls))))
    validator.validate(document)


@each_type
def test_the_schema_is_itself_valid_and_names_its_version(cls: type[Any]) -> None:
    schema = json_schema(cls)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["x-schema-version"] == SCHEMA_VERSION
    assert schema["title"] == cls.__name__


@each_type
def test_no_field_hides_the_name_of_the_document(cls: type[Any]) -> None:
    assert not {"type", "schema"} & {field.name for field in dataclasses.fields(cls)}


@each_type
@quick
@given(data=st.data())
def test_a_damaged_field_is_refused_by_codec_and_schema_alike(cls: type[Any], data: st.DataObject) -> None:
    """Put any JSON value where another belongs: what the schema refuses the codec must refuse, never half-read."""
    document = json.loads(to_json(data.draw(records(cls))))
    name = data.draw(st.sampled_from(sorted(document.keys() - {"type", "schema"})))
    document[name] = data.draw(json_values)
    if jsonschema.Draft202012Validator(json_schema(cls)).is_valid(document):
        return
    with pytest.raises(CodecError):
        from_json(json.dumps(document))


def test_a_document_says_what_it_is_and_leaves_defaults_out() -> None:
    assert json.loads(to_json(LEDGER)) == {
        "type": "Ledger",
        "schema": SCHEMA_VERSION,
        "source": {"connector": "tally", "company": "company-1", "stream": "ledgers", "key": "guid-1"},
        "key": "asha traders",
        "name": "Asha Traders",
        "opening": "1234567.8900",
        "closing_as_of": "2026-03-31",
        "is_bill_wise": True,
        "credit_period": {"number": 30},
        "aliases": ["Asha", "आशा"],
        "extras": {"UDF_Route": ["North", {"day": 2}]},
    }


@pytest.mark.parametrize("amount", ["0.1", "-0.0001", "922337203685477.5807", "1E+3", "1.10"])
def test_amounts_are_text_with_every_digit(amount: str) -> None:
    document = to_document(dataclasses.replace(LEDGER, opening=Decimal(amount)))
    assert document["opening"] == f"{Decimal(amount):f}"
    assert from_document(Ledger, document).opening == Decimal(amount)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("opening", 0.1),
        ("opening", 12),
        ("opening", "12,000"),
        ("opening", "NaN"),
        ("name", 5),
        ("name", None),
        ("is_bill_wise", 1),
        ("aliases", "Asha"),
        ("closing_as_of", "31-03-2026"),
        ("closing_as_of", 20260331),
        ("credit_period", 30),
        ("credit_period", {"number": "30"}),
        ("credit_period", {"number": True}),
        ("extras", []),
        ("source", "tally"),
        ("reserved", "No Such Group"),
        ("colour", "blue"),
    ],
)
def test_what_does_not_fit_is_refused(field: str, value: object) -> None:
    with pytest.raises(CodecError):
        from_document(Ledger, {**to_document(LEDGER), field: value})


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        "[]",
        "7",
        '{"type":"Ledger"}',
        '{"type":["Ledger"],"schema":1}',
        '{"type":"Teapot","schema":1}',
        '{"type":"Ledger","schema":1}',
        f'{{"type":"Company","schema":{SCHEMA_VERSION + 1}}}',
        "[" * 100_000,
    ],
)
def test_what_is_not_a_document_is_refused(text: str) -> None:
    with pytest.raises(CodecError):
        from_json(text)


def test_an_unbalanced_voucher_does_not_come_in_through_json_either() -> None:
    line = Posting(ledger_key="cash", ledger_name="Cash", side=Side.DEBIT, amount=Decimal(1))
    order = Voucher(
        source=SOURCE, kind=VoucherKind.SALES_ORDER, type_name="Order", day=date(2026, 1, 1), postings=(line,)
    )
    document = {**to_document(order), "kind": "sales"}
    with pytest.raises(UnbalancedVoucher):
        from_document(Voucher, document)


def test_only_records_have_documents() -> None:
    for thing in ("text", 5, Ledger):
        with pytest.raises(CodecError):
            to_document(thing)


def test_moments_keep_their_zone() -> None:
    issue = Issue(code="a.b", level=IssueLevel.INFO, message="m", facts={"n": 1.5, "flag": True, "none": None})
    assert from_json(to_json(issue)) == issue
    company = Company(source=SOURCE, name="Khata Test", extras={"at": datetime(2026, 1, 1, tzinfo=UTC).isoformat()})
    assert from_json(to_json(company)) == company


def test_every_record_carries_its_source() -> None:
    for cls in RECORD_TYPES:
        assert "source" in {field.name for field in dataclasses.fields(cls)}
