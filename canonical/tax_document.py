"""What is compared across tax documents: one short row per sale, purchase and note, kept beside the vouchers.

A check of one voucher sees that voucher only. Duplicate numbers, turnover, and what depends on turnover (digits of
codes, registration of invoices) need all of them at once; these rows make that one query instead of reading the books.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from canonical.dates import FinancialYear
from canonical.record import SourceRef
from canonical.voucher_type import VoucherKind


class TaxDocumentFact(NamedTuple):
    """One tax document; a tuple, because an import makes one for every second voucher.

    Attributes:
        source: the voucher's address.
        kind: the voucher's kind.
        day: of the document itself (a purchase: the supplier's date).
        own_gstin: our registration on it; empty if none.
        other: who the other side is: its GSTIN, else its ledger key.
        is_to_registered: the other side has a GSTIN.
        number_key: what equal numbers share; empty without one. Ours on what we issue, the supplier's on purchases.
        number_fault: what is wrong with a number of ours, empty if nothing.
        taxable: rupees before tax, positive; negative on what takes back.
        must_register: a covered supplier registers such a document with the invoice portal.
        is_registered: it carries a registration that is not cancelled.
        registered_on: day of the registration, if known.
        hsn_digits: fewest digits a code on its lines has, 0 if a line has none; None without lines.
    """

    source: SourceRef
    kind: VoucherKind
    day: date
    own_gstin: str
    other: str
    is_to_registered: bool
    number_key: str
    number_fault: str
    taxable: Decimal
    must_register: bool
    is_registered: bool
    registered_on: date | None
    hsn_digits: int | None

    @property
    def year(self) -> int:
        """Calendar year its financial year starts in."""
        return FinancialYear.of(self.day).start_year


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentMention:
    """A tax document as it is named in an issue.

    Attributes:
        raw_id: the store's id of its raw record.
        source: the voucher's address.
        label: the voucher in words: type, number, day.
        day: of the document itself.
        number_key: what equal numbers share.
        scope: within which numbers are unique: our registration, or the supplier of a purchase.
        registered_on: day of its registration with the invoice portal, if it has one.
    """

    raw_id: int
    source: SourceRef
    label: str
    kind: VoucherKind
    day: date
    number_key: str = ""
    scope: str = ""
    registered_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentGroup:
    """Documents of one financial year that share something: how many, and the first of them.

    Attributes:
        what: what they share: a voucher type's name, a fault, a number of digits.
        detail: more of it.
        year: calendar year the financial year starts in.
    """

    what: str
    detail: str
    year: int
    count: int
    first: DocumentMention
