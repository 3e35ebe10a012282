"""The web API as the source of the tap: branch by branch, everything at first, then changes with an overlap.

Rows carry no time of their last change, so changes are asked for from some days before the last answer's own time, and
what is known already is known by its digest. The number of full pulls is kept in the state: Marg rations them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from canonical.errors import ConfigurationError, RateLimited
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.marg.assembly import Rows
from connectors.marg.branches import BranchBooks, books_of
from connectors.marg.ede.client import IST, EdeClient, full_pull_refused, ist_moment, ist_text
from connectors.marg.ede.pull import pull_branch
from connectors.marg.settings import api_settings, reading_of, wanted_branches
from connectors.marg.source import Emission, Row
from connectors.marg.streams import REPORTS
from connectors.marg.translate.values import text_of
from connectors.sdk.base import ProgressEvent, Surroundings
from connectors.sdk.census import Settlement

WATERMARKS = "companies"
QUOTA = "full_pulls"
REACHED = "reached"
"""Both beside the watermarks, so that they are kept when a reading does not come to its end, or its
watermark is dropped because the books differ: then a full pull is wanted, and may not be allowed."""


class ApiSource:
    """Reads the branches of one company code.

    Args:
        config: of the tap.
        emission: the tap.
        surroundings: of this process.
    """

    def __init__(self, config: Mapping[str, JsonValue], emission: Emission, surroundings: Surroundings) -> None:
        self._config, self._emission, self._surroundings = config, emission, surroundings
        self._settings = api_settings(config)
        self._client = EdeClient(self._settings, surroundings)
        self._books: list[BranchBooks] = []
        self._notes: list[Issue] = []
        self._is_read = False

    @property
    def issues(self) -> tuple[Issue, ...]:
        """What was noticed about the pulls."""
        return (*self._notes, *(issue for books in self._books for issue in books.issues))

    @property
    def settlement(self) -> Settlement:
        """Whether everything that was wanted could be taken."""
        is_lacking = bool(self._notes) or any(books.torn for books in self._books)
        return Settlement.UNSURE if is_lacking else Settlement.SETTLED

    def file_facts(self) -> list[dict[str, JsonValue]]:
        """Per branch: rows, whether it was a full pull, full pulls of today."""
        return [
            {
                "branch": one.rows.branch,
                "rows": one.rows.count,
                "is_full": one.rows.is_whole,
                "calls": self._client.calls,
            }
            for one in self._books
        ]

    def close(self) -> None:
        """Nothing is held between readings."""

    def prepare(self) -> None:
        """Pull all branches.

        Raises:
            KhataError: Marg refuses, or does not answer; nothing is emitted.
        """
        if self._is_read:
            return
        for row in self._branches():
            branch = text_of(row, "CompanyID") or text_of(row, "ID")
            rows = self._pull(branch)
            rows.masters = {**row, **rows.masters}
            reading = reading_of(self._config, branch)
            books = books_of(rows, self._company(branch), f"Marg EDE, branch {branch}", reading)
            books.is_news = rows.is_whole or rows.moment > self._held(books.company)
            self._books.append(books)
        self._is_read = True

    def records(self, stream: str) -> Iterator[Row]:
        """Yield a stream's records of all branches; after the last stream the state says how far they were read."""
        self.prepare()
        for books in self._books:
            yield from books.records(stream, self._emission, retires=bool(self._config.get("retire_missing")))
        if stream == REPORTS:
            for books in self._books:
                reached = max(books.rows.moment, self._held(books.company))  # an empty answer may say an older moment
                self._marks()[books.company] = {"moment": reached}
                self._reached()[books.rows.branch] = reached

    def _branches(self) -> list[Row]:
        wanted = wanted_branches(self._config)
        known = self._client.branches()
        numbers = {text_of(row, "CompanyID") or text_of(row, "ID") for row in known}
        if wanted - numbers:
            raise ConfigurationError(
                f"Marg's EDE has no branch {', '.join(sorted(wanted - numbers))} for this company code; it has "
                f"{', '.join(sorted(numbers))}.",
                code="marg.ede.branch_unknown",
            )
        return [row for row in known if not wanted or (text_of(row, "CompanyID") or text_of(row, "ID")) in wanted]

    def _company(self, branch: str) -> str:
        """Identity of a branch's books: its number at Marg; the company code is a secret and stands nowhere."""
        return f"ede/{branch}"

    def _pull(self, branch: str) -> Rows:
        """Changes if it is known since when; else everything, or changes after all if no full pull is allowed."""
        since = "" if self._settings.is_full else self._before(self._held(self._company(branch)))
        if since:
            return pull_branch(self._client, branch, since=since, on_page=self._tell)
        try:
            self._count_full_pull(branch)
            return pull_branch(self._client, branch, since="", on_page=self._tell)
        except RateLimited:
            since = "" if self._settings.is_full else self._before(str(self._reached().get(branch) or ""))
            if not since:
                raise
        self._notes.append(_postponed(branch))
        return pull_branch(self._client, branch, since=since, on_page=self._tell)

    def _before(self, moment: str) -> str:
        """Where a pull of changes begins: some days before what was reached; empty if nothing was."""
        last = ist_moment(moment)
        return ist_text(last - self._settings.overlap) if last else ""

    def _held(self, company: str) -> str:
        return str((self._marks().get(company) or {}).get("moment") or "")

    def _marks(self) -> dict[str, Any]:
        marks: dict[str, Any] = self._emission.whole_state.setdefault(WATERMARKS, {})
        return marks

    def _reached(self) -> dict[str, Any]:
        reached: dict[str, Any] = self._emission.whole_state.setdefault(REACHED, {})
        return reached

    def _count_full_pull(self, branch: str) -> None:
        """Count before asking: a pull that breaks off has been used up.

        Raises:
            RateLimited: the day's ration, as we have set it ourselves, is used up.
        """
        today = self._now().astimezone(IST).date().isoformat()
        quota: dict[str, Any] = self._emission.whole_state.setdefault(QUOTA, {})
        held = quota.get(branch) or {}
        used = int(held.get("count", 0)) if held.get("day") == today else 0
        if used >= self._settings.full_pulls_per_day > 0:
            raise full_pull_refused("The setting full_pulls_per_day")
        quota[branch] = {"day": today, "count": used + 1}
        self._emission.checkpoint()

    def _now(self) -> datetime:
        if self._surroundings.now is None:
            raise ConfigurationError("This process does not know the time of day.", code="marg.no_clock")
        return self._surroundings.now()

    def _tell(self, rows: int) -> None:
        if self._emission.progress is not None:
            self._emission.progress(ProgressEvent("ask", rows, 0, "rows"))


def _postponed(branch: str) -> Issue:
    return Issue(
        code="marg.pull.full_postponed",
        level=IssueLevel.WARNING,
        message=f"Branch {branch} was to be read anew and no full pull is allowed for now; changes were read instead.",
        where=f"Marg EDE, branch {branch}",
        hint="Nothing: the next sync tries again. What differs until then may be corrected by it.",
    )
