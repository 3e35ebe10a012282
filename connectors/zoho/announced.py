"""Records that Zoho's webhooks named: looked for by id where the lists do not show them, read or retired.

Lists that tell only what was modified never tell what was deleted. So what a webhook named is asked for by its id, one
call each, unless the sync has met it already: before the lists are counted, so that what is known to be gone is no
reason to walk a whole list, and read or retired when the stream's own turn comes. Only Zoho's own word that there is no
such record makes it gone; what it does not show to this sign-in stays as it is held. What a delivery about a deletion
holds is not documented: where it names a module and no record, the list of that module is walked whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from canonical.issue import Issue, IssueLevel
from connectors.sdk.announcements import Announced, Announcements, Outcome
from connectors.sdk.census import Census, HubMemory
from connectors.zoho.client import Row
from connectors.zoho.fetching import Fetching
from connectors.zoho.listing import Listing
from connectors.zoho.quota import TAIL
from connectors.zoho.streams import STREAMS

CallsLeft = Callable[[], int | None]
"""Says how many calls are left of the day; None without a quota."""
NAMED_MAX = 500
"""Records that one sync asks for because they were named; the rest waits for the next."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What Zoho answered about records of one stream.

    Attributes:
        found: records that are there, which the hub lacks.
        gone: records the hub holds that are not there any more.
    """

    found: int = 0
    gone: int = 0


class Named:
    """What was named since the last sync, and what became of it in this one.

    Args:
        announcements: where it is kept; None from the shell.
        memory: what the hub holds; None from the shell.
        fetching: asks for single records.
    """

    def __init__(self, announcements: Announcements | None, memory: HubMemory | None, fetching: Fetching) -> None:
        self._kept = announcements if memory is not None else None
        self._memory, self._fetching = memory, fetching
        self._waiting: dict[str, list[Announced]] = defaultdict(list)
        self._listed: dict[str, set[str]] = defaultdict(set)
        self._met: set[tuple[str, str]] = set()
        self._answers: dict[tuple[str, str], tuple[Outcome, Row]] = {}
        self._refused: dict[str, int] = {}
        self._asked = 0
        for one in self._kept.waiting() if self._kept is not None else ():
            self._waiting[one.stream].append(one)

    @property
    def issues(self) -> tuple[Issue, ...]:
        """One for every stream of which something was named that Zoho does not show."""
        return tuple(_unread(stream, count) for stream, count in self._refused.items())

    def wants_whole(self, stream: str) -> bool:
        """Say whether a deletion was announced without the record's id: only the whole list can tell which."""
        return any(not one.key and one.is_deletion for one in self._waiting[stream])

    def ask(self, organization: str, stream: str, listing: Listing, left: CallsLeft) -> Answered:
        """Ask for the named records that a list does not show, one call each; nothing is read or retired yet.

        Args:
            organization: whose.
            stream: which list.
            listing: as it was walked.
            left: calls of the day.
        """
        keys = {one.key for one in self._waiting[stream] if one.key}
        if not keys:
            return Answered()
        held = self._held(organization, stream, keys)
        listed = self._listed[stream] = {row.key for row in listing.rows if row.key in keys}
        for one in self._waiting[stream]:
            is_known = one.key in listed or self._known(one, listing, is_held=one.key in held) is not None
            if not is_known and self._may_ask(left()):
                self._answers[stream, one.key] = self._ask(one)
        told = {key: answer for (where, key), answer in self._answers.items() if where == stream}
        return Answered(
            found=sum(bool(row) and key not in held for key, (_, row) in told.items()),
            gone=sum(outcome is Outcome.GONE and key in held for key, (outcome, _) in told.items()),
        )

    def answer(self, stream: str, key: str) -> Row:
        """A record that was asked for already; empty if it was not."""
        _, row = self._answers.get((stream, key), (None, {}))
        return row

    def see_record(self, stream: str, key: str) -> None:
        """Note that a record was read."""
        if self._waiting[stream]:
            self._met.add((stream, key))

    def refuse_unlisted(self, listed: Iterable[str]) -> None:
        """Settle what was named of streams that Zoho does not show, or that nobody reads; nothing is asked."""
        outcomes: dict[Announced, Outcome] = {}
        for stream in self._waiting.keys() - set(listed):
            outcomes |= self._all_refused(stream)
        self._settle(outcomes)

    def look(self, organization: str, stream: str, listing: Listing, left: CallsLeft) -> Iterator[Row]:
        """Settle what was named of a stream; yield what is there and was not read yet.

        Args:
            organization: whose.
            stream: which list.
            listing: as it was walked; its documents have been read.
            left: calls of the day.
        """
        keys = {one.key for one in self._waiting[stream] if one.key}
        keys |= {key for where, key in self._fetching.gone if where == stream}
        if self._memory is None or not (keys or self._waiting[stream]):
            return
        held = self._held(organization, stream, keys)
        gone = {key for where, key in self._fetching.gone if where == stream}
        outcomes: dict[Announced, Outcome] = {}
        for one in self._waiting[stream]:
            known = self._known(one, listing, is_held=one.key in held)
            if known is None and (stream, one.key) not in self._answers and not self._may_ask(left()):
                continue  # it waits for the next sync, or for another day's calls
            if known is None:
                known, row = self._answers.get((stream, one.key)) or self._ask(one)
                if row:
                    yield row
                if known is Outcome.GONE:
                    gone.add(one.key)
            outcomes[one] = Outcome.ABSENT if known is Outcome.GONE and one.key not in held else known
        if gone & held:
            self._memory.compare(_census(organization, stream, gone & held, is_sure=True))
        self._settle(outcomes)

    def _known(self, one: Announced, listing: Listing, *, is_held: bool) -> Outcome | None:
        """What is known of a named record without asking; None if only Zoho's answer to its id tells."""
        address = (one.stream, one.key)
        if not one.key:
            return Outcome.COMPARED if listing.is_whole else Outcome.REFUSED
        if address in self._fetching.gone:
            return Outcome.GONE
        if address in self._met:
            return Outcome.READ
        if address in self._answers:
            return None
        if one.key in self._listed[one.stream] and not one.is_deletion:
            return Outcome.UNCHANGED
        return Outcome.ABSENT if not is_held and (listing.is_whole or one.is_deletion) else None

    def _held(self, organization: str, stream: str, keys: Iterable[str]) -> frozenset[str]:
        """Which of some records the hub holds."""
        if self._memory is None or not keys:
            return frozenset()
        return frozenset(self._memory.compare(_census(organization, stream, keys, is_sure=False)).gone)

    def _may_ask(self, left: int | None) -> bool:
        """Whether a call may be spent: the last ones of a day are those of the proof."""
        return self._asked < NAMED_MAX and (left is None or left > TAIL)

    def _ask(self, one: Announced) -> tuple[Outcome, Row]:
        if one.stream in self._refused:  # each further refusal would cost a renewal of the token besides
            self._refused[one.stream] += 1
            return Outcome.REFUSED, {}
        self._asked += 1
        outcome, row = self._fetching.find(one.stream, one.key)
        if outcome is Outcome.REFUSED:
            self._refused[one.stream] = 1
        return outcome, row

    def _all_refused(self, stream: str) -> dict[Announced, Outcome]:
        if stream in STREAMS and self._waiting[stream]:
            self._refused[stream] = len(self._waiting[stream])
        return dict.fromkeys(self._waiting[stream], Outcome.REFUSED)

    def _settle(self, outcomes: Mapping[Announced, Outcome]) -> None:
        if self._kept is not None and outcomes:
            self._kept.settle(outcomes)


def _census(organization: str, stream: str, keys: Iterable[str], *, is_sure: bool) -> Census:
    return Census(organization, stream, None, (), is_sure, only=tuple(sorted(keys)))


def _unread(stream: str, count: int) -> Issue:
    return Issue(
        code="zoho.announcement.unread",
        level=IssueLevel.WARNING,
        message=f"A webhook announced {count} change(s) of {stream} that Zoho Books does not show to this sign-in.",
        where="Zoho Books",
        hint="What is held of them stays. If they are wanted, the user who agreed needs a role that sees them, and the "
        f"sign-in the scope ZohoBooks.{STREAMS[stream].scope}.READ: connect again.",
        facts={"stream": stream, "count": count},
    )
