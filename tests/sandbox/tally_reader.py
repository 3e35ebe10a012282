"""A second, tiny reader of Tally exports, only for checking what the sandbox writes.

It shares nothing with the connector: it reads whole files, removes what XML forbids and walks elements with lxml.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

from lxml import etree

NOT_IN_BOOKS = {
    *("Sales Order", "Purchase Order", "Delivery Note", "Receipt Note", "Rejections In", "Rejections Out"),
    *("Stock Journal", "Physical Stock", "Memorandum", "Reversing Journal"),
}
LAST_DAY = "20260331"


def text_of(data: bytes) -> str:
    if data.startswith(b"\xff\xfe"):
        return data[2:].decode("utf-16-le")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252")


def legal(text: str) -> str:
    text = re.sub(r"&#(\d+);", lambda m: m[0] if int(m[1]) in (9, 10, 13) or int(m[1]) >= 32 else "", text)
    text = re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", text)
    return text if "xmlns:UDF" in text else text.replace("UDF:", "UDF_")


def parse(data: bytes) -> etree._Element:
    return etree.fromstring(legal(text_of(data)), etree.XMLParser(huge_tree=True, resolve_entities=False))


def roots(paths: tuple[Path, ...]) -> Iterator[etree._Element]:
    for path in paths:
        if path.suffix == ".zip":
            with ZipFile(path) as archive:
                yield from (parse(archive.read(name)) for name in archive.namelist())
        else:
            yield parse(path.read_bytes())


def value(node: etree._Element, tag: str) -> str:
    return (node.findtext(tag) or "").strip()


def money(node: etree._Element, tag: str = "AMOUNT") -> Decimal:
    """Debit positive, as against Tally's sign."""
    return -Decimal(value(node, tag) or 0)


def postings(voucher: etree._Element) -> list[etree._Element]:
    accounting = voucher.findall("ALLLEDGERENTRIES.LIST")
    if accounting:
        return accounting
    goods = (child for child in voucher if "INVENTORYENTRIES" in child.tag)
    return voucher.findall("LEDGERENTRIES.LIST") + [
        row for g in goods for row in g.findall("ACCOUNTINGALLOCATIONS.LIST")
    ]


@dataclass
class Reading:
    """What the files say, added up."""

    vouchers: Counter[str] = field(default_factory=Counter)
    cancelled: int = 0
    debits: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    bills: Counter[str] = field(default_factory=Counter)
    bill_sums: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    opening: dict[str, Decimal] = field(default_factory=dict)
    closing: dict[str, Decimal] = field(default_factory=dict)
    moved: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    open_bills: dict[str, dict[str, Decimal]] = field(default_factory=lambda: defaultdict(lambda: defaultdict(Decimal)))
    terms: dict[str, str] = field(default_factory=dict)
    bill_days: dict[tuple[str, str], tuple[date, str]] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    masters: Counter[str] = field(default_factory=Counter)

    def read(self, root: etree._Element) -> Reading:
        for message in root.iter("TALLYMESSAGE"):
            node = message[0]
            if node.tag == "VOUCHER":
                self._voucher(node)
            else:
                self._master(node)
        return self

    def _master(self, node: etree._Element) -> None:
        self.masters[str(node.tag)] += 1
        name = str(node.get("NAME"))
        if node.tag == "GROUP":
            self.groups[name] = str(node.get("RESERVEDNAME"))
        if node.tag != "LEDGER":
            return
        self.opening[name] = money(node, "OPENINGBALANCE")
        if value(node, "CLOSINGBALANCE"):
            self.closing[name] = money(node, "CLOSINGBALANCE")
        self.terms[name] = value(node, "BILLCREDITPERIOD")
        for bill in node.findall("BILLALLOCATIONS.LIST"):
            self._first_seen(name, bill, value(bill, "BILLDATE"), is_advance=value(bill, "ISADVANCE") == "Yes")
            self.open_bills[name][value(bill, "NAME")] += money(bill, "OPENINGBALANCE")

    def _voucher(self, node: etree._Element) -> None:
        kind = str(node.get("VCHTYPE"))
        self.vouchers[kind] += 1
        if node.get("ACTION") == "Cancel":
            self.cancelled += 1
            assert not postings(node)
            return
        counts = kind not in NOT_IN_BOOKS and value(node, "ISOPTIONAL") == "No" and value(node, "DATE") <= LAST_DAY
        for row in postings(node):
            amount = money(row)
            self.debits[kind] += max(amount, Decimal(0))
            if counts:
                self.moved[value(row, "LEDGERNAME")] += amount
            self._bills(row, value(node, "DATE"), counts=counts)

    def _bills(self, row: etree._Element, day: str, *, counts: bool) -> None:
        for bill in row.findall("BILLALLOCATIONS.LIST"):
            word = value(bill, "BILLTYPE")
            self.bills[word] += 1
            self.bill_sums[word] += money(bill)
            if counts and word != "On Account":
                name = value(row, "LEDGERNAME")
                self._first_seen(name, bill, day, is_advance=word == "Advance")
                self.open_bills[name][value(bill, "NAME")] += money(bill)

    def _first_seen(self, ledger: str, bill: etree._Element, day: str, *, is_advance: bool) -> None:
        terms = "0 Days" if is_advance else value(bill, "BILLCREDITPERIOD")
        key = (ledger, value(bill, "NAME"))
        self.bill_days.setdefault(key, (datetime.strptime(day, "%Y%m%d").date(), terms))  # noqa: DTZ007 - a plain day

    def due_date(self, ledger: str, ref: str) -> tuple[date, date]:
        """The bill's date and when it falls due: by its own terms, else the ledger's, else at once."""
        bill_date, terms = self.bill_days[ledger, ref]
        return bill_date, due_by(bill_date, terms or self.terms.get(ledger) or "0 Days")


def due_by(bill_date: date, terms: str) -> date:
    number, _, unit = terms.partition(" ")
    if not unit:
        return datetime.strptime(terms, "%d-%b-%y").date()  # noqa: DTZ007 - a plain day
    if unit != "Months":
        return bill_date + timedelta(days=int(number) * (7 if unit == "Weeks" else 1))
    for day in range(bill_date.day, 0, -1):
        month = bill_date.month - 1 + int(number)
        try:
            return date(bill_date.year + month // 12, month % 12 + 1, day)
        except ValueError:
            continue
    raise AssertionError(terms)


def read(paths: tuple[Path, ...]) -> Reading:
    reading = Reading()
    for root in roots(paths):
        reading.read(root)
    return reading
