"""What an import says when it is done: what was read, stored, refused and proven.

The totals are read back from the store for exactly the records of this run, so they say what *is* there; figures of
refused vouchers come from their issues.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from canonical.money import ZERO
from canonical.proof import Proof
from canonical.record import JsonValue


@dataclass(frozen=True, slots=True)
class BillSum:
    """Bill allocations of one kind: how many, and their sum in the source's sign (Tally: negative is debit)."""

    count: int
    signed_sum: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejection:
    """One record that is not in the books, and why."""

    code: str
    message: str
    where: str
    hint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportSummary:
    """Everything an import has to say.

    Attributes:
        run_id: of the run; ``khata issues --run`` lists its issues.
        files: per file: path, bytes, digest, encoding, records.
        companies: names of the companies found.
        voucher_count: vouchers read, whatever became of them.
        vouchers: by the company's own type name.
        balanced: vouchers that carry postings and whose debits equal their credits.
        unbalanced: those whose do not: challans and orders may, accounting vouchers are rejected for it.
        debit_total: over every voucher that carries postings, rupees.
        books_debit_total: over those that count in the books.
        bills: by the source's words for the kinds of reference.
        new, changed, unchanged, stale: canonical records by what the store did with them.
        stored: False if the file was refused as a whole.
        objections: by company, why its figures are held back; a company that is published is not in it.
    """

    run_id: int
    files: tuple[dict[str, JsonValue], ...]
    companies: tuple[str, ...]
    voucher_count: int
    vouchers: dict[str, int]
    cancelled: int
    balanced: int
    unbalanced: int
    debit_total: Decimal
    books_debit_total: Decimal
    debit_total_by_type: dict[str, Decimal]
    bills: dict[str, BillSum]
    ledgers: int
    groups: int
    items: int
    rejected: int
    rejections: tuple[Rejection, ...]
    issues: dict[str, int]
    proof: Proof
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    stale: int = 0
    rows_written: int = 0
    stored: bool = True
    seconds: dict[str, float] = field(default_factory=dict)
    objections: dict[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Nothing was refused and nothing is held back."""
        return self.stored and not self.rejected and not self.objections

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values for ``--format json``: one object; amounts are strings of plain decimals."""
        return {
            "run": self.run_id,
            "files": list(self.files),
            "companies": list(self.companies),
            "stored": self.stored,
            "voucher_count": self.voucher_count,
            "vouchers": self.vouchers,
            "cancelled": self.cancelled,
            "balanced": self.balanced,
            "unbalanced": self.unbalanced,
            "debit_total": plain(self.debit_total),
            "books_debit_total": plain(self.books_debit_total),
            "debit_total_by_type": {name: plain(total) for name, total in self.debit_total_by_type.items()},
            "bills": {
                kind: {"count": total.count, "signed_sum": plain(total.signed_sum)}
                for kind, total in self.bills.items()
            },
            "ledgers": self.ledgers,
            "groups": self.groups,
            "items": self.items,
            "records": {
                "new": self.new,
                "changed": self.changed,
                "unchanged": self.unchanged,
                "stale": self.stale,
                "rows_written": self.rows_written,
            },
            "rejected": self.rejected,
            "rejections": [
                {"code": r.code, "message": r.message, "where": r.where, "hint": r.hint} for r in self.rejections
            ],
            "issues": self.issues,
            "proof": proof_json(self.proof),
            "held": {company: list(reasons) for company, reasons in self.objections.items()},
        }


def proof_json(proof: Proof) -> dict[str, JsonValue]:
    """The proof as plain values; of the totals only those that differ are listed in full."""
    return {
        "status": proof.status.value,
        "compared": sum(total.theirs is not None for total in proof.totals),
        "without_oracle": sum(total.theirs is None for total in proof.totals),
        "has_oracle": proof.has_oracle,
        "differences": [
            {
                "name": total.name,
                "ours": plain(total.ours),
                "theirs": plain(total.theirs or ZERO),
                "difference": plain(total.difference),
                "oracle": total.oracle,
            }
            for total in proof.differences
        ],
    }


def plain(amount: Decimal) -> str:
    """At least two decimals, no more than needed, no exponent: ``14670665.19``.

    >>> plain(Decimal("1200.5000"))
    '1200.50'
    """
    normal = amount.normalize() if amount else ZERO
    exponent = normal.as_tuple().exponent
    places = max(2, -exponent if isinstance(exponent, int) else 0)
    return f"{normal:.{places}f}"
