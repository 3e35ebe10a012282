"""Named reports: the shapes of live captures, the amounts of the world's truth."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

import pytest
from lxml import etree

from canonical.dates import Period
from sandbox.tally.books import EntryDraft, LiveCompany, ReportUnknown, VoucherDraft
from sandbox.tally.books.catalogue import CLASSES, type_of
from sandbox.tally.books.reports import REPORTS
from sandbox.world import WorldSpec, build_world
from tests.sandbox.books.support import YEAR, parse, rows_of, small_company, tally, voucher_objects
from tests.sandbox.tally_reader import money, text_of, value
from tests.support.samples import sample

SPEC = WorldSpec(seed=7, vouchers=260)


@pytest.fixture(scope="module")
def company() -> LiveCompany:
    return small_company(260)


def capture(name: str) -> etree._Element:
    data = sample(f"tally/{name}").read_bytes()
    return parse(data.decode("utf-16-le") if "utf16le" in name else text_of(data))


def shapes(root: etree._Element) -> set[str]:
    """Every row of an answer with what is nested in it, as text."""

    def shape(node: etree._Element) -> str:
        return f"{node.tag}({''.join(map(shape, node.iterchildren('*')))})"

    return set(map(shape, root.iterchildren("*")))


@pytest.mark.parametrize(
    ("report", "captured"),
    [
        ("Trial Balance", "mbng_trial-balance.xml"),
        ("Balance Sheet", "mbng_balance-sheet.xml"),
        ("Profit and Loss", "mbng_profit-loss.xml"),
        ("Profit and Loss A/c", "mbng_profit-loss.xml"),
        ("Stock Summary", "mbng_stock-summary.xml"),
        ("Godown Summary", "mbng_godown-summary.xml"),
        ("Cash Flow", "mbng_cash-flow.xml"),
        ("Bills Receivable", "bridge_bills_receivable_aarav.xml"),
        ("Bills Payable", "bridge_bills_payable_aarav.xml"),
    ],
)
def test_rows_have_the_captured_shape(company: LiveCompany, report: str, captured: str) -> None:
    answered = parse(company.report(report, YEAR, {"EXPLODEFLAG": "Yes"}))
    assert answered.tag == "ENVELOPE"
    assert shapes(answered) <= shapes(capture(captured))
    assert shapes(answered)


def test_outer_layout_is_the_captured_one_to_the_blank(company: LiveCompany) -> None:
    raw = sample("tally/bridge_bills_receivable_ageing_lab.xml").read_text().replace("\r\n", "\n")
    lines = [line.partition(">")[0] for line in raw.splitlines()[:9]]
    ours = company.report("Bills Receivable", YEAR, {}).splitlines()[:9]
    assert [line.partition(">")[0] for line in ours] == lines


def test_an_empty_report_is_a_bare_envelope() -> None:
    empty = small_company(0, seed=3)
    day = Period(date(2020, 1, 1), date(2020, 1, 1))
    assert empty.report("Ledger Vouchers", day, {"LEDGERNAME": "Cash"}) == "<ENVELOPE></ENVELOPE>"
    assert len(sample("tally/bridge_bills_payable_billwise_lab_empty.xml").read_text().strip()) == 21


@pytest.mark.parametrize("switches", [{}, {"ISLEDGERWISE": "Yes"}, {"EXPLODEFLAG": "Yes"}])
def test_trial_balance_is_the_truth(company: LiveCompany, switches: dict[str, str]) -> None:
    truth = build_world(SPEC).truth().trial_balance
    rows = rows_of(company.report("Trial Balance", YEAR, switches))
    found = {name: tally(row, ".//DSPCLDRAMTA") + tally(row, ".//DSPCLCRAMTA") for name, row in rows}
    closings = {name: Decimal(row.closing) / 100 for name, row in truth.items()}
    if switches.get("ISLEDGERWISE"):
        assert found == {name: paise for name, paise in closings.items() if name in found}
        assert sum(found.values()) == 0
        assert not [name for name, paise in closings.items() if paise and name not in found]
        return
    tops: dict[str, Decimal] = defaultdict(Decimal)
    for ledger in company.masters.of_kind("LEDGER"):
        top = list(company.masters.lineage(ledger))[-1]
        tops[top.name] += closings[ledger.name]
    assert {name: found[name] for name in tops} == tops


def test_group_summary_opens_one_group(company: LiveCompany) -> None:
    rows = rows_of(company.report("Group Summary", YEAR, {"GROUPNAME": "Sundry Debtors"}))
    assert [name for name, _ in rows] == ["South Debtors", "Debtors - Rest of India"]


def test_bills_are_the_truth(company: LiveCompany) -> None:
    parties = build_world(SPEC).truth().parties
    wanted = {
        (party.ledger, bill.ref, Decimal(bill.paise) / 100, bill.bill_date, bill.due_date)
        for party in parties.values()
        for bill in party.bills
    }
    found = set()
    for report, sign in (("Bills Receivable", 1), ("Bills Payable", -1)):
        rows = list(parse(company.report(report, YEAR, {})))
        for fixed, pending, due, overdue in zip(*[iter(rows)] * 4, strict=True):
            amount = -Decimal(pending.text or 0)
            assert amount * sign > 0
            days = (YEAR.end - printed(due.text)).days
            assert (overdue.text or "") == (str(days) if days >= 0 else "")
            first = printed(fixed.findtext("BILLDATE"))
            found.add((fixed.findtext("BILLPARTY"), fixed.findtext("BILLREF"), amount, first, printed(due.text)))
    assert found == wanted


def printed(text: str | None) -> date:
    day, month, year = (text or "").split("-")
    months = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
    return date(2000 + int(year), months.index(month) + 1, int(day))


def test_stock_is_what_the_vouchers_leave(company: LiveCompany) -> None:
    """Quantities against sums over the world's own lines; values add up over items, groups and godowns."""
    wanted = stock_of_world()
    rows = rows_of(company.report("Stock Summary", YEAR, {"ISITEMWISE": "Yes"}))
    for item in company.masters.of_kind("STOCKITEM"):
        assert company.stock(YEAR.end)[item.master_id].closing == wanted[item.name], item.name
    items = sum(tally(row, ".//DSPCLAMTA") for _, row in rows)
    groups = sum(tally(row, ".//DSPCLAMTA") for _, row in rows_of(company.report("Stock Summary", YEAR, {})))
    godowns = sum(tally(row, ".//DSPCLAMTA") for _, row in rows_of(company.report("Godown Summary", YEAR, {})))
    stock = company.find_object("Ledger", "Stock of Goods", YEAR)
    assert stock is not None
    closing = stock.method("ClosingBalance")
    assert closing is not None
    assert items == groups == godowns == -Decimal(closing.wire)


def stock_of_world() -> dict[str, int]:
    """Add quantities up from the world itself: opening, in, out, counts, a tracked challan and its bill once."""
    world = build_world(SPEC)
    places: dict[tuple[str, str, str], int] = defaultdict(int)
    for item in world.masters.items:
        for batch in item.opening_batches:
            places[item.name, batch.godown, batch.name] += batch.quantity
    tracked: set[tuple[str, str]] = set()
    signs = {"Purchase": 1, "Receipt Note": 1, "Rejections In": 1, "Credit Note": 1}
    signs |= {"Sales": -1, "GST Sale Invoice": -1, "E-Sales": -1, "Delivery Note": -1, "Rejections Out": -1}
    signs |= {"Debit Note": -1, "Stock Journal": -1, "Physical Stock": 0}
    for voucher in world.vouchers():
        if voucher.type_name not in signs or voucher.is_cancelled or voucher.is_optional or voucher.day > YEAR.end:
            continue
        lines = [(line, signs[voucher.type_name]) for line in voucher.items]
        lines += [(line, 1) for line in voucher.items_in]
        lines += [(line, signs[voucher.type_name]) for entry in voucher.entries for line in entry.items]
        seen = set()
        for line, sign in lines:
            place = (line.item.name, line.godown, line.batch or "Primary Batch")
            mark = (line.item.name, line.tracking or voucher.tracking)
            if mark[1] and mark in tracked:
                continue
            seen.add(mark)
            places[place] = places[place] + sign * line.actual if sign else line.actual
        tracked |= {mark for mark in seen if mark[1]}
    totals: dict[str, int] = defaultdict(int)
    for (name, _, _), quantity in places.items():
        totals[name] += quantity
    return totals


def test_cash_flow_months_add_up_to_the_movement_of_cash_and_banks(company: LiveCompany) -> None:
    report = parse(company.report("Cash Flow", YEAR, {}))
    months = [node.text for node in report.findall("DSPPERIOD")]
    assert months[0] == "April"
    assert months[-1] == "March"
    assert len(months) == 12
    net = sum(-Decimal(node.findtext(".//DSPCLAMTA") or 0) for node in report.findall("DSPACCINFO"))
    truth = build_world(SPEC).truth().trial_balance
    money_ledgers = [row for name, row in truth.items() if name == "Cash" or name.startswith(("Deccan", "Sahyadri"))]
    assert net * 100 == sum(row.closing - row.opening for row in money_ledgers)


def test_day_book_holds_the_period_in_the_importable_form(company: LiveCompany) -> None:
    june = Period(date(2025, 6, 1), date(2025, 6, 30))
    root = parse(company.report("Day Book", june, {}))
    assert root.findtext("HEADER/TALLYREQUEST") == "Import Data"
    vouchers = root.findall("BODY/IMPORTDATA/REQUESTDATA/TALLYMESSAGE/VOUCHER")
    wanted = [one.guid for one in voucher_objects(company) if june.start <= one.record.day <= june.end]
    assert [value(node, "GUID") for node in vouchers] == wanted
    live = capture("mbng_day-book.xml").find(".//TALLYMESSAGE/VOUCHER")
    assert live is not None
    assert list(vouchers[0].attrib) == list(live.attrib)


def test_voucher_register_has_the_captured_frame(company: LiveCompany) -> None:
    empty = Period(date(2026, 12, 1), date(2026, 12, 31))
    ours, live = parse(company.report("Voucher Register", empty, {})), capture("mbng_voucher-register-empty.xml")
    assert shapes(ours) == shapes(live)
    assert ours.find(".//REMOTECMPINFO.LIST").attrib == live.find(".//REMOTECMPINFO.LIST").attrib  # type: ignore[union-attr]
    full = parse(company.report("Voucher Register", YEAR, {}))
    assert len(full.findall(".//VOUCHER")) == len(company.vouchers_between(YEAR))
    some = parse(company.report("Voucher Register", YEAR, {"VOUCHERTYPENAME": "Contra"}))
    assert {node.get("VCHTYPE") for node in some.findall(".//VOUCHER")} == {"Contra"}
    sales = {node.get("VCHTYPE") for node in parse(company.report("Sales Register", YEAR, {})).findall(".//VOUCHER")}
    assert sales == {"Sales", "GST Sale Invoice", "E-Sales", "Proforma Invoice"}


@pytest.mark.parametrize(
    ("word", "tags"),
    [
        ("Groups", {"GROUP"}),
        ("Ledgers", {"LEDGER"}),
        ("Stock Items", {"STOCKITEM"}),
        ("Cost Categories", {"COSTCATEGORY"}),
        ("Nonsense", set()),
    ],
)
def test_list_of_accounts_by_kind(company: LiveCompany, word: str, tags: set[str]) -> None:
    root = parse(company.report("List of Accounts", YEAR, {"AccountType": word}))
    assert {message[0].tag for message in root.iter("TALLYMESSAGE")} == tags


def test_list_of_accounts_holds_every_master(company: LiveCompany) -> None:
    root = parse(company.report("List of Accounts", YEAR, {}))
    assert len(root.findall(".//TALLYMESSAGE")) == len(company.masters.by_id)


def test_ledger_vouchers_add_up_to_the_movement(company: LiveCompany) -> None:
    root = parse(company.report("Ledger Vouchers", YEAR, {"LEDGERNAME": "Round Off"}))
    debit = -sum(Decimal(node.text or 0) for node in root.findall("DSPVCHDRAMT"))
    credit = sum(Decimal(node.text or 0) for node in root.findall("DSPVCHCRAMT"))
    truth = build_world(SPEC).truth().trial_balance["Round Off"]
    assert (debit * 100, credit * 100) == (truth.debit, truth.credit)


@pytest.mark.parametrize("name", ["Outstandings", "Profit & Loss", "Statistics", "List of Groups", "Edit Log", ""])
def test_unknown_reports_are_refused_in_tally_s_words(company: LiveCompany, name: str) -> None:
    with pytest.raises(ReportUnknown) as caught:
        company.report(name, YEAR, {})
    assert caught.value.message == f"Could not find Report '{name}'!"


def test_report_names_are_matched_without_case(company: LiveCompany) -> None:
    assert company.report("trial balance", YEAR, {}) == company.report("Trial Balance", YEAR, {})
    assert all(company.report(name, YEAR, {"LEDGERNAME": "Cash"}) for name in REPORTS)


def test_reports_follow_edits(company: LiveCompany) -> None:
    backup = company.snapshot()
    before = closing_of(company, "Cash")
    entries = (EntryDraft(ledger="Cash", paise=100), EntryDraft(ledger="Bank Charges", paise=-100))
    made = company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=YEAR.start, entries=entries))
    assert closing_of(company, "Cash") == before + 1
    company.edit_vouchers.redate(made.master_id, YEAR.end + timedelta(days=1))
    assert closing_of(company, "Cash") == before
    company.restore(backup)
    assert closing_of(company, "Cash") == before


def closing_of(company: LiveCompany, ledger: str) -> Decimal:
    rows = dict(rows_of(company.report("Trial Balance", YEAR, {"ISLEDGERWISE": "Yes"})))
    return tally(rows[ledger], ".//DSPCLDRAMTA") + tally(rows[ledger], ".//DSPCLCRAMTA")


TYPED = [
    *("bridge_vouchers_native_wr2.xml", "bridge_unit_a_vouchers_wildcard_live.xml", "bridge_ledgers_native_aarav.xml"),
    *("bridge_ledger_snapshot_aarav.xml", "bridge_group_snapshot_wr2_with_identity.utf16le.xml"),
    *("bridge_voucher_types_native_wr2.xml", "bridge_company_extent_9000.xml", "mbng_stock-items-populated.xml"),
    *("mbng_company-list.xml", "mbng_ledger-list-allfields.xml", "mbng_voucher-types.xml"),
]


@pytest.mark.parametrize("name", TYPED)
def test_types_of_fields_are_the_captured_ones(name: str) -> None:
    checked = 0
    for node in capture(name).find(".//DATA/COLLECTION"):  # type: ignore[union-attr]
        for field in node.iter():
            if isinstance(field.tag, str) and field.get("TYPE") and not field.tag.endswith(".LIST"):
                assert type_of(field.tag, str(node.tag)) == field.get("TYPE"), field.tag
                checked += 1
    assert checked


def test_classes_are_those_of_cmpinfo_in_order() -> None:
    info = capture("bridge_company_collection_live.xml").find(".//CMPINFO")
    assert info is not None
    assert tuple(child.tag for child in info) == CLASSES


@pytest.mark.parametrize("name", ["Bank Accounts", "Branch / Divisions", "Bank OD A/c", "Current Assets"])
def test_group_structure_is_the_captured_one(name: str) -> None:
    raw = sample("tally/bridge_group_snapshot_wr2_with_identity.utf16le.xml").read_bytes().decode("utf-16-le")
    block = raw.partition(f'<GROUP NAME="{name}"')[2].partition("</GROUP>")[0]
    found = small_company(0, seed=3).find_object("Group", name)
    assert found is not None
    for field in ("PARENT", "RESERVENAME", "PARENTSTRUCTURE", "PRIMARYGRPPARENT"):
        text = block.partition(f'<{field} TYPE="String">')[2].partition("<")[0]
        held = found.method(field)
        assert held is not None
        assert held.wire == text.replace("&#4;", "\x04"), field


def test_groups_below_predefined_ones_name_them(company: LiveCompany) -> None:
    """As captured for a custom group under the debtors: the reserve name is the nearest predefined group's."""
    south = company.find_object("Group", "South Debtors")
    assert south is not None
    found = {name: south.method(name) for name in ("RESERVENAME", "PRIMARYGRPPARENT", "PARENTSTRUCTURE")}
    assert {name: held.wire for name, held in found.items() if held is not None} == {
        "RESERVENAME": "Sundry Debtors",
        "PRIMARYGRPPARENT": "Current Assets",
        "PARENTSTRUCTURE": "\x03South Debtors\x03\x03Sundry Debtors\x03\x03Current Assets\x03",
    }


def test_money_of_the_captures_is_read_as_the_books_read_it() -> None:
    root = capture("mbng_trial-balance.xml")
    assert money(root.find("DSPACCINFO/DSPCLDRAMT"), "DSPCLDRAMTA") == Decimal("2222222.22")  # type: ignore[arg-type]
