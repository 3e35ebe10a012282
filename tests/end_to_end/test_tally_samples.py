"""Real exports and captures through the command line; figures counted independently when the samples were collected."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.khata.running import run as khata
from tests.support.samples import sample


@dataclass(frozen=True)
class Expected:
    """What a file holds, counted by hand or by another program."""

    vouchers: dict[str, int]
    debit_total: str
    bills: dict[str, tuple[int, str]] = field(default_factory=dict)
    balanced: int | None = None
    books_debit_total: str | None = None


EXPECTED = {
    "fileexport_prime4_daybook_utf16le_bom.xml": Expected(
        {"Purchase": 21, "Payment": 21, "Receipt": 8, "Journal": 5, "Sales GST": 4, "Contra": 3, "Purchase GST": 2},
        "13139227.11",
        {"New Ref": (19, "445411.00"), "Agst Ref": (2, "-57980.00"), "On Account": (1, "67130.00")},
    ),
    "fileexport_prime5_daybook_masters_ascii.xml": Expected(
        {"Expense": 2, "Purchase": 1, "GST Sale Invoice": 1}, "101828.00", {"New Ref": (4, "5230.00")}
    ),
    "fileexport_prime3_daybook_utf16le_bom.xml": Expected({"Sales": 2}, "14405.50", {"New Ref": (1, "-11111.00")}),
    "bridge_unit_a_vouchers_wildcard_live.xml": Expected(
        {
            "Payment": 34,
            "Purchase": 12,
            "Sales": 12,
            "Receipt": 12,
            "Debit Note": 2,
            "Credit Note": 2,
            "Journal": 1,
        },
        "5061932.80",
        {"New Ref": (28, "463032.00"), "Agst Ref": (24, "-390662.60")},
    ),
    "bridge_unit_a_optional_voucher_live.xml": Expected({"Receipt": 2}, "19998.00", books_debit_total="9999.00"),
    "bridge_vouchers_native_wr2.xml": Expected({"Sales": 3}, "306.06", {"On Account": (2, "-203.03")}),
}
MASTERS = {
    "fileexport_prime5_daybook_masters_ascii.xml": {"ledgers": 13, "groups": 16, "items": 2},
    "bridge_ledger_snapshot_aarav.xml": {"ledgers": 88},
    "bridge_group_snapshot_aarav.xml": {"groups": 28},
    "bridge_group_snapshot_wr2.xml": {"groups": 29},
    "tc_v6_Ledger_ledger_sample_data.xml": {"ledgers": 295},
}


@pytest.mark.parametrize("name", EXPECTED)
def test_totals_equal_the_independent_count(name: str, tmp_path: Path) -> None:
    expected = EXPECTED[name]
    ran = khata(
        tmp_path, "import", str(sample(f"tally/{name}")), "--db", f"sqlite:///{tmp_path}/k.db", "--format", "json"
    )
    assert ran.code == 0, ran.errors
    said = ran.json()
    assert said["vouchers"] == expected.vouchers
    assert said["voucher_count"] == sum(expected.vouchers.values())
    assert said["debit_total"] == expected.debit_total
    assert said["balanced"] == (expected.balanced or said["voucher_count"])
    assert (said["unbalanced"], said["rejected"]) == (0, 0)
    assert said["books_debit_total"] == (expected.books_debit_total or expected.debit_total)
    for kind, (count, signed_sum) in expected.bills.items():
        assert said["bills"][kind] == {"count": count, "signed_sum": signed_sum}
    assert sum(map(float, said["debit_total_by_type"].values())) == pytest.approx(float(expected.debit_total))


@pytest.mark.parametrize("name", MASTERS)
def test_masters_are_counted(name: str, tmp_path: Path) -> None:
    ran = khata(
        tmp_path, "import", str(sample(f"tally/{name}")), "--db", f"sqlite:///{tmp_path}/k.db", "--format", "json"
    )
    assert ran.code == 0, ran.errors
    said = ran.json()
    assert {kind: said[kind] for kind in MASTERS[name]} == MASTERS[name]


def test_turned_signs_are_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    path = sample("tally/darsh_services_vouchers_synthetic_wrong_sign.xml")
    database = f"sqlite:///{tmp_path}/k.db"
    ran = khata(tmp_path, "import", str(path), "--db", database, "--format", "json")
    said = ran.json()
    assert ran.code == 3
    assert said["stored"] is False
    assert said["voucher_count"] == 3462
    assert said["vouchers"] == {
        "Sales": 1366,
        "Payment": 718,
        "Purchase": 674,
        "Receipt": 273,
        "Contra": 244,
        "Journal": 187,
    }
    assert said["debit_total"] == "1031356540.38"
    assert "tally.file.signs_inverted" in said["issues"]
    assert khata(tmp_path, "vouchers", "--db", database, "--format", "json").json() in ([], {"vouchers": []})


def test_bills_reports_prove_the_books(tmp_path: Path) -> None:
    """Tally's own Bills Receivable and Payable against our open bills of the same company, to the paisa."""
    database = f"sqlite:///{tmp_path}/k.db"
    files = [
        str(sample(f"tally/{name}"))
        for name in (
            "bridge_unit_a_vouchers_wildcard_live.xml",
            "bridge_bills_receivable_aarav.xml",
            "bridge_bills_payable_aarav.xml",
        )
    ]
    ran = khata(tmp_path, "import", *files, "--company", "Aarav", "--db", database, "--format", "json")
    proof = ran.json()["proof"]
    assert proof["compared"] > 21
    wrong = {row["name"] for row in proof["differences"] if not row["name"].endswith("all bills")}
    # 22 of the reports' 43 rows belong to vouchers outside the captured window; the 21 inside agree.
    assert len(wrong) == 22
