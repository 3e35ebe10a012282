"""What Tally checks before it takes a voucher, with the texts it refuses in.

Texts are those seen on live companies; where only the reason is known, the nearest of them is used.
"""

from __future__ import annotations

from datetime import date

from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.moves import ENTRY_LISTS, GOODS_LISTS, IN_LIST, NESTED_GOODS, OUT_LIST, iter_entries, to_paise
from sandbox.tally.books.numbering import is_automatic, prevents_duplicates
from sandbox.tally.books.records import Master
from sandbox.tally.books.tree import Element
from sandbox.tally.books.values import parse_day
from sandbox.world.paise import render_paise

EDUCATIONAL_DAYS = frozenset({1, 2, 31})
"""Days of the month that an educational licence lets vouchers be dated on."""


def check_voucher(books: Ledgerbook, tree: Element, altered_id: int = 0) -> tuple[Master, date]:
    """Check a voucher that is about to be entered.

    Args:
        books: the company's.
        tree: names or references.
        altered_id: the voucher it replaces, which may keep its number; 0 for a new one.

    Returns:
        Its type and day.

    Raises:
        BooksRefused: as Tally would.
    """
    type_name = tree.value("VOUCHERTYPENAME") or tree.attributes.get("VCHTYPE", "")
    voucher_type = books.masters.find("VOUCHERTYPE", type_name)
    if voucher_type is None:
        raise BooksRefused(f"Voucher Type '{type_name}' does not exist!")
    day = _day(books, tree, voucher_type)
    _check_names(books, tree)
    if books.kind_of(voucher_type.master_id).is_accounting:
        _check_balance(tree)
    _check_number(books, tree, voucher_type, altered_id)
    return voucher_type, day


def _day(books: Ledgerbook, tree: Element, voucher_type: Master) -> date:
    try:
        day = parse_day(tree.value("DATE"))
    except ValueError:
        day = None
    if day is None or not is_usable_day(books, day):
        number = tree.value("VOUCHERNUMBER")
        raise BooksRefused(f"Voucher date is missing for: '{voucher_type.name}' voucher {number}.")
    return day


def is_usable_day(books: Ledgerbook, day: date) -> bool:
    """Say whether vouchers may be dated so: not before the books, and in an educational licence on few days only."""
    return day >= books.books_from and (not books.is_educational or day.day in EDUCATIONAL_DAYS)


def _check_names(books: Ledgerbook, tree: Element) -> None:
    for entry in iter_entries(tree):
        if books.masters.resolve("LEDGER", entry.first("LEDGERNAME")) is None:
            raise BooksRefused(f"Ledger '{entry.value('LEDGERNAME')}' does not exist!")
    for line in _goods(tree):
        if books.masters.resolve("STOCKITEM", line.first("STOCKITEMNAME")) is None:
            raise BooksRefused("Item does not exist!")
        for batch in line.all("BATCHALLOCATIONS.LIST"):
            godown = batch.first("GODOWNNAME")
            if godown is not None and books.masters.resolve("GODOWN", godown) is None:
                raise BooksRefused(f"Godown '{godown.text}' does not exist!")


def _goods(tree: Element) -> list[Element]:
    lines = [child for child in tree.children if child.tag in (*GOODS_LISTS, IN_LIST, OUT_LIST)]
    entries = [child for child in tree.children if child.tag in ENTRY_LISTS]
    return lines + [line for entry in entries for line in entry.all(NESTED_GOODS)]


def _check_balance(tree: Element) -> None:
    amounts = [to_paise(entry.value("AMOUNT")) for entry in iter_entries(tree)]
    credit = sum(amount for amount in amounts if amount > 0)
    debit = -sum(amount for amount in amounts if amount < 0)
    if credit != debit:
        gap = render_paise(abs(debit - credit))
        raise BooksRefused(
            f"Voucher totals do not match! Dr: {render_paise(debit)} Cr: {render_paise(credit)} Diff: {gap}"
        )


def _check_number(books: Ledgerbook, tree: Element, voucher_type: Master, altered_id: int) -> None:
    """Manual numbers must be there, and unique where the type says so; the text for a repeated one is not known."""
    if is_automatic(voucher_type) or not prevents_duplicates(voucher_type):
        return
    number = tree.value("VOUCHERNUMBER")
    if not number and not altered_id:
        raise BooksRefused("Voucher Number cannot be left BLANK!")
    others = (row for row in books.state.vouchers.values() if row.master_id != altered_id)
    if any(row.number == number and row.type_id == voucher_type.master_id for row in others):
        raise BooksRefused(f"Duplicate voucher number '{number}'.")
