"""Tax against the lines it lies on: tolerance, charges beside lines, documents without lines, measured roundings."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.ledger import Ledger
from canonical.money import round_paisa
from canonical.record import SourceRef
from canonical.tax import SupplyNature, TaxHead, TaxRate
from canonical.voucher import ItemLine, Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation import Validator
from harmonizer.validation.amounts import check_amounts, expect, read_line
from harmonizer.validation.document import read_document, read_supply
from harmonizer.validation.rules import load_rules
from harmonizer.validation.supply import judge
from harmonizer.validation.validator import glance
from tests.harmonizer.validation.documents import BUYER_27, BUYER_29, COMPANY, codes, line, voucher
from tests.support.samples import sample_json

RULES = load_rules()


@pytest.mark.parametrize(
    ("igst", "expected"),
    [
        ("180.00", []),
        ("181.00", []),  # one rupee per head is rounding
        ("179.00", []),
        ("181.01", ["gst.tax.differs"]),
        ("178.99", ["gst.tax.differs"]),
        ("18.00", ["gst.tax.differs"]),
    ],
)
def test_a_rupee_per_head_is_rounding(igst: str, expected: list[str]) -> None:
    assert codes(voucher(tax={"igst": igst}, other=BUYER_29)) == expected


def test_the_sentence_says_both_figures() -> None:
    (issue,) = Validator(COMPANY).validate(voucher(value="123456.00", tax={"igst": "20000.00"}, other=BUYER_29)).issues
    assert "IGST is 20,000.00, but its lines of 1,23,456.00 come to 22,222.08" in issue.message
    assert issue.facts["difference"] == "-2222.08"


def test_tax_may_lie_on_charges_beside_the_lines() -> None:
    """Freight of 500 apportioned to the goods: 18 % of 1,500."""
    assert codes(voucher(tax={"igst": "270"}, charges={"freight": "500"}, other=BUYER_29)) == []
    assert codes(voucher(tax={"igst": "360"}, charges={"freight": "500"}, other=BUYER_29)) == ["gst.tax.differs"]


def test_no_tax_on_taxed_lines_is_named_unless_nobody_may_charge_it() -> None:
    assert codes(voucher(other=BUYER_29)) == ["gst.tax.missing"]
    assert codes(voucher(kind=VoucherKind.PURCHASE, category="Unregistered")) == []
    assert codes(voucher(other=BUYER_29, items=(line("1000", nature=SupplyNature.NIL_RATED),))) == []


def test_nothing_is_said_while_a_ledgers_master_is_not_read() -> None:
    """A day book without masters: nobody knows which ledgers are tax."""
    validator = Validator(COMPANY)
    ledger = Ledger(
        source=SourceRef("tally", "books-1", "ledgers", "x"), key="freight", name="freight", is_placeholder=True
    )
    validator.remember(ledger)
    sale = voucher(other=BUYER_29, charges={"freight": "180"})
    assert codes(sale, validator) == []
    validator.remember(Ledger(source=ledger.source, key="freight", name="freight"))
    assert codes(sale, validator) == ["gst.tax.missing"]


@pytest.mark.parametrize(
    ("value", "igst", "expected"),
    [
        ("1000", "180", []),
        ("1000", "50", []),
        ("1000", "66.00", ["gst.tax.no_rate"]),
        ("1000", "500", ["gst.tax.no_rate"]),
    ],
)
def test_a_document_without_lines_bears_some_rate_on_its_value(value: str, igst: str, expected: list[str]) -> None:
    assert codes(voucher(value=value, items=(), tax={"igst": igst}, other=BUYER_29)) == expected


def test_with_several_values_only_the_top_rate_is_held_against_them() -> None:
    said: dict[str, Any] = {"value": "1000", "items": (), "charges": {"other income": "1000"}, "other": BUYER_29}
    assert codes(voucher(**said, tax={"igst": "66.00"})) == []
    assert codes(voucher(**said, tax={"igst": "900"})) == ["gst.tax.no_rate"]


def test_sixty_five_parts_of_a_rate_are_lawful_on_leased_vehicles() -> None:
    assert codes(voucher(tax={"igst": "117"}, other=BUYER_29)) == []


def test_the_measured_roundings_of_the_portals_tool_all_pass() -> None:
    """GSTN's own tool computes in binary and is a paisa off the exact half-up in known cases: neither is an error."""
    for vector in sample_json("gst/derived/rounding_vectors.json")["vectors"]:
        if vector.get("factor"):
            continue
        is_half = vector["component"] == "0.005"
        for answer in (vector["gstn"], vector.get("exact_half_up", vector["gstn"])):
            tax = {"cgst": answer, "sgst": answer} if is_half else {"igst": answer}
            goods = (line(vector["base"], vector["rate"]),)
            assert codes(voucher(items=goods, tax=tax, other=BUYER_27 if is_half else BUYER_29)) == [], vector


BUYERS = {"SEZ": "SEZ", "OVERSEAS": "Overseas", "DEEMED": "Deemed Export"}


def test_worked_cases_of_the_return_pass_and_their_other_split_does_not() -> None:
    """Transactions with the tax their section of the return shows; the seller's state there is 24, here it is ours."""
    seen = 0
    for scenario in sample_json("gst/derived/gstr1_books_scenarios.json")["scenarios"]:
        shown = scenario["expect"].get("b2cs") if "b2cs_multi" in scenario["id"] else [scenario["expect"]]
        for sale, section in zip(scenario["transactions"], shown or (), strict=False):
            igst, half = section.get("igst", section.get("iamt", 0)), section.get("cgst", section.get("camt", 0))
            if (
                not {"rate", "taxable"} <= sale.keys()
                or "cess" in sale
                or sale.get("reverse_charge")
                or not (igst or half)
            ):
                continue
            is_ours = sale.get("pos") == "24"
            said: dict[str, Any] = {
                "value": str(sale["taxable"]),
                "category": BUYERS.get(str(sale.get("buyer")), "Consumer" if not sale.get("buyer_gstin") else ""),
                "place": "Other Countries" if sale.get("pos") == "96" else "Maharashtra" if is_ours else "Karnataka",
                "other": BUYER_29 if sale.get("buyer_gstin") else "",
            }
            halves, whole = {"cgst": str(half), "sgst": str(half)}, {"igst": str(igst)}
            assert codes(voucher(**said, tax=whole if igst else halves)) == [], scenario["id"]
            turned = (
                {"cgst": str(Decimal(igst) / 2), "sgst": str(Decimal(igst) / 2)} if igst else {"igst": str(2 * half)}
            )
            assert codes(voucher(**said, tax=turned))[0].startswith("gst.split."), scenario["id"]
            seen += 1
    assert seen >= 8


AMOUNTS = st.decimals("0.01", "500000", places=2)
RATES = st.sampled_from(["0", "5", "12", "18", "28"])
NATURES = st.sampled_from([SupplyNature.TAXABLE, SupplyNature.UNKNOWN, SupplyNature.EXEMPT])
LINES = st.lists(
    st.builds(lambda amount, percent, nature: line(str(amount), percent, nature=nature), AMOUNTS, RATES, NATURES),
    min_size=1,
    max_size=6,
)


def lawful_tax(goods: list[ItemLine], *, is_inter: bool, each_line: bool) -> dict[str, str]:
    """Tax computed here, apart from the code under test: per line or per document, half up."""
    parts: list[Decimal] = []
    for item in goods:
        percent = (item.rates[2].rate or Decimal(0)) if item.nature is not SupplyNature.EXEMPT else Decimal(0)
        parts.append(item.amount * percent / 100)
    total = sum(parts, Decimal(0))
    if is_inter:
        tax = sum(map(round_paisa, parts), Decimal(0)) if each_line else round_paisa(total)
        return {"igst": str(tax)} if tax else {}
    half = sum((round_paisa(part / 2) for part in parts), Decimal(0)) if each_line else round_paisa(total / 2)
    return {"cgst": str(half), "sgst": str(half)} if half else {}


@given(goods=LINES, is_inter=st.booleans(), each_line=st.booleans())
def test_lawful_tax_never_gives_an_issue(goods: list[ItemLine], is_inter: bool, each_line: bool) -> None:
    tax = lawful_tax(goods, is_inter=is_inter, each_line=each_line)
    found = codes(voucher(items=tuple(goods), tax=tax, other=BUYER_29 if is_inter else BUYER_27))
    assert found == []


@given(
    goods=LINES,
    is_inter=st.booleans(),
    off=st.decimals("-5", "5", places=2),
    other=st.sampled_from([BUYER_27, BUYER_29, ""]),
    place=st.sampled_from(["", "Maharashtra", "Karnataka"]),
    kind=st.sampled_from([VoucherKind.SALES, VoucherKind.PURCHASE]),
)
def test_a_glance_passes_only_what_the_checks_pass(  # noqa: PLR0917 - one parameter per strategy, given by name
    goods: list[ItemLine], is_inter: bool, off: Decimal, other: str, place: str, kind: VoucherKind
) -> None:
    items = tuple(line(str(item.amount), kind=kind, rates=item.rates, nature=item.nature) for item in goods)
    tax = lawful_tax(goods, is_inter=is_inter, each_line=False)
    changed = {head: str(max(Decimal("0.01"), Decimal(amount) + off)) for head, amount in tax.items()}
    document = voucher(kind=kind, items=items, tax=changed, other=other, place=place)
    validator = Validator(COMPANY)
    known = validator._judge(document)
    lines = [validator._line(item, document.day, 0) for item in items]
    if glance(document, known, lines, RULES.tolerance_on(document.day)) is not None:
        assert list(every_check(validator, document)) == []


def every_check(validator: Validator, document: Voucher) -> list[str]:
    """All checks, made without a glance first."""
    supply = read_supply(document, COMPANY, None)
    read = read_document(document, supply)
    lines = [validator._line(item, document.day, 0) for item in document.items]
    expected = expect(read, [item.reading for item in lines])
    return [found.code for found in validator._findings(read, judge(supply), expected, lines)]


@given(amount=AMOUNTS, percent=st.sampled_from(["5", "18"]), off=st.decimals("1.02", "1000", places=2))
def test_an_error_beyond_the_margin_is_always_found(amount: Decimal, percent: str, off: Decimal) -> None:
    tax = round_paisa(amount * Decimal(percent) / 100) + off
    found = codes(voucher(items=(line(str(amount), percent),), tax={"igst": str(tax)}, other=BUYER_29))
    assert found == ["gst.tax.differs"]


def test_halves_may_stand_on_the_line_without_the_whole() -> None:
    table = (TaxRate(TaxHead.CGST, Decimal(9)), TaxRate(TaxHead.SGST, Decimal(9)))
    assert read_line(line("100", rates=table), None, voucher().day).rates is not None
    assert codes(voucher(items=(line("1000", rates=table),), tax={"igst": "180"}, other=BUYER_29)) == []


def test_each_head_is_said_once() -> None:
    sale = voucher(tax={"cgst": "9", "sgst": "9"}, other=BUYER_27)
    read = read_document(sale, read_supply(sale, COMPANY, None))
    expected = expect(read, [read_line(item, None, sale.day) for item in sale.items])
    found = list(check_amounts(read, judge(read.supply), expected, RULES.tolerance_on(sale.day)))
    assert sorted(str(item.facts["head"]) for item in found) == ["cgst", "sgst"]
