"""What is written beside a file that was taken: what became of it, and what in it needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice

from canonical.errors import KhataError
from canonical.issue import Issue, IssueLevel
from khata.rendering.summary import summary_lines
from storage import TenantStore
from storage.repositories.taken_files import TakenFile
from workflows.summary import ImportSummary

PAGE = 500
LINES_SHARED = 6
"""Lines about the import as a whole in the report of each of many files: how much, and how the proof came out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that were imported together.

    Attributes:
        summary: what the import says, a line each.
        rejected: issues of records that are not in the books, by the file they are of.
    """

    connector: str
    run_id: int | None = None
    files: int = 1
    is_stored: bool = False
    companies: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    rejected: Mapping[str, Sequence[Issue]] = field(default_factory=dict)


def report_batch(store: TenantStore, summary: ImportSummary, names: Sequence[str], connector: str) -> Batch:
    """Gather what the reports of an import's files say."""
    rejected: dict[str, list[Issue]] = {}
    wanted = set(names)
    for issue in _rejected(store, summary.run_id):
        name = _file_of(issue, wanted)
        if name:
            rejected.setdefault(name, []).append(issue)
    return Batch(
        connector=connector,
        run_id=summary.run_id,
        files=len(names),
        is_stored=summary.stored,
        companies=summary.companies,
        summary=tuple(islice(summary_lines(summary), None if len(names) == 1 else LINES_SHARED)),
        rejected=rejected,
    )


def imported_report(batch: Batch, name: str) -> str:
    """Write the report of an imported file, or of one that was refused as a whole after it was read."""
    return _text(_imported_lines(batch, name))


def rejected_report(name: str, error: KhataError) -> str:
    """Write the report of a file that could not be read."""
    return _text(
        (
            f"{name}: NOT IMPORTED, nothing of it is in the books.",
            "",
            error.message,
            f"({error.code})",
            "",
            "Correct it and drop it into the folder again.",
        )
    )


def duplicate_report(name: str, before: TakenFile) -> str:
    """Write the report of a file whose content was imported before."""
    return _text(
        (
            f"{name}: imported before, not again.",
            "",
            f"The same content came as {before.name} at {before.taken_at:%Y-%m-%d %H:%M} UTC (run {before.run_id}).",
        )
    )


def _imported_lines(batch: Batch, name: str) -> Iterator[str]:
    verdict = "imported" if batch.is_stored else "NOT IMPORTED, nothing of it is in the books"
    together = f", together with {batch.files - 1} other files" if batch.files > 1 else ""
    yield f"{name}: {verdict} (connector {batch.connector}, run {batch.run_id}{together})."
    yield f"Books of {', '.join(batch.companies) or 'no company'}."
    rejected = batch.rejected.get(name, ())
    if rejected:
        yield ""
        yield f"{len(rejected)} records of this file are not in the books:"
        yield from (line for issue in rejected for line in _issue_lines(issue))
        yield "'khata issues --export FILE.xlsx' writes them into a workbook."
    yield ""
    yield "The import as a whole:"
    yield from batch.summary


def _issue_lines(issue: Issue) -> Iterator[str]:
    yield f"  {issue.where}: {issue.message} ({issue.code})"
    if issue.hint:
        yield f"    {issue.hint}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _rejected(store: TenantStore, run_id: int) -> Iterator[Issue]:
    cursor: str | None = None
    while True:
        page = store.issues.page(seen_in_run=run_id, level=IssueLevel.REJECTED, cursor=cursor, limit=PAGE)
        yield from (item.issue for item in page.items)
        cursor = page.next_cursor
        if cursor is None:
            return


def _file_of(issue: Issue, names: set[str]) -> str:
    """Which of the files an issue is about: said as a fact, or at the start of where it is."""
    told = str(issue.facts.get("file", ""))
    if told in names:
        return told
    start = issue.where.partition(",")[0].partition("#")[0].strip()
    return start if start in names else ""
