"""What the tests of the live books share: small books, sums that know nothing of the books' own reading."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from lxml import etree

from canonical.dates import Period
from sandbox.tally.books import LiveCompany, build_books
from sandbox.tally.books.voucher_objects import VoucherObject
from sandbox.world import WorldSpec
from tests.sandbox.tally_reader import NOT_IN_BOOKS, legal, money, postings, value

YEAR = Period(date(2025, 4, 1), date(2026, 3, 31))
SPEC = WorldSpec(seed=7, vouchers=260)


def small_company(vouchers: int = 260, *, seed: int = 7, is_integrated: bool = True) -> LiveCompany:
    books = build_books([WorldSpec(seed=seed, vouchers=vouchers)], is_integrated=is_integrated)
    assert books.current is not None
    return books.current


def parse(text: str) -> etree._Element:
    return etree.fromstring(legal(text), etree.XMLParser(huge_tree=True, resolve_entities=False))


def rows_of(report: str) -> list[tuple[str, etree._Element]]:
    """Pair each name of a report with the amounts that follow it."""
    found: list[tuple[str, etree._Element]] = []
    name = ""
    for child in parse(report):
        display = child.findtext(".//DSPDISPNAME")
        if display is not None:
            name = display
        else:
            found.append((name, child))
    return found


def tally(node: etree._Element, path: str) -> Decimal:
    """Read an amount debit positive; empty is nothing."""
    return -Decimal((node.findtext(path) or "").strip() or 0)


def type_roots(company: LiveCompany) -> dict[str, str]:
    """Say which predefined type each voucher type comes down to, read off the type's own XML."""
    parents = {str(one.attributes["NAME"]): parse(one.to_xml()) for one in company.objects("VoucherType")}
    roots = {}
    for name in parents:
        above = name
        while value(parents[above], "PARENT") not in ("", above):
            above = value(parents[above], "PARENT")
        roots[name] = above
    return roots


def sum_postings(company: LiveCompany, until: date) -> dict[str, Decimal]:
    """Add up what the vouchers' own XML posts to each ledger, debit positive: an oracle for balances."""
    roots = type_roots(company)
    sums: dict[str, Decimal] = defaultdict(Decimal)
    for one in company.objects("Voucher"):
        node = parse(one.to_xml())
        kind = roots[str(node.get("VCHTYPE"))]
        if kind in NOT_IN_BOOKS or value(node, "ISOPTIONAL") == "Yes" or value(node, "ISCANCELLED") == "Yes":
            continue
        if value(node, "DATE") <= f"{until:%Y%m%d}":
            for row in postings(node):
                sums[value(row, "LEDGERNAME")] += money(row)
    return sums


def openings(company: LiveCompany) -> dict[str, Decimal]:
    """Read the openings of all ledgers off their own XML, debit positive."""
    return {
        str(one.attributes["NAME"]): money(parse(one.to_xml()), "OPENINGBALANCE") for one in company.objects("Ledger")
    }


def voucher_objects(company: LiveCompany) -> list[VoucherObject]:
    return [one for one in company.objects("Voucher") if isinstance(one, VoucherObject)]
