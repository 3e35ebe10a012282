"""Sale bills: the eight real ones, the world's, dirt, and whose books they go to."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from canonical.errors import ConfigurationError, SourceMalformed
from canonical.item import Item
from canonical.money import ZERO
from canonical.party import Party
from canonical.voucher import Voucher
from canonical.voucher_type import VoucherKind
from connectors.marg import CONNECTOR
from connectors.marg.recognition import recognise
from connectors.sdk.recognition import read_head
from sandbox.marg import Written, write_bills
from sandbox.world import WorldSpec
from sandbox.world.paise import render_paise
from tests.connectors.marg.support import Books, extract, one_book, translated
from tests.support.samples import sample, samples_dir

SAMPLES = "marg/sale_bill_csv"
_FOLDER = samples_dir()
NAMES = sorted(path.name for path in (_FOLDER / SAMPLES).glob("*.csv")) if _FOLDER else ["(none)"]
SUPPLIERS = {
    "ALPHA_PHARMA": {"state": "Haryana"},
    "BETA_PHARMA": {"state": "06"},
    "GAMMA_PHARMA": {"state": "07-DELHI"},
}


def real(name: str, **config: Any) -> Books:
    return one_book(extract({"files": [str(sample(f"{SAMPLES}/{name}"))], "suppliers": SUPPLIERS, **config}).records)


def raw(name: str) -> list[list[str]]:
    text = sample(f"{SAMPLES}/{name}").read_text("ascii")
    return [line.split(",") for line in text.splitlines() if line]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("owner", ["buyer", "supplier"])
def test_real_bills_add_up_and_balance(name: str, owner: str) -> None:
    """Net payable, GST and discount of the foot against the lines as the file has them."""
    rows = raw(name)
    header, lines, footer = rows[0], rows[1:-1], rows[-1]
    books = real(name, owner=owner)
    assert not books.issues, [issue.message for issue in books.issues]
    (voucher,) = books.vouchers
    assert voucher.kind is (VoucherKind.SALES if owner == "supplier" else VoucherKind.PURCHASE)
    assert (voucher.number, f"{voucher.day:%d%m%Y}") == (header[2], header[3])
    party = next(one for one in voucher.postings if one.is_party)
    assert party.net == Decimal(footer[1]) * (1 if owner == "supplier" else -1)
    assert sum((line.amount for line in voucher.taxes), ZERO) == Decimal(footer[9])
    assert [item.amount for item in voucher.items] == [Decimal(line[25]) for line in lines]
    gross = sum((Decimal(line[14]) * Decimal(line[20]) for line in lines), ZERO)
    assert gross - sum((item.amount for item in voucher.items), ZERO) == Decimal(footer[2])
    for item, line in zip(voucher.items, lines, strict=True):
        gross_of_line = Decimal(line[14]) * Decimal(line[20])
        kept = (100 - (item.discount_percent or ZERO)) / 100
        assert abs(gross_of_line * kept - item.amount) <= Decimal("0.02")
        assert (item.hsn, item.mrp or ZERO) == (line[38], Decimal(line[16]))
        assert item.batches[0].name == line[8] if line[8] else True


def test_a_bill_across_states_is_igst_and_one_within_is_split() -> None:
    across = real("BETA_PHARMA_20251001_S_GC10488.csv").vouchers[0]
    assert {line.head.value for line in across.taxes} == {"igst"}
    within = real("BETA_PHARMA_20251008_S_GC10943.csv").vouchers[0]
    assert {line.head.value for line in within.taxes} == {"cgst", "sgst"}


def test_a_state_nobody_knows_is_said_and_posted_under_no_head() -> None:
    books = real("BETA_PHARMA_20251008_S_GC10943.csv", suppliers={})
    assert books.codes() == ["marg.tax.heads_unknown"]
    assert {line.head.value for line in books.vouchers[0].taxes} == {"other"}


def test_the_supplier_is_the_files_and_the_buyer_is_not_taken_for_it() -> None:
    books = real("ALPHA_PHARMA_20250627_S_W_77W0VN0XE.csv")
    (voucher,) = books.vouchers
    assert voucher.party_name == "ALPHA PHARMA"
    assert voucher.number == "W-000660", "the token of the file name is another"
    assert [party.name for party in books.of(Party)] == ["ALPHA PHARMA"]


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Written:
    return write_bills(WorldSpec(vouchers=150), tmp_path_factory.mktemp("bills"))


def test_what_we_sold_is_in_our_books_to_the_paisa(written: Written) -> None:
    files = [str(one.path) for one in written.sold]
    books = one_book(extract({"files": files, "owner": "supplier", "suppliers": written.suppliers}).records)
    assert not [issue for issue in books.issues if issue.level == "rejected"]
    found = {voucher.number: voucher for voucher in books.vouchers}
    assert len(found) == len(written.sold) > 20
    for one in written.sold:
        told, ours = one.voucher, found[one.number]
        assert ours.day == told.day
        assert ours.postings[0].net == Decimal(render_paise(next(e.paise for e in told.entries if e.is_party)))
        assert sum((line.amount for line in ours.taxes), ZERO) == Decimal(render_paise(one.tax))
        assert "other" not in {line.head.value for line in ours.taxes}
        moves = [*told.items, *(move for entry in told.entries for move in entry.items)]
        assert [item.amount for item in ours.items] == [Decimal(render_paise(abs(move.paise))) for move in moves]
        assert [item.actual and item.actual.number for item in ours.items] == [
            Decimal(abs(m.actual)) / 1000 for m in moves
        ]
        assert [(i.batches[0].name if i.batches else "") for i in ours.items] == [move.batch for move in moves]


def test_what_we_bought_is_a_purchase_from_whoever_sent_the_file(written: Written) -> None:
    files = [str(one.path) for one in written.bought]
    books = one_book(extract({"files": files, "suppliers": written.suppliers}).records)
    assert len(books.vouchers) == len(written.bought) > 5
    found = {(voucher.party_name, voucher.number): voucher for voucher in books.vouchers}
    for one in written.bought:
        ours = found[one.supplier, one.number]
        party = Decimal(render_paise(next(entry.paise for entry in one.voucher.entries if entry.is_party)))
        assert abs(ours.postings[0].net - party) <= Decimal("0.50"), "suppliers round to the rupee, our books need not"
        assert ours.reference == one.number


def test_expiry_and_licences_come_as_written(written: Written) -> None:
    files = [str(one.path) for one in written.sold]
    books = one_book(extract({"files": files, "owner": "supplier", "suppliers": written.suppliers}).records)
    expiries = [
        batch.expires_on for v in books.vouchers for item in v.items for batch in item.batches if batch.expires_on
    ]
    assert expiries
    assert all(day.day == 1 for day in expiries)
    assert all(item.tax_details[0].hsn for item in books.of(Item))


HEADER, LINES, FOOTER = 0, 1, -1


@pytest.fixture
def bill(written: Written, tmp_path: Path) -> Callable[..., Books]:
    """One bill, some field of it changed."""

    def changed(
        *changes: tuple[int, int, str], extra: str = "", name: str = "FIRM_20250401_S_1.csv", **config: Any
    ) -> Books:
        rows = [line.split(",") for line in written.sold[0].path.read_text("ascii").splitlines()]
        for row, place, value in changes:
            rows[row][place] = value
        path = tmp_path / name
        path.write_text("\r\n".join([",".join(row) for row in rows] + [extra]) + "\r\n", "ascii")
        return one_book(extract({"files": [str(path)], "supplier_state": "27", **config}).records)

    return changed


def rejected(books: Books) -> str:
    (issue,) = [one for one in books.issues if one.level == "rejected"]
    assert not books.of(Voucher)
    return issue.message


def test_a_comma_inside_a_name_is_seen_by_the_number_of_fields(bill: Callable[..., Books]) -> None:
    assert "52 fields instead of 51" in rejected(bill((LINES, 5, "SYRUP, SUGAR FREE")))


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ((FOOTER, 1, "1"), "net payable"),
        ((FOOTER, 9, "0.07"), "GST"),
        ((FOOTER, 2, "999999"), "discount"),
        ((HEADER, 3, "31022025"), "no date"),
        ((LINES, 25, "twelve"), "field 25"),
        ((LINES, 9, "99999999"), "expiry"),
    ],
)
def test_a_bill_that_does_not_add_up_is_rejected(
    bill: Callable[..., Books], change: tuple[int, int, str], said: str
) -> None:
    assert said in rejected(bill(change))


def test_a_line_whose_percentages_do_not_fit_is_told_and_taken(bill: Callable[..., Books]) -> None:
    books = bill((LINES, 22, "77"))
    assert "marg.bill.line_differs" in books.codes()
    assert len(books.vouchers) == 1


@pytest.mark.parametrize("change", [(LINES, 3, ": Cheque"), (LINES, 6, ""), (LINES, 8, "350.00"), (LINES, 5, "A/B C")])
def test_dirt_that_was_seen_does_no_harm(bill: Callable[..., Books], change: tuple[int, int, str]) -> None:
    assert len(bill(change).vouchers) == 1


def test_an_unnamed_supplier_is_no_purchase(bill: Callable[..., Books]) -> None:
    assert "supplier" in rejected(bill(name="bill.csv"))
    (issue,) = bill(name="bill.csv").issues
    assert "Give the file the name back" in issue.hint, "nothing is wrong in Marg"
    assert bill(name="bill2.csv", supplier="Asha Pharma").vouchers[0].party_name == "Asha Pharma"


def test_lines_of_other_kinds_and_a_control_character_are_passed_over(bill: Callable[..., Books]) -> None:
    assert len(bill(extra="P,something\r\n\x1a").vouchers) == 1


def test_the_same_bill_twice_is_one_and_a_different_one_is_told(written: Written, tmp_path: Path) -> None:
    first = written.sold[0].path
    copy = tmp_path / first.name
    copy.write_bytes(first.read_bytes())
    both = extract({"files": [str(first), str(copy)], "owner": "supplier"})
    assert not both.extracted.issues
    assert len(one_book(both.records).vouchers) == 1
    copy.write_bytes(
        first.read_bytes().replace(b",S,", b",S,", 1).replace(b"SALES", b"sales").replace(b"H,1,", b"H,2,", 1)
    )
    assert [
        issue.code for issue in extract({"files": [str(first), str(copy)], "owner": "supplier"}).extracted.issues
    ] == ["marg.bill.twice"]


def test_a_file_of_another_kind_is_refused(tmp_path: Path) -> None:
    other = tmp_path / "A_20250401_S_1.csv"
    other.write_text("H,1,2\nT,1\n", "ascii")
    with pytest.raises(SourceMalformed, match="MARGERP"):
        extract({"files": [str(other)]})
    with pytest.raises(ConfigurationError):
        extract({"files": [str(tmp_path / "absent.csv")]})


def test_content_tells_a_sale_bill_and_not_its_name(written: Written, tmp_path: Path) -> None:
    renamed = tmp_path / "photo.jpg"
    renamed.write_bytes(written.sold[0].path.read_bytes())
    found = recognise(read_head(renamed))
    assert found is not None
    assert (found.format, found.connector) == ("marg-sale-bill", CONNECTOR.name)
    assert found.confidence > 90
    other = tmp_path / "edi.csv"
    other.write_text("H" + ",x" * 30 + "\nT,1\n", "ascii")
    assert recognise(read_head(other)) is None


def test_named_books_hold_the_bills_of_every_spelling(written: Written) -> None:
    files = [str(one.path) for one in written.sold[:5]]
    found = translated(extract({"files": files, "company": "Our Chemist"}).records)
    assert list(found) == ["our chemist"]
    assert all(voucher.day >= date(2025, 4, 1) for voucher in found["our chemist"].vouchers)
