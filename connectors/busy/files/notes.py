"""What there is to say about a file as a whole, as issues."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from canonical.issue import Issue, IssueLevel
from connectors.busy.files.document import Seen
from connectors.busy.files.report import SeenReport


def about_export(file: str, seen: Seen, told: Mapping[str, int], counted: Mapping[str, int]) -> Iterator[Issue]:
    """Say where an XML export is not what its own summary says, and what was repaired in it."""
    for master_type, said in told.items():
        found = counted.get(master_type, 0)
        if master_type in counted and found != said:
            yield Issue(
                code="busy.file.masters_differ",
                level=IssueLevel.WARNING,
                message=f"{file} says it holds {said} masters of type {master_type}; it holds {found}.",
                where=f"{file}, MastersSummary",
                hint="Export the masters again; the file was edited or cut.",
                facts={"file": file, "master_type": master_type, "said": said, "found": found},
            )
    if seen.dropped:
        yield Issue(
            code="busy.file.characters_dropped",
            level=IssueLevel.INFO,
            message=f"{file}: {seen.dropped} control characters, which XML cannot hold, were left out.",
            where=file,
            facts={"file": file, "count": seen.dropped},
        )


def about_report(file: str, sheet: str, seen: SeenReport) -> Iterator[Issue]:
    """Say where a report's sums are not those of its row of totals, and which rows belong to no voucher."""
    where = ", ".join(part for part in (file, sheet) if part)
    if not seen.has_totals:
        yield Issue(
            code="busy.report.totals_missing",
            level=IssueLevel.WARNING,
            message=f"{file} does not end with its row of totals, so nobody can tell whether it is whole.",
            where=where,
            hint="Export the report again and keep its last rows.",
            facts={"file": file},
        )
    for name, (ours, said) in seen.differing.items():
        yield Issue(
            code="busy.report.totals_differ",
            level=IssueLevel.WARNING,
            message=f"{file}: the rows of the column {name} add up to {ours}, its row of totals says {said}.",
            where=where,
            hint="Rows were added, removed or filtered out after the export; export the report again.",
            facts={"file": file, "column": name, "rows": str(ours), "totals": str(said)},
        )
    for row in seen.stray:
        yield Issue(
            code="busy.report.row_stray",
            level=IssueLevel.REJECTED,
            message=f"Row {row} of {file} stands before the first voucher and was not taken.",
            where=f"{where}, row {row}",
            hint="Give the row its date and voucher number, or export the report again.",
            facts={"file": file, "sheet": sheet, "row": row, "column": "", "value": ""},
        )
