"""Books built from a world say what the world's files and its truth say."""

from __future__ import annotations

import sys
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from sandbox.tally import Scaffolding, TallyEncoding, TallyStyle, write
from sandbox.tally.books import Amount, LiveCompany, UnknownKind, build_books, specs_for
from sandbox.tally.books.bills import open_bills
from sandbox.tally.books.moves import read_moves
from sandbox.tally.books.packing import pack, unpack
from sandbox.tally.books.tree import Element, parse_xml
from sandbox.world import WorldSpec, build_world
from tests.sandbox.books.support import SPEC, YEAR, parse, small_company, voucher_objects
from tests.sandbox.tally_reader import roots, value


@pytest.fixture(scope="module")
def company() -> LiveCompany:
    return small_company()


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> list[etree._Element]:
    written = write(
        SPEC,
        tmp_path_factory.mktemp("export"),
        encoding=TallyEncoding.UNICODE,
        scaffolding=Scaffolding.USUAL,
        style=TallyStyle.PRIME5,
    )
    return [message[0] for root in roots(written.paths) for message in root.iter("TALLYMESSAGE")]


def content(node: etree._Element) -> object:
    """Reduce an element to what it says: no empty lists, no indentation."""
    children = [
        content(child) for child in node if len(child) or (child.text or "").strip() or child.tag[-5:] != ".LIST"
    ]
    return (
        node.tag.replace("{TallyUDF}", "UDF_"),
        {str(name): str(text) for name, text in node.attrib.items()},
        children or (node.text or "").strip(),
    )


def test_vouchers_are_those_of_the_files_tag_by_tag(company: LiveCompany, files: list[etree._Element]) -> None:
    filed = {value(node, "GUID"): content(node) for node in files if node.tag == "VOUCHER"}
    live = {one.guid: content(parse(one.to_xml())) for one in voucher_objects(company)}
    assert len(filed) == SPEC.vouchers
    assert live == filed


def test_full_scaffolding_adds_only_what_says_nothing(company: LiveCompany) -> None:
    full = build_books([SPEC], scaffolding=Scaffolding.FULL).companies[0]
    for plain, wordy in zip(voucher_objects(company), voucher_objects(full), strict=True):
        wanted = parse(plain.to_xml())
        assert content(wanted) == content(pruned(parse(wordy.to_xml()), {str(node.tag) for node in wanted.iter()}))
    whole = [one.to_xml() for one in voucher_objects(full) if not one.record.is_cancelled]
    assert 10_000 < sum(map(len, whole)) / len(whole) < 30_000
    (entry, *_) = voucher_objects(full)[0].children("AllLedgerEntries")
    assert entry.to_xml().count("<LEDGERFROMITEM>No</LEDGERFROMITEM>") == 1


def pruned(root: etree._Element, tags: set[str]) -> etree._Element:
    """Take out of an object what is none of the tags; it must say nothing."""
    for home in list(root.iter()):
        for child in list(home):
            if child.tag not in tags:
                assert (child.text or "").strip() in ("No", "")
                assert len(child) == 0
                home.remove(child)
    return root


def test_masters_are_those_of_the_files_tag_by_tag(company: LiveCompany, files: list[etree._Element]) -> None:
    filed = [node for node in files if node.tag != "VOUCHER"]
    for node in filed:
        found = company.find_object(node.tag, str(node.get("NAME")))
        assert found is not None, node.get("NAME")
        for child in node.findall("CLOSINGBALANCE"):
            node.remove(child)
        assert content(parse(found.to_xml())) == content(node)
    counted = {one.tag for one in filed}
    assert sum(1 for kind in counted for _ in company.objects(kind)) == len(filed)


@settings(max_examples=6, deadline=None)
@given(st.integers(0, 10**6), st.integers(60, 140))
def test_balances_and_bills_are_the_truth_of_any_world(seed: int, vouchers: int) -> None:
    spec = WorldSpec(seed=seed, vouchers=vouchers)
    company = build_books([spec]).companies[0]
    truth = build_world(spec).truth()
    sums = company.sums(YEAR)
    for name, row in truth.trial_balance.items():
        ledger = company.masters.find("LEDGER", name)
        assert ledger is not None
        found = sums.of(ledger.master_id)
        assert (found.opening, found.debit, found.credit) == (row.opening, row.debit, row.credit), name
    wanted = {
        (party.ledger, bill.ref, bill.paise, bill.bill_date, bill.due_date)
        for party in truth.parties.values()
        for bill in party.bills
    }
    bills = {
        (company.masters.by_id[bill.ledger_id].name, bill.ref, bill.paise, bill.bill_date, bill.due)
        for bill in open_bills(company, YEAR.end)
    }
    assert bills == wanted


def test_stored_moves_are_what_the_packed_tree_says(company: LiveCompany) -> None:
    for voucher in company.vouchers():
        moves = read_moves(unpack(voucher.body), company.masters, voucher.day, company.kind_of(voucher.type_id))
        assert (moves.postings, moves.bills, moves.goods) == (voucher.postings, voucher.bills, voucher.goods)


def test_several_companies_have_their_own_identity_and_the_first_is_active() -> None:
    books = build_books(specs_for(3, vouchers=60))
    assert books.current is books.companies[0]
    assert len({company.guid for company in books.companies}) == 3
    assert len({company.number for company in books.companies}) == 3
    name = books.companies[1].name
    assert books.find(f"  {name.upper()} ") is books.companies[1]
    assert books.find("Nobody & Co") is None


def test_a_company_without_vouchers_has_no_voucher_counter() -> None:
    company = build_books([WorldSpec(seed=3, vouchers=0)]).companies[0]
    (found,) = company.objects("Company")
    assert found.method("ALTVCHID") is None
    assert found.method("LastVoucherDate") is None
    assert found.method("AltMstId") is not None


def test_unknown_classes_are_refused_and_known_ones_may_be_empty(company: LiveCompany) -> None:
    assert list(company.objects("AttendanceType")) == []
    assert len(list(company.objects("Stock Item"))) == 20
    with pytest.raises(UnknownKind):
        list(company.objects("EditLog"))


def test_closing_balances_follow_the_period(company: LiveCompany) -> None:
    cash = company.find_object("Ledger", "Cash", YEAR)
    assert cash is not None
    ledger = company.masters.find("LEDGER", "Cash")
    assert ledger is not None
    months = [company.sums(YEAR).of(ledger.master_id).closing]
    assert cash.method("$ClosingBalance") == Amount(Decimal(-months[0]) / 100)


def test_books_of_any_size_stay_small() -> None:
    company = small_company(1500)
    rows = company.vouchers()
    parts = (
        sys.getsizeof(row)
        + sum(map(sys.getsizeof, (row.body, row.postings, row.bills, row.goods, row.number)))
        + sum(sys.getsizeof(part) for part in (*row.bills, *row.goods))
        for row in rows
    )
    assert sum(parts) / len(rows) < 2_500


names = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x1e\x1f"), max_size=12)
tags = st.sampled_from(["NAME", "AMOUNT", "LEDGERNAME", "X.LIST", "UDF:TRIP"])
trees = st.recursive(
    st.tuples(tags, names).map(lambda pair: Element(*pair)),
    lambda inner: st.builds(
        lambda tag, attributes, children: Element(tag, "", attributes, tuple(children)),
        tags,
        st.dictionaries(st.sampled_from(["TYPE", "JD"]), names, max_size=2),
        st.lists(inner, min_size=1, max_size=4),
    ),
    max_leaves=12,
)


@given(trees)
def test_packing_loses_nothing(tree: Element) -> None:
    assert unpack(pack(tree)) == tree


def test_reading_accepts_tally_dialect_and_refuses_document_types() -> None:
    tree = parse_xml('<V><UDF:TRIP DESC="`Trip`">a</UDF:TRIP><P>&#4; Primary</P><E.LIST>   </E.LIST></V>')
    assert [(child.tag, child.text) for child in tree.children] == [("UDF:TRIP", "a"), ("P", "\x04 Primary")]
    with pytest.raises(ValueError, match="document type"):
        parse_xml("<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>")
    with pytest.raises(ValueError, match="mismatched tag"):
        parse_xml("<a><b></a>")


def test_the_same_specification_gives_the_same_books(tmp_path: Path) -> None:
    del tmp_path
    first, second = small_company(80), small_company(80)
    assert [one.to_xml() for one in voucher_objects(first)] == [one.to_xml() for one in voucher_objects(second)]
