"""What shows only across documents: numbers used twice, broken series, registrations that lack or are late.

Pure functions from what the store found (``canonical.tax_document``) to issues, each with the raw record it stands on.
One cause is one issue: a series with a wrong prefix is said once, not on each of its thousand invoices.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby

from canonical.dates import FinancialYear
from canonical.issue import Issue, IssueLevel
from canonical.tax_document import DocumentGroup, DocumentMention
from canonical.voucher_type import VoucherKind
from harmonizer.validation.finding import Finding, to_issue
from harmonizer.validation.numbers import NumberFault

Found = tuple[int, Issue]
"""Raw record and issue."""

MISSING_LISTED = 200
"""Documents without registration that are named one by one; the rest is counted on the last of them."""
NUMBER_CODES = {
    NumberFault.MISSING: "gst.number.missing",
    NumberFault.FORM: "gst.number.form",
    NumberFault.PORTAL: "gst.number.portal",
}
NAMED = 5
"""Twins named in one sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reporting:
    """Until when documents can be registered: so many days after their date; None means there is no end."""

    days: int | None
    as_of: date

    def is_over(self, day: date) -> bool:
        """Say whether the portal refuses a document of the day by now."""
        return self.days is not None and day + timedelta(days=self.days) < self.as_of


def check_duplicates(mentions: Iterable[DocumentMention]) -> Iterator[Found]:
    """Say which documents share a number: one issue on the latest of them, naming the others.

    Args:
        mentions: grouped by kind, year, scope and number, oldest first, as the store gives them.
    """

    def key(mention: DocumentMention) -> tuple[str, int, str, str]:
        return mention.kind.value, FinancialYear.of(mention.day).start_year, mention.scope, mention.number_key

    for (kind, year, scope, number_key), group in groupby(mentions, key):
        *earlier, last = group
        yield _on(last, _duplicate(kind, year, scope, number_key, earlier))


def _duplicate(kind: str, year: int, scope: str, number_key: str, earlier: Sequence[DocumentMention]) -> Finding:
    others = ", ".join(mention.label for mention in earlier[:NAMED])
    more = f" and {len(earlier) - NAMED} more" if len(earlier) > NAMED else ""
    label = FinancialYear(year).label
    if kind == VoucherKind.PURCHASE:
        sentence = f"the supplier's invoice {number_key!r} of {label} is entered already: {others}{more}."
    else:
        sentence = (
            f"the number {number_key!r} is given twice in {label} (capitals and blanks do not count): {others}{more}."
        )
    return Finding(
        code="gst.number.duplicate",
        level=IssueLevel.ACTION_REQUIRED,
        message=sentence,
        field="supplier invoice number" if kind == VoucherKind.PURCHASE else "voucher number",
        facts={"number": number_key, "year": label, "scope": scope, "documents": len(earlier) + 1},
    )


def check_numbers(groups: Iterable[DocumentGroup], *, is_covered: bool) -> Iterator[Found]:
    """Say which voucher types number in a way rule 46 or the invoice portal refuses.

    Args:
        groups: faults by voucher type and year.
        is_covered: the company registers invoices, so the portal's rule binds it too.
    """
    for group in groups:
        fault = NumberFault(group.detail)
        if fault is NumberFault.PORTAL and not is_covered:
            continue
        sentence = {
            NumberFault.MISSING: "have no number",
            NumberFault.FORM: "have numbers rule 46 does not allow: at most 16 letters, digits, hyphens and slashes",
            NumberFault.PORTAL: "have numbers that the invoice portal refuses: they begin with a zero, hyphen or slash",
        }[fault]
        yield _on(
            group.first,
            Finding(
                code=NUMBER_CODES[fault],
                level=IssueLevel.WARNING,
                message=f"{group.count} of {group.what} in {FinancialYear(group.year).label} {sentence}.",
                field="voucher number",
                facts={"documents": group.count, "voucher_type": group.what, "year": FinancialYear(group.year).label},
            ),
        )


def check_codes(groups: Iterable[DocumentGroup], *, to_registered: bool) -> Iterator[Found]:
    """Say in which years codes have fewer digits than turnover asks for; ``what`` of a group is the digits due."""
    buyers = " to registered buyers" if to_registered else ""
    for group in groups:
        label = FinancialYear(group.year).label
        yield _on(
            group.first,
            Finding(
                code="gst.hsn.short",
                level=IssueLevel.WARNING,
                message=(
                    f"{group.count} sales{buyers} of {label} carry lines without HSN/SAC or with fewer than "
                    f"{group.what} digits, which the turnover of the year before asks for; the first is this one."
                ),
                field="HSN/SAC of an item line",
                facts={"documents": group.count, "digits": group.what, "year": label},
            ),
        )


def check_missing(count: int, oldest: Sequence[DocumentMention], reporting: Reporting) -> Iterator[Found]:
    """Say which documents of a covered company are not registered.

    Args:
        count: all of them.
        oldest: the first of them, oldest first.
        reporting: until when they can still be.
    """
    for place, mention in enumerate(oldest, start=1):
        over = reporting.is_over(mention.day)
        rest = count - len(oldest) if place == len(oldest) else 0
        sentence = "it is not registered with the invoice portal, so it is no valid tax invoice (rule 48(5))"
        if over:
            sentence += f", and {reporting.days} days after its date the portal refuses it"
        if rest:
            sentence += f"; {rest} later documents are not either"
        yield _on(
            mention,
            Finding(
                code="gst.e_invoice.missing",
                level=IssueLevel.ACTION_REQUIRED,
                message=f"{sentence}.",
                field="e-Invoice details",
                facts={"overdue": over, "not_listed": rest},
            ),
        )


def check_late(mentions: Iterable[DocumentMention], days_max: int) -> Iterator[Found]:
    """Say which documents were registered later than the portal allows."""
    for mention in mentions:
        days = (mention.registered_on - mention.day).days if mention.registered_on else 0
        yield _on(
            mention,
            Finding(
                code="gst.e_invoice.late",
                level=IssueLevel.WARNING,
                message=f"it was registered {days} days after its date; {days_max} are allowed.",
                field="e-Invoice details",
                facts={"days": days, "days_max": days_max},
            ),
        )


def check_uneven(count: int, oldest: Sequence[DocumentMention], since: date) -> Iterator[Found]:
    """Turnover is not known, but some documents are registered: the others should be too, if the company is covered."""
    if count and oldest:
        yield _on(
            oldest[0],
            Finding(
                code="gst.e_invoice.uneven",
                level=IssueLevel.WARNING,
                message=(
                    f"documents are registered with the invoice portal since {since}, but {count} of the same kind are "
                    "not; the first is this one."
                ),
                field="e-Invoice details",
                facts={"documents": count, "since": since.isoformat()},
            ),
        )


def _on(mention: DocumentMention, finding: Finding) -> Found:
    return mention.raw_id, to_issue(finding, mention.label, mention.source)
