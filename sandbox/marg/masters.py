"""Rows of masters: groups, ledgers (every one is a ``Party``, taxes and expenses too), products, code lists, stock."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from canonical.dates import CreditPeriod, CreditUnit, add_months
from sandbox.marg.codes import Codes, hsn_code, marg_code
from sandbox.marg.values import plain, rupees
from sandbox.world.masters import ItemMaster, LedgerMaster, Masters, PartyMaster

Row = dict[str, Any]
Rows = Iterator[tuple[str, Row]]
_DAYS = {CreditUnit.DAYS: 1, CreditUnit.WEEKS: 7, CreditUnit.MONTHS: 30}
"""Marg counts credit in days only; a month is told as thirty."""


def master_rows(masters: Masters, codes: Codes) -> Rows:
    """Yield collection and row of every master."""
    for group in masters.groups:
        code = codes.groups[group.name]
        under = code[0] if code[0] in "DC" else codes.groups.get(group.parent, "")
        yield "ACGroup", {"AID": code, "Name": group.name.upper(), "Under": under, "AddField": ""}
    for ledger in masters.ledgers:
        yield "Party", _ledger(ledger, codes)
    for place, party in enumerate(masters.parties):
        yield "Party", _party(party, codes, place)
    yield from _codes(masters)
    for place, item in enumerate(masters.items):
        yield "Product", _product(item, codes, place)
        yield from _stock(item, codes, masters.company.books_from)


def _blank_party() -> Row:
    names = "GSTNo Rout Area MR SCode CID ParNam PARADD ParAdd1 ParAdd2 Rate Phone1 Phone2 Phone3 Phone4".split()
    numbers = {"Credit": 0, "CRDays": 0, "CRBills": 0}
    rest = "CRStatus MargCode AddField DlNo Pin Lat Lng".split()
    return dict.fromkeys(names, "") | numbers | dict.fromkeys(rest, "") | {"Is_Deleted": "0"}


def _ledger(ledger: LedgerMaster, codes: Codes) -> Row:
    return _blank_party() | {
        "SCode": codes.group_of(ledger.group),
        "CID": codes.ledgers[ledger.name],
        "ParNam": ledger.name,
    }


def _party(party: PartyMaster, codes: Codes, place: int) -> Row:
    """A customer or supplier; codes are padded with a blank, as they were seen."""
    return _blank_party() | {
        "GSTNo": party.gstin,
        "Area": party.city[:3].upper(),
        "Rout": f"R{place % 3 + 1}",
        "MR": f"M{place % 2 + 1}",
        "SCode": codes.group_of(party.group),
        "CID": f"{codes.ledgers[party.name]} ",
        "ParNam": party.name,
        "ParAdd1": party.street,
        "ParAdd2": party.city,
        "Rate": "A",
        "Phone1": party.phone,
        "Credit": rupees(party.credit_limit or 0),
        "CRDays": credit_days(party.terms),
        "DlNo": drug_licence(party, place),
        "Pin": party.pincode,
    }


def credit_days(terms: CreditPeriod | None) -> int:
    """Credit in days."""
    return terms.number * _DAYS[terms.unit] if terms else 0


def drug_licence(party: PartyMaster, place: int) -> str:
    """An invented licence number, on two parties of three."""
    return "" if place % 3 == 2 else f"{party.state_code}-20B-{10_000 + place}"  # noqa: PLR2004 - see above


def _codes(masters: Masters) -> Rows:
    for hsn in sorted({item.hsn for item in masters.items}):
        item = next(one for one in masters.items if one.hsn == hsn)
        yield "SaleType", _code("COMMCD", hsn_code(item), hsn)
    for code, city in sorted({(party.city[:3].upper(), party.city) for party in masters.parties}):
        yield "SaleType", _code("AREA", code, city.upper())
    for number in (1, 2, 3):
        yield "SaleType", _code("ROUT", f"R{number}", f"ROUTE {number}")
    for number in (1, 2):
        yield "SaleType", _code("MR", f"M{number}", f"SALESMAN {number}")


def _code(kind: str, code: str, name: str) -> Row:
    return {"SGCode": kind, "SCode": code, "Name": name, "Main": "", "MargCode": "", "AddField": ""}


def _product(item: ItemMaster, codes: Codes, place: int) -> Row:
    return {
        "PID": codes.products[item.name],
        "Code": item.part_number,
        "Name": item.name,
        "Unit": item.unit.symbol,
        "Pack": 1,
        "GCode": item.group[:4].upper(),
        "GCode3": "",
        "GCode5": item.category.upper(),
        "GCode6": hsn_code(item),
        "GST": plain(item.rates[-1].rate, 100),
        "MargCode": marg_code(item, place),
        "AddField": "",
    }


def _stock(item: ItemMaster, codes: Codes, first_day: date) -> Rows:
    for batch in item.opening_batches:
        made = batch.made_on or first_day
        expiry = expiry_of(item, made)
        yield (
            "Stock",
            {
                "PID": codes.products[item.name],
                "GCode": item.group[:4].upper(),
                "Batch": batch.name if batch.made_on else "",
                "BatDate": made.isoformat(),
                "BatDet": "",
                "Expiry": expiry.isoformat() if expiry else "",
                "SupInvo": "",
                "SupDate": "1900-01-01",
                "SupCode": "",
                "Opening": plain(batch.quantity, 1000),
                "Stock": plain(batch.quantity, 1000),
                "BrkStock": 0,
                "LPRate": rupees(item.cost),
                "PRate": rupees(item.cost),
                "MRP": rupees(item.mrp),
                "RateA": rupees(item.price),
                "RateB": 0,
                "RateC": 0,
                "AddField": "",
            },
        )


def expiry_of(item: ItemMaster, made_on: date | None) -> date | None:
    """First day of the month a batch expires in; None for goods that do not."""
    return add_months(made_on, item.shelf_months).replace(day=1) if made_on and item.shelf_months else None
