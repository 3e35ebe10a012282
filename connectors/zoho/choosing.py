"""What of the lists is to be read in full: what the hub lacks or holds otherwise; without a hub, by the bookmark.

The same comparison tells what has gone from a list that was walked to its end, and how many records of it the hub will
hold once everything wanted is read; Zoho's count of the list is held against that.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from connectors.sdk.census import Census, CensusMember, CensusVerdict, HubMemory
from connectors.sdk.notebook import Notebook, Portion
from connectors.zoho.listing import Listed, Listing, newest_first
from connectors.zoho.streams import STREAMS

PORTION = 5000
"""Rows of a list that are compared with what the hub holds at a time."""


class Choosing:
    """The choice of one sync.

    Args:
        company: the organisation.
        memory: what the hub holds; None from the shell.
        bookmarks: by stream, the latest modification an earlier sync has seen.
        directory: for lists that are too long for the memory.

    Attributes:
        wanted: what is to be read, the newest first, by stream.
        gone: how many records the hub holds that a whole list has no more, by stream.
        expected: how many records of a stream the hub will hold then; only where the hub is asked.
    """

    def __init__(self, company: str, memory: HubMemory | None, bookmarks: dict[str, datetime], directory: Path) -> None:
        self._company, self._memory, self._bookmarks, self._directory = company, memory, bookmarks, directory
        self.wanted: dict[str, Notebook[Listed]] = {}
        self.gone: Counter[str] = Counter()
        self.expected: dict[str, int] = {}

    @property
    def details(self) -> dict[str, int]:
        """How many documents and masters are to be read in full, by stream."""
        return {name: len(rows) for name, rows in self.wanted.items() if STREAMS[name].detail}

    def choose(self, stream: str, listing: Listing) -> None:
        """Choose of a list; of a list that was walked again this takes the place of what was chosen before.

        To the hub a list that says everything is handed over whole; nothing of it has to be chosen.
        """
        wanted = self.wanted[stream] = Notebook(Listed, newest_first, self._directory)
        self.gone[stream], seen, missing = 0, 0, 0
        for portion in listing.rows.portions(PORTION):
            seen += len(portion.rows)
            if self._memory is None:
                chosen = self._since(stream, portion)
            else:
                verdict = self.compare(stream, portion)
                missing += len(verdict.missing)
                self.gone[stream] += len(verdict.gone) if listing.is_whole else 0
                keys = frozenset(verdict.wanted if STREAMS[stream].detail else ())
                chosen = (one for one in portion.rows if one.key in keys)
            for one in chosen:
                wanted.add(one)
        if self._memory is not None:
            self.expected[stream] = seen if listing.is_whole else self._held(stream) + missing

    def reckon(self, stream: str, listing: Listing, *, found: int, gone: int) -> None:
        """Take into account what was asked for by its id because no list showed it.

        Args:
            stream: of the list.
            listing: as it was walked.
            found: records that are there, which the hub lacks; they will be read.
            gone: records the hub holds that are not there any more; they will be retired.
        """
        if listing.is_whole:
            self.gone[stream] -= gone
        elif stream in self.expected:
            self.expected[stream] += found - gone

    def _since(self, stream: str, portion: Portion[Listed]) -> Iterator[Listed]:
        since = self._bookmarks.get(stream)
        return (one for one in portion.rows if not (since and one.modified and one.modified < since))

    def _held(self, stream: str) -> int:
        """Records of a stream the hub holds; only documents, which have days, have lists that are not walked whole."""
        return (
            sum(day.records for day in self._memory.held_by_day(self._company, stream).values()) if self._memory else 0
        )

    def compare(
        self, stream: str, portion: Portion[Listed], also: tuple[str, ...] = (), *, is_sure: bool = False
    ) -> CensusVerdict:
        """Hold a portion of a whole list against what the hub holds.

        Args:
            stream: of the list.
            portion: of it.
            also: keys that are there although the list has left them out.
            is_sure: the hub may retire what is not among them.
        """
        census = self.census(stream, portion, also, is_sure=is_sure)
        return self._memory.compare(census) if self._memory else CensusVerdict()

    def census(
        self, stream: str, portion: Portion[Listed], also: tuple[str, ...] = (), *, is_sure: bool = False
    ) -> Census:
        """What a portion of a list says exists."""
        members = (*(one.member for one in portion.rows), *(CensusMember(key=key) for key in also))
        return Census(self._company, stream, None, members, is_sure, portion.keys)
