"""XML exports: what is read, what is refused, and the traps of signs, names and codes."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest

from canonical.errors import ConfigurationError, SourceMalformed
from canonical.issue import IssueLevel
from canonical.voucher_type import VoucherKind
from connectors.busy.files.document import Document
from tests.connectors.busy.support import (
    CASH,
    DEBTORS,
    SALE,
    account,
    bill,
    bills_of,
    books,
    export,
    leg,
    nets,
    read,
    voucher,
    written,
)

ACCOUNTS = (
    "<Accounts>"
    + account("Asha  Stores ", 1001, DEBTORS, "<OPBal>-100.10000000002</OPBal>")
    + account("Sales", 4, SALE)
    + account("Cash", 1, CASH)
    + "</Accounts>"
)


def summary_of(accounts: int) -> str:
    told = f"<MasterType>2</MasterType><NoOfMasters>{accounts}</NoOfMasters>"
    return f"<MastersSummary><MastersDet>{told}</MastersDet></MastersSummary>"


def test_the_side_is_told_by_the_amount_type_and_the_sign_plays_no_part(tmp_path: Path) -> None:
    signed = voucher(1, 9, leg("Asha  Stores ", 1001, 1, "-500"), leg("Sales", 4, 2, "500", "Sale"))
    unsigned = voucher(2, 14, leg("Asha  Stores ", 1001, 2, "200"), leg("Cash", 1, 1, "200", "Cash-in-hand"))
    made = books(written(tmp_path, f"<Whatever>{signed}</Whatever><Rcpts>{unsigned}</Rcpts>", ACCOUNTS))
    sale, receipt = made.vouchers
    assert nets(sale) == {"Asha  Stores": Decimal(500), "Sales": Decimal(-500)}
    assert nets(receipt) == {"Asha  Stores": Decimal(-200), "Cash": Decimal(200)}
    assert made.ledgers["Asha  Stores"].opening == Decimal("100.10"), "the noise of doubles is rounded off"
    assert sale.kind is VoucherKind.SALES
    assert receipt.kind is VoucherKind.RECEIPT


def test_what_is_left_of_a_posting_is_on_account(tmp_path: Path) -> None:
    name = "Asha  Stores "
    receipt = voucher(
        2,
        14,
        leg(name, 1001, 2, "200"),
        leg("Cash", 1, 1, "200", "Cash-in-hand"),
        bills=[bill(name, 1001, 2, "S/1", "150", 7)],
    )
    made = books(written(tmp_path, f"<Rcpts>{receipt}</Rcpts>", ACCOUNTS))
    assert bills_of(made.vouchers[0]) == [("against_ref", "S/1", Decimal(-150)), ("on_account", "", Decimal(-50))]


def test_an_unbalanced_voucher_is_rejected_and_kept(tmp_path: Path) -> None:
    path = written(tmp_path, "<S>" + voucher(1, 16, leg("A", 7, 1, "10"), leg("B", 8, 2, "9.99")) + "</S>")
    made, found = books(path), read(path)
    assert not made.vouchers
    (issue,) = made.issues
    assert (issue.code, issue.level) == ("busy.voucher.unbalanced", IssueLevel.REJECTED)
    assert issue.where.startswith("TR.DAT#Any 1")
    assert [one.source.key for one in found.records if one.source.stream == "vouchers"] == ["2025:1"]


@pytest.mark.parametrize(
    "part", ["<AmountType>3</AmountType>", "<AmtMainCur>twelve</AmtMainCur>", "<Date>31-02-2025</Date>"]
)
def test_what_decides_a_figure_and_cannot_be_read_rejects_the_voucher(part: str, tmp_path: Path) -> None:
    text = voucher(1, 16, leg("A", 7, 1, "10"), leg("B", 8, 2, "10"))
    tag = part[1 : part.index(">")]
    start = text.index(f"<{tag}>")
    end = text.index(f"</{tag}>") + len(tag) + 3
    made = books(written(tmp_path, f"<S>{text[:start]}{part}{text[end:]}</S>"))
    assert not made.vouchers
    assert made.codes() == ["busy.record.unreadable"]


def test_a_cancelled_voucher_keeps_its_number_and_nothing_else(tmp_path: Path) -> None:
    made = books(written(tmp_path, "<S>" + voucher(1, 9, more="<Cancelled />", number="S/9") + "</S>"))
    (found,) = made.vouchers
    assert (found.is_cancelled, found.number, found.postings) == (True, "S/9", ())
    assert not made.codes()


def test_two_accounts_that_differ_by_blanks_are_two(tmp_path: Path) -> None:
    accounts = "<A>" + account("Asha Stores", 1, DEBTORS) + account("Asha  Stores", 2, DEBTORS) + "</A>"
    journal = voucher(1, 16, leg("Asha Stores", 1, 1, "10"), leg("Asha  Stores", 2, 2, "10"))
    made = books(written(tmp_path, accounts, f"<J>{journal}</J>"))
    assert len({posting.ledger_key for posting in made.vouchers[0].postings}) == 2
    assert made.codes() == ["busy.account.twin"]


def test_years_are_joined_by_name_whatever_the_codes_and_the_first_opening_stands(tmp_path: Path) -> None:
    first = "<A>" + account("Asha", 1001, DEBTORS, "<OPBal>-100</OPBal>") + account("Cash", 1, CASH) + "</A>"
    second = "<A>" + account("Asha", 1500, DEBTORS, "<OPBal>-70</OPBal>") + account("Cash", 1, CASH) + "</A>"
    paid = voucher(9, 14, leg("", 1500, 2, "70"), leg("", 1, 1, "70"))
    earlier = written(tmp_path, first, name="first.DAT")
    later = written(tmp_path, second, f"<R>{paid}</R>", name="second.DAT", year="01-04-2026")
    for order in ((earlier, later), (later, earlier)):
        made = books(*order)
        assert made.ledgers["Asha"].opening == Decimal(100)
        assert made.vouchers[0].postings[0].ledger_key == "asha"
        assert len({one.source for one in made.records if getattr(one, "key", "") == "asha"}) == 1


def test_a_whole_export_of_masters_wins_over_what_vouchers_repeat(tmp_path: Path) -> None:
    reference = "<BillReference><Method>1</Method><RefNo>A</RefNo><Value1>-5</Value1></BillReference>"
    summary, bill_text = summary_of(1), f"<BillByBillDetail>{reference}</BillByBillDetail>"
    whole = written(tmp_path, "<A>" + account("Asha", 1, DEBTORS, bill_text) + "</A>", summary, name="M.DAT")
    used = written(tmp_path, "<A>" + account("Asha", 1, DEBTORS) + "</A>", name="TR.DAT")
    for order in ((whole, used), (used, whole)):
        assert [one.ref for one in books(*order).ledgers["Asha"].opening_bills] == ["A"]


def test_a_summary_that_counts_more_than_there_is(tmp_path: Path) -> None:
    found = read(written(tmp_path, "<A>" + account("Asha", 1, DEBTORS) + "</A>", summary_of(2)))
    assert [issue.code for issue in found.extracted.issues] == ["busy.file.masters_differ"]


def test_the_separators_and_pasted_control_characters_survive(tmp_path: Path) -> None:
    more = "<OldIdentity>9\xfcMain\xfb9</OldIdentity><MasterName1>R\xe9gie\x1f</MasterName1>"
    path = written(tmp_path, "<S>" + voucher(1, 9, more=more) + "</S>")
    found = read(path)
    (record,) = [one for one in found.records if one.source.stream == "vouchers"]
    assert "9\xfcMain\xfb9" in record.payload.decode()
    assert [issue.code for issue in found.extracted.issues] == ["busy.file.characters_dropped"]


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "busy.file.empty"),
        (b"   ", "busy.file.not_busy"),
        (b"<html>", "busy.file.not_busy"),
        (b"<ENVELOPE><BODY/></ENVELOPE>", "busy.file.not_busy"),
        (export("<Sales>")[:-20], "busy.file.malformed"),
        (
            b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "c">]><BusyData FinYear="01-04-2025"></BusyData>',
            "busy.file.not_busy",
        ),
        (export("<A>" + account("A", 1, CASH) + "</A>", year="soon"), "busy.file.year_missing"),
    ],
)
def test_what_is_no_whole_export_is_refused_and_nothing_of_it_taken(content: bytes, code: str, tmp_path: Path) -> None:
    path = tmp_path / "export.DAT"
    path.write_bytes(content)
    with pytest.raises(SourceMalformed) as refused:
        read(path)
    assert refused.value.code == code
    assert "export.DAT" in refused.value.message


def test_an_export_does_not_say_whose_it_is(tmp_path: Path) -> None:
    with pytest.raises(ConfigurationError) as refused:
        read(written(tmp_path, ACCOUNTS), company=None)
    assert refused.value.code == "busy.company.unknown"


def test_memory_does_not_grow_with_the_vouchers() -> None:
    one = voucher(1, 16, leg("A", 7, 1, "10"), leg("B", 8, 2, "10")).encode("latin-1")
    rounds = 3000

    def chunks() -> object:
        yield export()[: -len(b"</BusyData>")] + b"<Jrnls>"
        for _ in range(rounds):
            yield one
        yield b"</Jrnls></BusyData>"

    document = Document(chunks(), "big.DAT")  # type: ignore[arg-type]
    taken = held = 0
    for _ in document.records():
        taken += 1
        root = document._root
        held = max(held, sum(1 for _ in root.iter()) if root is not None and not taken % 500 else 0)
    assert taken == rounds
    assert held < 100, "elements still in the tree"


def test_an_account_renamed_in_the_year_keeps_its_address_and_its_vouchers(tmp_path: Path) -> None:
    journal = voucher(1, 16, leg("Asha", 7, 1, "10"), leg("Cash", 1, 2, "10"))
    before = books(written(tmp_path, "<A>" + account("Asha", 7, DEBTORS) + "</A>", f"<J>{journal}</J>"))
    old = before.ledgers["Asha"]
    after = written(
        tmp_path, "<A>" + account("Asha & Sons".replace("&", "&amp;"), 7, DEBTORS) + "</A>", f"<J>{journal}</J>"
    )
    before.translator.forget(old)
    before.take(read(after).records)
    new = before.ledgers["Asha & Sons"]
    assert new.source == old.source
    assert before.vouchers[-1].postings[0].ledger_key == new.key, "found by its code, whatever the voucher calls it"


def test_the_same_object_in_two_files_of_a_folder_is_one_record(tmp_path: Path) -> None:
    part = "<J>" + voucher(1, 16, leg("A", 7, 1, "10"), leg("B", 8, 2, "10")) + "</J>"
    written(tmp_path, part, name="a.DAT")
    written(tmp_path, part, "<A>" + account("A", 7, DEBTORS) + "</A>", name="b.DAT")
    found = read(tmp_path)
    assert found.extracted.counts["vouchers"] == 1
    assert [facts["path"] for facts in found.extracted.files] == ["a.DAT", "b.DAT"]


def test_a_bill_under_two_numbers_is_pointed_out(tmp_path: Path) -> None:
    legs = (leg("Asha", 1001, 1, "10"), leg("Sales", 4, 2, "10", "Sale"))
    back = (leg("Asha", 1001, 2, "10"), leg("Cash", 1, 1, "10", "Cash-in-hand"))
    sale = voucher(1, 9, *legs, bills=[bill("Asha", 1001, 1, "S/1", "-10", 7)])
    same = voucher(2, 14, *back, bills=[bill("Asha", 1001, 2, "s/1 ", "10", 7)])
    other = voucher(3, 14, *back, bills=[bill("Asha", 1001, 2, "S/1-A", "10", 7)])
    made = books(written(tmp_path, f"<S>{sale}{same}{other}</S>"))
    assert made.codes() == ["busy.bill.renumbered"]
