"""Run an import: every object by itself, refused ones counted as exceptions and the rest still written."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from sandbox.tally.books.catalogue import MASTER_CLASSES
from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.importing.masters import import_master
from sandbox.tally.books.importing.result import ImportResult
from sandbox.tally.books.importing.vouchers import VoucherImporter
from sandbox.tally.books.tree import Element

if TYPE_CHECKING:
    from sandbox.tally.books.live import LiveCompany


def import_objects(company: LiveCompany, objects: Iterable[Element], statics: Mapping[str, str]) -> ImportResult:
    """Write objects into a company.

    Args:
        company: whose books; never more than one in a request.
        objects: ``VOUCHER``, ``LEDGER``, ... elements with their ACTION.
        statics: static variables by upper-case name; ``DUPIGNORECOMBINE`` is looked at.
    """
    result = ImportResult()
    vouchers = VoucherImporter(company, result)
    for element in objects:
        try:
            _import_one(company, element, statics, result, vouchers)
        except BooksRefused as refusal:
            result.refuse(refusal.message)
    return result


def _import_one(
    company: LiveCompany,
    element: Element,
    statics: Mapping[str, str],
    result: ImportResult,
    vouchers: VoucherImporter,
) -> None:
    if element.tag == "VOUCHER":
        vouchers.take(element)
    elif element.tag in MASTER_CLASSES:
        import_master(company, element, statics, result)
    elif element.tag == "COMPANY":
        _import_company(company, element, result)
    else:
        result.ignored += 1


def _import_company(company: LiveCompany, element: Element, result: ImportResult) -> None:
    """The trap of section "never send COMPANY": creating one renames the company that is loaded."""
    name = element.attributes.get("NAME") or element.value("NAME")
    if not name:
        result.ignored += 1
        return
    company.rename_company(name)
    result.altered += 1
