"""Compares the ids QuickBooks has with those the hub holds; nothing is called gone that was not asked for by its id.

The ids of a long list lie on the disk and are compared a portion at a time, so that memory does not grow with them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.entities import Entity
from connectors.quickbooks.translate.values import text_of
from connectors.sdk.census import Census, CensusMember, CensusVerdict
from connectors.sdk.notebook import Notebook, Portion

TRIES: Final = 3
"""While people work in QuickBooks its count and its list may not agree; then both are asked for again."""
PORTION: Final = 5000
"""Ids compared at a time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What the comparison of some ids found.

    Attributes:
        wanted: ids the hub lacks.
        gone: ids that are retired now.
        is_certain: the whole list agreed with QuickBooks' own count.
    """

    wanted: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Sweep:
    """One comparison of one entity.

    Attributes:
        hand_over: tells the hub; None comes back where nobody compares (from the shell).
        directory: for lists that are too long for the memory.
        read: the ids just read, if all there are were; else they are listed.
    """

    api: QuickBooks
    entity: Entity
    hand_over: Callable[[Census], CensusVerdict | None]
    directory: Path
    read: Notebook[str] | None = None

    def run(self) -> Iterator[Swept]:
        """List, count, compare; ask for what seems gone; only then tell the hub that it is.

        Yields:
            What was found, portion by portion; at least once.
        """
        ids, is_certain = self._ids()
        for portion in ids.portions(PORTION):
            verdict = self.hand_over(self._census(portion, is_corroborated=False))
            if verdict is None:  # from the shell the census is one record
                self.hand_over(self._census(Portion(tuple(ids), None), is_corroborated=is_certain))
                yield Swept(is_certain=is_certain)
                return
            gone = self._retire(portion, verdict.gone) if is_certain and verdict.gone else ()
            yield Swept(wanted=verdict.wanted, gone=gone, is_certain=is_certain)

    def _retire(self, portion: Portion[str], missed: tuple[str, ...]) -> tuple[str, ...]:
        there = {text_of(row, "Id") for rows in self.api.some(self.entity, missed) for row in rows}
        self.hand_over(self._census(portion, there, is_corroborated=True))
        return tuple(key for key in missed if key not in there)

    def _ids(self) -> tuple[Notebook[str], bool]:
        if self.read is not None:
            return self.read, _distinct(self.read) == self.api.count(self.entity)
        ids = notebook_of_ids(self.directory)
        for _ in range(TRIES):
            before, ids = self.api.count(self.entity), notebook_of_ids(self.directory)
            for key in self.api.ids(self.entity):
                ids.add(key)
            if _distinct(ids) == before == self.api.count(self.entity):
                return ids, True
        return ids, False

    def _census(self, portion: Portion[str], also: Iterable[str] = (), *, is_corroborated: bool) -> Census:
        members = tuple(CensusMember(key=identity) for identity in (*portion.rows, *also))
        return Census(self.api.realm_id, self.entity.stream, None, members, is_corroborated, portion.keys)


def notebook_of_ids(directory: Path) -> Notebook[str]:
    """An empty list of ids, each of which counts once."""
    return Notebook(str, str, directory)


def _distinct(ids: Notebook[str]) -> int:
    return sum(1 for _ in ids)
