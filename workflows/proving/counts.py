"""Vouchers by type or list, and masters by kind or list, against what the source counts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

from canonical.ledger import name_key
from canonical.money import ZERO
from canonical.proof import ControlKind, ControlTotal, ReportKind, ReportLine, SourceReport
from storage.reports.controls import VoucherCount

NOTHING = VoucherCount(0, 0, 0)
READINGS: tuple[tuple[str, Callable[[VoucherCount], int]], ...] = (
    ("all vouchers", lambda count: count.total),
    ("without cancelled ones", lambda count: count.total - count.cancelled),
    ("without cancelled and optional ones", lambda count: count.total - count.cancelled - count.optional),
)
"""What a count of vouchers may mean, where the source does not say."""


def list_counts(report: SourceReport, by_stream: Mapping[str, int]) -> Iterator[ControlTotal]:
    """Compare the lengths of whole lists, of which there is one reading only; what the report leaves out says nothing.

    Args:
        report: voucher or master counts whose lines name streams.
        by_stream: ours by the stream they were read from.
    """
    kind = ControlKind.MASTER_COUNT if report.kind is ReportKind.MASTER_COUNTS else ControlKind.VOUCHER_COUNT
    for line in report.lines:
        yield ControlTotal(
            kind=kind,
            name=f"number of {line.name}",
            ours=Decimal(by_stream.get(line.ref, 0)),
            theirs=line.net,
            oracle=report.oracle,
            as_of=report.as_of,
            reason="counted: all of the list, drafts and cancelled ones too",
        )


def counts(
    report: SourceReport, vouchers: Mapping[str, VoucherCount], masters: Mapping[str, int]
) -> Iterator[ControlTotal]:
    """Compare numbers of vouchers by type, and of masters where the report has them.

    Where it is not known what a count includes, the reading with the fewest differences is taken for all types; with a
    rejected voucher none fits, and the type is named.

    Args:
        report: voucher counts (which may list masters too) or master counts.
        vouchers: ours by the company's own type name.
        masters: ours by kind: ``ledgers``, ``groups``, ``stock items`` ...
    """
    types = {name_key(name): count for name, count in vouchers.items()}
    of_masters = [line for line in report.lines if name_key(line.name) in masters]
    of_types = [line for line in report.lines if line not in of_masters and not name_key(line.name).startswith("total")]
    for line in of_masters:
        yield _control(ControlKind.MASTER_COUNT, line.name, Decimal(masters[name_key(line.name)]), line.net, report)
    if of_types:
        yield from _vouchers(of_types, types, report)


def _vouchers(
    lines: list[ReportLine], types: Mapping[str, VoucherCount], report: SourceReport
) -> Iterator[ControlTotal]:
    theirs = {name_key(line.name): (line.name, line.net) for line in lines}
    readings = READINGS[:1] if report.counts_all else READINGS
    word, count_of = min(readings, key=lambda reading: _differences(reading[1], types, theirs))
    for key in sorted(theirs.keys() | types.keys()):
        name, said = theirs.get(key, (key, ZERO))
        ours = count_of(types.get(key, NOTHING))
        if ours or said:
            yield _control(ControlKind.VOUCHER_COUNT, name, Decimal(ours), said, report, f"counted: {word}")


def _differences(
    count_of: Callable[[VoucherCount], int],
    types: Mapping[str, VoucherCount],
    theirs: Mapping[str, tuple[str, Decimal]],
) -> int:
    return sum(
        count_of(types.get(key, NOTHING)) != theirs.get(key, ("", ZERO))[1] for key in theirs.keys() | types.keys()
    )


def _control(  # noqa: PLR0917 - one value per column
    kind: ControlKind, name: str, ours: Decimal, theirs: Decimal, report: SourceReport, reason: str = ""
) -> ControlTotal:
    what = "vouchers of type" if kind is ControlKind.VOUCHER_COUNT else "number of"
    return ControlTotal(
        kind=kind,
        name=f"{what} {name}",
        ours=ours,
        theirs=theirs,
        oracle=report.oracle,
        as_of=report.as_of,
        reason=reason,
    )
