"""What people see, word by word: exact output with Indian digit grouping, against figures worked out by hand."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.khata.ashoka import write_day_book
from tests.khata.running import run, without_ids
from tests.support.cli import khata

AGEING = """\
Receivables of Nilgiri Sample Company by age on 2026-03-31

 Party              Not due   1-30 days   31-60 days   61-90 days   > 90 days   Outstanding    Unapplied         Net
 ─
 Ashoka Traders   80,000.00        0.00    84,500.00         0.00        0.00   1,64,500.00   -90,000.00   74,500.00

 Total            80,000.00        0.00    84,500.00         0.00        0.00   1,64,500.00   -90,000.00   74,500.00

Ages count from the due date. Unapplied money is negative.
"""
AGEING_BY_BILL_DATE = """\
Receivables of Nilgiri Sample Company by age on 2026-03-31

 Party            Not due   1-30 days   31-60 days   61-90 days   > 90 days   Outstanding    Unapplied         Net
 ─
 Ashoka Traders      0.00   80,000.00         0.00    84,500.00        0.00   1,64,500.00   -90,000.00   74,500.00

 Total               0.00   80,000.00         0.00    84,500.00        0.00   1,64,500.00   -90,000.00   74,500.00

Ages count from the bill date. Unapplied money is negative.
"""
OUTSTANDING = """\
Receivables of Nilgiri Sample Company, bill by bill, on 2026-03-31

 Party            Bill      Voucher   Kind         Bill date    Due date        Original     Settled      Pending   \
Overdue days   To look at
 ─
 Ashoka Traders   INV-001   INV-001   bill         2026-01-05   2026-02-04   1,00,000.00   60,000.00    40,000.00   \
          55
 Ashoka Traders   INV-002   INV-002   bill         2026-01-20   2026-02-19     50,000.00    5,500.00    44,500.00   \
          40
 Ashoka Traders   INV-003   INV-003   bill         2026-03-01   2026-03-31     80,000.00        0.00    80,000.00   \
           0
 Ashoka Traders             R2        on account   2026-03-10   2026-03-10    -70,000.00        0.00   -70,000.00   \
           0
 Ashoka Traders   ADV-1     R3        advance      2026-03-20   2026-03-20    -20,000.00        0.00   -20,000.00   \
           0

 Total                                                                                                  74,500.00

Ages count from the due date. Unapplied money is negative.
khata trace ID shows the vouchers behind a bill.
"""
STATEMENT = """\
Statement of Ashoka Traders in the books of Nilgiri Sample Company, 2026-03-01 to 2026-03-31

 Date         Voucher           Bills         Debit      Credit       Balance
 ─
 2026-03-01   Opening balance                                       85,000.00
 2026-03-01   INV-003           INV-003   80,000.00               1,65,000.00
 2026-03-10   R2                                      70,000.00     95,000.00
 2026-03-12   JV-1              INV-002                  500.00     94,500.00
 2026-03-20   R3                ADV-1                 20,000.00     74,500.00

              Closing balance             80,000.00   90,500.00     74,500.00

Closing balance 74,500.00 debit.
Of this open: Not due 80,000.00; 31-60 days 84,500.00; Outstanding 1,64,500.00; Unapplied -90,000.00; Net 74,500.00.
Ages count from the due date. Unapplied money is negative.
"""
TRIAL_BALANCE = """\
Trial balance of Nilgiri Sample Company on 2026-03-31

 Ledger           Group               Opening        Debits       Credits    Closing Dr    Closing Cr
 ─
 Ashoka Traders   Sundry Debtors         0.00   2,30,000.00   1,55,500.00     74,500.00
 Bad Debts        Indirect Expenses      0.00        500.00          0.00        500.00
 Cash             Cash-in-Hand           0.00   1,50,000.00          0.00   1,50,000.00
 Sales Account    Sales Accounts         0.00      5,000.00   2,30,000.00                 2,25,000.00

 Total                                   0.00   3,85,500.00   3,85,500.00   2,25,000.00   2,25,000.00

Debits equal credits.
khata ledger NAME lists the postings behind a balance.
"""
LEDGER = """\
Cash in the books of Nilgiri Sample Company, 2025-04-01 to 2026-03-31

 Date         Type              Number       Debit   Credit       Balance
 ─
 2025-04-01   Opening balance                                        0.00
 2026-02-10   Receipt           R1       60,000.00              60,000.00
 2026-03-10   Receipt           R2       70,000.00            1,30,000.00
 2026-03-20   Receipt           R3       20,000.00            1,50,000.00

              Closing balance           1,50,000.00    0.00   1,50,000.00

"""
IMPORT = """\
Nilgiri Sample Company

 Voucher type   Vouchers   Debit total
 ─
 Receipt               3   1,50,000.00
 Sales                 3   2,30,000.00
 Credit Note           1      5,000.00
 Journal               1        500.00

 Total                 8   3,85,500.00

Vouchers    8 balanced, 0 one-sided, 0 cancelled; in the books 3,85,500.00
Masters     4 ledgers, 0 groups, 0 items
Bills       Advance 1 (20,000.00), Agst Ref 3 (65,500.00), New Ref 3 (-2,30,000.00), On Account 1 (70,000.00); \
negative is debit, as in the source
"""
AS_OF = ("--as-of", "2026-03-31")


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("receivables", "ageing", *AS_OF), AGEING),
        (("receivables", "ageing", *AS_OF, "--basis", "bill"), AGEING_BY_BILL_DATE),
        (("receivables", "outstanding", *AS_OF), OUTSTANDING),
        (("receivables", "statement", "ashoka", "--from", "2026-03-01", *AS_OF), STATEMENT),
        (("trial-balance", *AS_OF), TRIAL_BALANCE),
        (("issues",), "Issues: none\n"),
    ],
)
def test_a_report_reads_exactly_so(home: Path, ashoka_url: str, arguments: tuple[str, ...], expected: str) -> None:
    done = run(home, *arguments, "--db", ashoka_url)
    assert (done.code, done.errors) == (0, "")
    assert without_ids(done.output) == expected


def test_a_ledger_runs_from_opening_to_closing_balance(home: Path, ashoka_url: str) -> None:
    done = run(home, "ledger", "cash", "--to", "2026-03-31", "--db", ashoka_url)
    assert [line.split() for line in without_ids(done.output).splitlines()] == [
        line.split() for line in LEDGER.splitlines()
    ]


def test_an_import_says_what_it_read_as_a_process(home: Path) -> None:
    day_book = write_day_book(home / "DayBook.xml")
    done = khata(home, "import", str(day_book), "--db", f"sqlite:///{home}/k.db")
    assert (done.code, done.errors) == (0, "")
    assert without_ids(done.output).startswith(IMPORT)


def test_virtual_fifo_pays_the_oldest_bills(home: Path, ashoka_url: str) -> None:
    """A3: on-account money pays INV-001 whole and 30,000 of INV-002; the advance waits. A4: the advance pays too."""
    by_policy = {
        policy: run(
            home, "receivables", "ageing", *AS_OF, "--fifo", policy, "--db", ashoka_url, "--format", "json"
        ).json()["totals"]
        for policy in ("none", "on-account", "all")
    }
    assert by_policy["on-account"] == {
        "party": "Total",
        "not_due": "80000.00",
        "days_1_30": "0.00",
        "days_31_60": "14500.00",
        "days_61_90": "0.00",
        "days_over_90": "0.00",
        "outstanding": "94500.00",
        "unapplied": "-20000.00",
        "net": "74500.00",
    }
    assert (by_policy["all"]["not_due"], by_policy["all"]["unapplied"]) == ("74500.00", "0.00")
    assert {totals["net"] for totals in by_policy.values()} == {"74500.00"}
