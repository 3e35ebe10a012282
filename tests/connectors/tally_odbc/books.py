"""Small invented books as ODBC serves them."""

from __future__ import annotations

from typing import Any

from tests.connectors.tally_odbc.fake_tally import COMPANY, Script

OTHER = "99999999-8888-4777-8666-aaaaaaaaaaaa"
NAME = "Kaveri Traders"


def guid(number: int, company: str = COMPANY) -> str:
    return f"{company}-{number:08x}"


def company(name: str = NAME, identity: str = COMPANY) -> dict[str, Any]:
    return {"Name": name, "GUID": identity, "BooksFrom": {"date": "2025-04-01"}, "AltMstId": 40}


def group(number: int, name: str, parent: str = "\x04 Primary", **more: Any) -> dict[str, Any]:
    return {"Name": name, "Parent": parent, "GUID": guid(number), "AlterID": number, **more}


def ledger(
    number: int, name: str, parent: str, opening: float | None = None, closing: float | None = None, **more: Any
) -> dict[str, Any]:
    """Balances with Tally's sign: negative is debit."""
    row = {"Name": name, "Parent": parent, "GUID": guid(number), "AlterID": number, "OpeningBalance": opening}
    return {**row, "_ClosingBalance": closing, **more}


def books(**more: Any) -> Script:
    """One company with three groups, four ledgers, an item, and its unit where the tables are asked for."""
    tables = {
        "Company": [company()],
        "Groups": [
            group(1, "Current Assets", _IsReserved=1),
            group(2, "Sundry Debtors", "Current Assets", _IsReserved=1),
            group(3, "South Debtors", "Sundry Debtors", _IsReserved=0),
        ],
        "Ledger": [
            ledger(10, "Cash", "Cash-in-Hand", -500.0, -1250.25, IsBillWiseOn=0),
            ledger(11, "Asha Stores", "South Debtors", -100.1, -250.3, IsBillWiseOn=1, PartyGSTIN="29ABCDE1234F1Z5"),
            ledger(12, "Sales", "Sales Accounts", None, 1500.55, IsBillWiseOn=0),
            ledger(13, "Capital", "Capital Account", 600.1, 0.0, IsBillWiseOn=0),
        ],
        "StockItem": [
            {"Name": "Soap", "Parent": "\x04 Primary", "GUID": guid(20), "AlterID": 20, "BaseUnits": "Nos"}
            | {"OpeningBalance": "12 Nos", "OpeningValue": -120.0, "_ClosingValue": -60.0}
        ],
        "StockGroup": [{"Name": "Toiletries", "Parent": "\x04 Primary", "GUID": guid(21), "AlterID": 21}],
        "Units": [{"Name": "Nos", "GUID": guid(22), "AlterID": 22, "OriginalName": "Numbers", "IsSimpleUnit": 1}],
    }
    listed = [*tables, "ODBCTables", "TallyVchLedCollectionCMP"]
    return Script(**{"tables": tables, "listed": listed, **more})
