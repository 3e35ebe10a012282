"""What is written beside a file that was taken: what became of it, and what in it needs a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice, takewhile

from canonical.errors import KhataError
from canonical.issue import Issue, IssueLevel
from khata.rendering.summary import summary_lines
from khata.wiring import BUSINESS_ZONE
from storage import TenantStore
from storage.repositories.taken_files import TakenFile
from workflows.summary import ImportSummary

PAGE = 500
ASKING_MAX = 20
"""Issues that need a person, told in a file's report; 'khata issues' has all of them."""
ASKING_READ_MAX = 10_000
"""Such issues of one import that are looked through for the files they are about."""

_COUNTED = ("Issues ", "Rejected ")
"""Lines of a summary that count what is in all files; a file's own report has its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Batch:
    """Files that were imported together.

    Attributes:
        summary: what the import says, a line each.
        rejected: issues of records that are not in the books, by the file they are of.
        asking: issues of records that are in the books and need a person, by file; the first few.
    """

    connector: str
    run_id: int | None = None
    files: int = 1
    is_stored: bool = False
    companies: tuple[str, ...] = ()
    summary: tuple[str, ...] = ()
    rejected: Mapping[str, Sequence[Issue]] = field(default_factory=dict)
    asking: Mapping[str, Sequence[Issue]] = field(default_factory=dict)

    def refused(self, name: str) -> int:
        """Records of a file that are not in the books."""
        return len(self.rejected.get(name, ()))


def report_batch(store: TenantStore, summary: ImportSummary, names: Sequence[str], connector: str) -> Batch:
    """Gather what the reports of an import's files say."""
    wanted = set(names)
    rejected = _by_file(_issues(store, summary.run_id, IssueLevel.REJECTED), wanted)
    asking = islice(_issues(store, summary.run_id, IssueLevel.ACTION_REQUIRED), ASKING_READ_MAX)
    lines = summary_lines(summary)
    return Batch(
        connector=connector,
        run_id=summary.run_id,
        files=len(names),
        is_stored=summary.stored,
        companies=summary.companies,
        summary=tuple(lines if len(names) == 1 else takewhile(lambda line: not line.startswith(_COUNTED), lines)),
        rejected=rejected,
        asking=_by_file(asking, wanted, ASKING_MAX),
    )


def imported_report(batch: Batch, name: str, *, is_lost: bool = False) -> str:
    """Write the report of an imported file, or of one that was refused as a whole after it was read.

    Args:
        batch: the import.
        name: of the file.
        is_lost: every record of this file was refused.
    """
    return _text(_imported_lines(batch, name, is_lost=is_lost))


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
    """Write the report of a file whose content was imported before; the time is India's, as everywhere else."""
    came = before.taken_at.astimezone(BUSINESS_ZONE)
    return _text(
        (
            f"{name}: imported before, not again.",
            "",
            f"The same content came as {before.name} on {came:%Y-%m-%d at %H:%M} (run {before.run_id}).",
        )
    )


def _imported_lines(batch: Batch, name: str, *, is_lost: bool) -> Iterator[str]:
    rejected, asking = batch.rejected.get(name, ()), batch.asking.get(name, ())
    yield f"{name}: {_verdict(batch, len(rejected), is_lost=is_lost)}."
    yield f"Read as a file of {batch.connector}, in run {batch.run_id}{_together(batch.files)}."
    yield f"Books of {', '.join(batch.companies) or 'no company'}."
    if rejected:
        yield ""
        yield f"Not in the books ({len(rejected)}):"
        yield from (line for issue in rejected for line in _issue_lines(issue))
        yield f"'khata issues --run {batch.run_id} --export FILE.xlsx' writes them into a workbook."
    if asking:
        yield ""
        first = "the first " if len(asking) == ASKING_MAX else ""
        yield f"In the books, but somebody has to look at it ({first}{len(asking)}):"
        yield from (line for issue in asking for line in _issue_lines(issue))
    yield ""
    yield "The import as a whole:" if batch.files == 1 else f"The import of all {batch.files} files as a whole:"
    yield from batch.summary
    yield f"Everything that was found in it: khata issues --run {batch.run_id}"


def _verdict(batch: Batch, refused: int, *, is_lost: bool) -> str:
    if is_lost or not batch.is_stored:
        return "NOT IMPORTED, nothing of it is in the books"
    if not refused:
        return "imported"
    return f"imported, but {refused} {'record' if refused == 1 else 'records'} of it NOT, see below"


def _together(files: int) -> str:
    if files == 1:
        return ""
    return f", together with {files - 1} other {'file' if files == 2 else 'files'}"  # noqa: PLR2004 - one other


def _issue_lines(issue: Issue) -> Iterator[str]:
    yield f"  {issue.where}: {issue.message} ({issue.code})"
    if issue.hint:
        yield f"    {issue.hint}"


def _text(lines: Iterable[str]) -> str:
    return "\n".join(lines) + "\n"


def _by_file(issues: Iterable[Issue], names: set[str], most: int | None = None) -> dict[str, list[Issue]]:
    found: dict[str, list[Issue]] = {}
    for issue in issues:
        name = _file_of(issue, names)
        if name and (most is None or len(found.get(name, ())) < most):
            found.setdefault(name, []).append(issue)
    return found


def _issues(store: TenantStore, run_id: int, level: IssueLevel) -> Iterator[Issue]:
    cursor: str | None = None
    while True:
        page = store.issues.page(seen_in_run=run_id, level=level, cursor=cursor, limit=PAGE)
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
