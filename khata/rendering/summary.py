"""What an import has to say, for people: what was read, what is in the books, what was refused, what was proven.

The JSON of the same is ``workflows.summary.ImportSummary.to_json``.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING

from canonical.money import render_inr
from canonical.proof import ControlTotal, ProofStatus
from canonical.publication import ProofFindings
from khata.rendering.sheet import Cell, Sheet, amount, count, text
from workflows.proving.words import difference_words

if TYPE_CHECKING:
    from workflows.summary import ImportSummary

DIFFERENCES_SHOWN = 20
NO_ORACLE = (
    "No oracle   the source gave no report of its own to compare with: shown is only that nothing was lost and that "
    "debits equal credits. See 'khata proof'."
)
STATUS_WORDS = {
    ProofStatus.PROVED: "proved",
    ProofStatus.DIFFERS: "DIFFERS",
    ProofStatus.NO_ORACLE: "no oracle",
}


def vouchers_by_type_sheet(summary: ImportSummary) -> Sheet:
    """How many vouchers of each type, and their debits."""
    rows: list[tuple[Cell, ...]] = [
        (name, number, summary.debit_total_by_type.get(name))
        for name, number in sorted(summary.vouchers.items(), key=lambda item: (-item[1], item[0]))
    ]
    return Sheet(
        title=", ".join(summary.companies) or "Import",
        columns=(text("type", "Voucher type"), count("count", "Vouchers"), amount("debit_total", "Debit total")),
        rows=rows,
        totals=("Total", summary.voucher_count, summary.debit_total),
    )


def summary_lines(summary: ImportSummary) -> Iterable[str]:
    """The facts under the table, one line each; what needs a person comes last."""
    yield from _books_lines(summary)
    yield from _bill_lines(summary)
    yield _records_line(summary)
    yield findings_line(ProofFindings.of(summary.proof))
    if summary.proof.status is ProofStatus.PROVED and not summary.proof.has_oracle:
        yield NO_ORACLE
    for total in summary.proof.differences[:DIFFERENCES_SHOWN]:
        yield f"  {difference_line(total)}"
    for company, reasons in summary.objections.items():
        yield f"HELD BACK   {company}: {'; '.join(reasons)}. See 'khata proof'."
    yield from _issue_lines(summary)
    yield from _rejection_lines(summary)


def _books_lines(summary: ImportSummary) -> Iterable[str]:
    yield (
        f"Vouchers    {_n(summary.balanced)} balanced, {_n(summary.unbalanced)} one-sided, "
        f"{_n(summary.cancelled)} cancelled; in the books {render_inr(summary.books_debit_total)}"
    )
    if summary.unbalanced and not summary.rejected:
        yield "            (one-sided: challans, orders and such, which are not in the books)"
    yield f"Masters     {_n(summary.ledgers)} ledgers, {_n(summary.groups)} groups, {_n(summary.items)} items"


def _bill_lines(summary: ImportSummary) -> Iterable[str]:
    if summary.bills:
        parts = [f"{kind} {_n(total.count)} ({render_inr(total.signed_sum)})" for kind, total in summary.bills.items()]
        yield f"Bills       {', '.join(parts)}; negative is debit, as in the source"


def _records_line(summary: ImportSummary) -> str:
    return (
        f"Records     {_n(summary.new)} new, {_n(summary.changed)} changed, {_n(summary.unchanged)} known before, "
        f"{_n(summary.stale)} older than what is stored"
    )


def findings_line(findings: ProofFindings) -> str:
    """Say the outcome of a proof in one line."""
    return (
        f"Proof       {STATUS_WORDS[findings.status]}: {_n(findings.compared)} figures compared, "
        f"{_n(findings.differing)} differ, {_n(findings.without_oracle)} without an oracle"
    )


def difference_line(total: ControlTotal) -> str:
    """Say one difference: ours, theirs, by how much, who says so."""
    return f"{difference_words(total)} ({total.oracle})"


def _issue_lines(summary: ImportSummary) -> Iterable[str]:
    if summary.issues:
        yield f"Issues      {_n(sum(summary.issues.values()))}:"
        for code, number in sorted(summary.issues.items(), key=lambda item: (-item[1], item[0])):
            yield f"  {_n(number):>8}  {code}"


def _rejection_lines(summary: ImportSummary) -> Iterable[str]:
    if not summary.stored:
        yield "NOTHING OF THIS FILE IS IN THE BOOKS; it was refused as a whole. See the issues above."
    if not summary.rejected:
        return
    yield f"Rejected    {_n(summary.rejected)} records are kept raw and are not in the books:"
    for rejection in summary.rejections:
        yield f"  {rejection.where}: {rejection.message} ({rejection.code})"
        if rejection.hint:
            yield f"    {rejection.hint}"
    if not summary.rejections:
        yield "  khata issues --level rejected lists them"
    elif summary.rejected > len(summary.rejections):
        yield f"  ... and {_n(summary.rejected - len(summary.rejections))} more: khata issues --level rejected"


def _n(number: int) -> str:
    return render_inr(Decimal(number), decimals=0)
