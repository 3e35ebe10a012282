"""A day book small enough to check by hand: one customer, eight vouchers, written as Tally exports them.

The figures are the worked example that ``docs/receivables.md`` explains: three bills, a part payment, a credit note, a
write-off, money on account and an advance; as of 2026-03-31 the customer owes 74,500.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

COMPANY = "Nilgiri Sample Company"
GUID = "00000000-1111-2222-3333-444444444444"


@dataclass(frozen=True)
class Entry:
    """One voucher: debit the customer by ``amount`` (credit if negative) against ``other``."""

    day: str
    kind: str
    number: str
    amount: int
    other: str
    bill_kind: str
    ref: str = ""
    days: int | None = None


ASHOKA = (
    Entry("20260105", "Sales", "INV-001", 100_000, "Sales Account", "New Ref", "INV-001", 30),
    Entry("20260120", "Sales", "INV-002", 50_000, "Sales Account", "New Ref", "INV-002", 30),
    Entry("20260210", "Receipt", "R1", -60_000, "Cash", "Agst Ref", "INV-001"),
    Entry("20260215", "Credit Note", "CN-1", -5_000, "Sales Account", "Agst Ref", "INV-002"),
    Entry("20260301", "Sales", "INV-003", 80_000, "Sales Account", "New Ref", "INV-003", 30),
    Entry("20260310", "Receipt", "R2", -70_000, "Cash", "On Account"),
    Entry("20260312", "Journal", "JV-1", -500, "Bad Debts", "Agst Ref", "INV-002"),
    Entry("20260320", "Receipt", "R3", -20_000, "Cash", "Advance", "ADV-1"),
)
LEDGERS = {
    "Ashoka Traders": "Sundry Debtors",
    "Sales Account": "Sales Accounts",
    "Cash": "Cash-in-Hand",
    "Bad Debts": "Indirect Expenses",
}
GROUPS = ("Sundry Debtors", "Sales Accounts", "Cash-in-Hand", "Indirect Expenses")


def write_day_book(path: Path, entries: tuple[Entry, ...] = ASHOKA, company: str = COMPANY, guid: str = GUID) -> Path:
    """Write the masters and the vouchers as one export."""
    masters = "".join(_ledger(number, name, group, guid) for number, (name, group) in enumerate(LEDGERS.items(), 1))
    vouchers = "".join(_voucher(number, entry, guid) for number, entry in enumerate(entries, 100))
    text = (
        "<ENVELOPE><HEADER><TALLYREQUEST>Import Data</TALLYREQUEST></HEADER><BODY><IMPORTDATA><REQUESTDESC>"
        "<REPORTNAME>All Masters</REPORTNAME><STATICVARIABLES>"
        f"<SVCURRENTCOMPANY>{company}</SVCURRENTCOMPANY></STATICVARIABLES></REQUESTDESC><REQUESTDATA>"
        f"{masters}{vouchers}</REQUESTDATA></IMPORTDATA></BODY></ENVELOPE>"
    )
    path.write_text(text, encoding="utf-16")
    return path


def _message(body: str) -> str:
    return f'<TALLYMESSAGE xmlns:UDF="TallyUDF">{body}</TALLYMESSAGE>'


def _ledger(number: int, name: str, group: str, guid: str) -> str:
    bill_wise = "Yes" if group == "Sundry Debtors" else "No"
    return _message(
        f'<LEDGER NAME="{name}" RESERVEDNAME=""><GUID>{guid}-{number:08x}</GUID><PARENT>{group}</PARENT>'
        f"<ISBILLWISEON>{bill_wise}</ISBILLWISEON><ALTERID>{number}</ALTERID>"
        f"<LANGUAGENAME.LIST><NAME.LIST TYPE='String'><NAME>{name}</NAME></NAME.LIST></LANGUAGENAME.LIST></LEDGER>"
    )


def _voucher(number: int, entry: Entry, guid: str) -> str:
    period = "" if entry.days is None else f"<BILLCREDITPERIOD>{entry.days} Days</BILLCREDITPERIOD>"
    ref = "" if not entry.ref else f"<NAME>{entry.ref}</NAME>"
    bill = (
        f"<BILLALLOCATIONS.LIST>{ref}{period}<BILLTYPE>{entry.bill_kind}</BILLTYPE>"
        f"<AMOUNT>{-entry.amount:.2f}</AMOUNT></BILLALLOCATIONS.LIST>"
    )
    return _message(
        f'<VOUCHER REMOTEID="{guid}-{number:08x}" VCHTYPE="{entry.kind}" ACTION="Create"><DATE>{entry.day}</DATE>'
        f"<GUID>{guid}-{number:08x}</GUID><VOUCHERTYPENAME>{entry.kind}</VOUCHERTYPENAME>"
        f"<VOUCHERNUMBER>{entry.number}</VOUCHERNUMBER><PARTYLEDGERNAME>Ashoka Traders</PARTYLEDGERNAME>"
        f"<ALTERID>{number}</ALTERID>"
        f"{_line('Ashoka Traders', entry.amount, bill)}{_line(entry.other, -entry.amount, '')}</VOUCHER>"
    )


def _line(ledger: str, amount: int, bill: str) -> str:
    positive = "Yes" if amount > 0 else "No"
    return (
        f"<ALLLEDGERENTRIES.LIST><LEDGERNAME>{ledger}</LEDGERNAME><ISDEEMEDPOSITIVE>{positive}</ISDEEMEDPOSITIVE>"
        f"<AMOUNT>{-amount:.2f}</AMOUNT>{bill}</ALLLEDGERENTRIES.LIST>"
    )
