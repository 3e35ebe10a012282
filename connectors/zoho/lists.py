"""The lists of one sync: walked, chosen from, counted.

A list that was refused and is in no figure is left out with an issue; without one that is, the books are not whole:
that is said, and the rest is read. Where Zoho counts another number of records than the hub would hold, the list is
walked whole: what was missed is read then, what is gone is settled, without waiting for the next sweep.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from canonical.errors import CredentialError, KhataError, SourceRejected
from canonical.issue import Issue, IssueLevel
from canonical.record import JsonValue
from connectors.sdk.census import HubMemory
from connectors.zoho.choosing import Choosing
from connectors.zoho.client import ZohoClient
from connectors.zoho.counting import count_rows
from connectors.zoho.listing import Listing, walk
from connectors.zoho.open_documents import Seen
from connectors.zoho.quota import TAIL
from connectors.zoho.refusals import SCOPE_REFUSED
from connectors.zoho.streams import COUNTED, STREAMS
from connectors.zoho.watermark import Watermark

COUNT_TRIES = 3
"""How often a list and its count are taken, as long as they contradict each other."""
OVERLAP_MINUTES = 10


class Lists:
    """The lists of one organisation.

    Args:
        client: of the organisation, which is chosen.
        settings: of the tap.
        mark: how far earlier syncs have come.
        seen: told of every row.
        memory: what the hub holds; None from the shell.
        directory: for lists that are too long for the memory.
        is_sweep: every list is walked to its end.

    Attributes:
        found: the lists, by stream.
        choosing: what of them is to be read.
        counts: how many records a list has, by stream; only of those that were counted.
        refused: lists that are not open to the sign-in and stand in the books; these are not whole without them.
        has_moved: a list and its count went on contradicting each other: somebody works.
        issues: what was noticed.
    """

    def __init__(
        self,
        client: ZohoClient,
        settings: Mapping[str, JsonValue],
        mark: Watermark,
        seen: Seen,
        *,
        memory: HubMemory | None,
        directory: Path,
        is_sweep: bool,
    ) -> None:
        self._client, self._mark, self._seen = client, mark, seen
        self._memory, self._directory, self._is_sweep = memory, directory, is_sweep
        self._overlap = timedelta(minutes=float(settings.get("overlap_minutes") or OVERLAP_MINUTES))
        self.found: dict[str, Listing] = {}
        self.choosing = Choosing(client.organization_id, memory, mark.modified, directory)
        self.counts: dict[str, int] = {}
        self.refused: list[str] = []
        self.has_moved = False
        self.issues: list[Issue] = []

    def read(self, stream: str, *, is_whole: bool = False) -> None:
        """Walk a list as far as it can have changed; to its end in a sweep, or if ``is_whole``.

        Raises:
            KhataError: it must be there and is refused, or Zoho does not answer.
        """
        spec = STREAMS[stream]
        since = None if self._is_sweep or is_whole else self._mark.modified.get(stream)
        try:
            listing = self._walk(stream, since - self._overlap if since else None)
        except SourceRejected as refused:
            if not spec.is_optional:
                raise
            self._leave_out(stream, refused)
            return
        except CredentialError as refused:
            if refused.code != SCOPE_REFUSED or spec.is_base:
                raise
            if spec.is_optional and not spec.is_booked:
                self._leave_out(stream, refused)
            else:
                self._do_without(stream, refused)
            return
        if listing.is_filter_ignored:
            self._note(
                "zoho.filter.ignored",
                f"Zoho Books does not filter {stream} by the modified time; the whole list was walked.",
            )
        self.found[stream] = listing

    def _leave_out(self, stream: str, refused: KhataError) -> None:
        """The books are whole without it."""
        self._note(
            "zoho.stream.left_out",
            f"Zoho Books does not show {stream.replace('_', ' ')}: {_why(refused)}",
            hint=f"If they are wanted, sign in again and agree to every permission: {self._client.sign_in_again(())}",
        )

    def _do_without(self, stream: str, refused: KhataError) -> None:
        """The books are not whole without it: the rest is read, and its figures are held back."""
        self.refused.append(stream)
        self._note(
            "zoho.stream.refused",
            f"{stream.replace('_', ' ').capitalize()} are not in the books: {_why(refused)}",
            hint="The other lists were read; figures are held back until a sync has read this one too. Sign in again "
            f"and agree to every permission: {self._client.sign_in_again(())}",
            level=IssueLevel.ACTION_REQUIRED,
        )

    def choose(self) -> None:
        """Choose what is to be read in full; see ``choosing.py``."""
        for stream, listing in self.found.items():
            self.choosing.choose(stream, listing)

    def count(self) -> None:
        """Have the lists counted while what was read of them is fresh, so that both stand for the same moment.

        One call each, also of a list that was walked to its end: a walk that loses rows would not count them either.

        Where the day's calls do not hold the documents and this, the documents go first, and nothing is counted.
        """
        streams = [stream for stream in COUNTED if stream in self.found]
        is_compared = self._memory is not None
        if is_compared and self._affords(sum(self.choosing.details.values()) + len(streams)):
            for stream in streams:
                self._count(stream)

    def _count(self, stream: str) -> None:
        """Count a list; what Zoho and its list say alike twice running is told to the proof, whatever we make of it."""
        said: set[tuple[int, int]] = set()
        for attempt in range(COUNT_TRIES):
            if attempt:
                self._walk_again(stream)
            expected = self.choosing.expected[stream]
            counted = count_rows(self._client, STREAMS[stream], expected)
            if counted is None:
                break
            self.counts[stream] = counted
            is_stubborn = (expected, counted) in said
            if counted == expected or is_stubborn or not self._affords(counted // self._client.page_size + 2):
                return
            said.add((expected, counted))
        self.has_moved = True

    def _walk_again(self, stream: str) -> None:
        self._seen.forget(stream)
        self.found[stream] = self._walk(stream, None)
        self.choosing.choose(stream, self.found[stream])

    def _walk(self, stream: str, since: datetime | None) -> Listing:
        return walk(self._client, stream, STREAMS[stream], since, see=self._seen.see, directory=self._directory)

    def _affords(self, calls: int) -> bool:
        left = self._client.pace.left_today()
        return left is None or left >= calls + TAIL

    def _note(self, code: str, message: str, *, hint: str = "", level: IssueLevel = IssueLevel.INFO) -> None:
        self.issues.append(Issue(code=code, level=level, message=message, where="Zoho Books", hint=hint))


def _why(refused: KhataError) -> str:
    scope = refused.facts.get("scope")
    if not scope:
        return refused.message
    return f"the sign-in lacks the scope {scope}, or the role of whoever agreed does not see them."
