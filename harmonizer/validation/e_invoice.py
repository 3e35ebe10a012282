"""E-invoices: who must register, what must be registered, and whether a registration fits its document.

The IRN is the SHA-256 of supplier, financial year, document type and number: it can be computed again, so a number or
GSTIN that was changed after registration shows. Coverage comes from turnover and date (``books.py``).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from datetime import date
from functools import cache

from canonical.dates import FY_FIRST_MONTH, FinancialYear
from canonical.issue import IssueLevel
from canonical.voucher import EInvoice, Voucher
from canonical.voucher_type import VoucherKind
from harmonizer.validation.categories import Category
from harmonizer.validation.finding import Finding
from harmonizer.validation.rules import Rules
from harmonizer.validation.supply import Direction, Reason, Supply, Verdict

TYPES = {VoucherKind.SALES: "INV", VoucherKind.CREDIT_NOTE: "CRN", VoucherKind.DEBIT_NOTE: "DBN"}
IRN = re.compile(r"[0-9a-fA-F]{64}")
FIELD = "e-Invoice details"
EXEMPT = frozenset({Category.COMPOSITION, Category.UNREGISTERED, Category.SEZ, Category.DISTRIBUTOR})
"""Suppliers who never register: no tax invoices, or exempt (SEZ units). Banks, carriers and others are exempt too, but
no source says what a company is; its operator declares that."""


def irn_of(gstin: str, day: date, document_type: str, number: str, *, folds_case: bool) -> str:
    """Compute the IRN as the portal does.

    Args:
        gstin: the supplier's.
        day: of the document; decides the financial year.
        document_type: INV, CRN or DBN.
        number: as printed.
        folds_case: upper-case the number first (since June 2025).
    """
    printed = number.upper() if folds_case else number
    year = _year_label(day.year if day.month >= FY_FIRST_MONTH else day.year - 1)
    return hashlib.sha256(f"{gstin}{year}{document_type}{printed}".encode()).hexdigest()


@cache
def _year_label(start_year: int) -> str:
    return FinancialYear(start_year).label


def is_registrable(supply: Supply, verdict: Verdict) -> bool:
    """Say whether a covered supplier registers documents of such a supply, if tax lies on them or could.

    Business-to-business supplies, SEZ, exports and deemed exports; not sales to consumers, not transfers within one
    registration. Documents of exempt goods alone are not registered either, which only the document tells.
    """
    if supply.direction is not Direction.OUTWARD or verdict.reason is Reason.SAME_REGISTRATION:
        return False
    if not supply.own.gstin or supply.own.category in EXEMPT:
        return False
    return verdict.is_zero_rated or bool(supply.other.gstin)


def check_registration(voucher: Voucher, supply: Supply, rules: Rules) -> Iterator[Finding]:
    """Compare a registration with its document."""
    e_invoice = voucher.e_invoice
    if e_invoice is None or supply.direction is not Direction.OUTWARD:
        return
    if not IRN.fullmatch(e_invoice.irn):
        yield _finding(
            "gst.e_invoice.irn_invalid",
            "its IRN is not 64 hexadecimal digits.",
            IssueLevel.ACTION_REQUIRED,
            irn=e_invoice.irn[:80],
        )
    elif not _fits(voucher, supply.own.gstin, e_invoice, rules):
        yield _finding(
            "gst.e_invoice.irn_differs",
            "its IRN was not made of this GSTIN, year and number; one of them was changed after registration.",
            IssueLevel.ACTION_REQUIRED,
        )
    if e_invoice.cancelled_on is not None:
        yield _finding(
            "gst.e_invoice.cancelled",
            f"its registration was cancelled on {e_invoice.cancelled_on}, but the voucher still counts.",
            IssueLevel.ACTION_REQUIRED,
            cancelled_on=e_invoice.cancelled_on.isoformat(),
        )


def check_cancelled(voucher: Voucher) -> Iterator[Finding]:
    """A cancelled voucher whose registration lives on is still reported as a sale by the portal."""
    e_invoice = voucher.e_invoice
    if voucher.is_cancelled and e_invoice is not None and e_invoice.cancelled_on is None:
        yield _finding(
            "gst.e_invoice.still_registered",
            "the voucher is cancelled, but its registration is not; the portal goes on reporting the sale.",
            IssueLevel.ACTION_REQUIRED,
        )


def _fits(voucher: Voucher, own_gstin: str, e_invoice: EInvoice, rules: Rules) -> bool:
    if not own_gstin or not voucher.number:
        return True
    kind, told = TYPES.get(voucher.kind, "INV"), e_invoice.irn.lower()
    folds = voucher.day >= rules.irn_folds_case_from
    if irn_of(own_gstin, voucher.day, kind, voucher.number, folds_case=folds) == told:
        return True
    return irn_of(own_gstin, voucher.day, kind, voucher.number, folds_case=not folds) == told


def _finding(code: str, message: str, level: IssueLevel, **facts: str) -> Finding:
    return Finding(code=code, level=level, message=message, field=FIELD, facts=facts)
