"""Compares the ids QuickBooks has with those the hub holds; nothing is called gone that was not asked for by its id."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from connectors.quickbooks.client import QuickBooks
from connectors.quickbooks.entities import Entity
from connectors.quickbooks.translate.values import text_of
from connectors.sdk.census import Census, CensusMember, CensusVerdict

TRIES: Final = 3
"""While people work in QuickBooks its count and its list may not agree; then both are asked for again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Swept:
    """What a comparison found.

    Attributes:
        wanted: ids the hub lacks.
        gone: ids that are retired now.
        is_certain: the list agreed with QuickBooks' own count.
    """

    wanted: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()
    is_certain: bool = True


@dataclass(frozen=True, slots=True)
class Sweep:
    """One comparison of one entity.

    Attributes:
        hand_over: tells the hub; None comes back where nobody compares (from the shell).
        read: the ids just read, if all there are were; else they are listed.
    """

    api: QuickBooks
    entity: Entity
    hand_over: Callable[[Census], CensusVerdict | None]
    read: tuple[str, ...] | None = None

    def run(self) -> Swept:
        """List, count, compare; ask for what seems gone; only then tell the hub that it is."""
        ids, is_certain = self._ids()
        verdict = self.hand_over(self._census(ids, is_corroborated=False))
        if verdict is None:
            self.hand_over(self._census(ids, is_corroborated=is_certain))
            return Swept(is_certain=is_certain)
        if not verdict.gone or not is_certain:
            return Swept(wanted=verdict.wanted, is_certain=is_certain)
        there = [text_of(row, "Id") for rows in self.api.some(self.entity, verdict.gone) for row in rows]
        self.hand_over(self._census([*ids, *there], is_corroborated=True))
        gone = tuple(key for key in verdict.gone if key not in there)
        return Swept(wanted=verdict.wanted, gone=gone)

    def _ids(self) -> tuple[list[str], bool]:
        if self.read is not None:
            return list(self.read), len(self.read) == self.api.count(self.entity)
        ids: list[str] = []
        for _ in range(TRIES):
            before = self.api.count(self.entity)
            ids = self.api.ids(self.entity)
            if len(ids) == before == self.api.count(self.entity):
                return ids, True
        return ids, False

    def _census(self, ids: list[str], *, is_corroborated: bool) -> Census:
        members = tuple(CensusMember(key=identity) for identity in dict.fromkeys(ids))
        return Census(self.api.realm_id, self.entity.stream, None, members, is_corroborated)
