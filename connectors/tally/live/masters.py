"""Masters, class by class: counted, read, counted out.

A class is small beside the vouchers, so its whole list (identity, version, name) is asked for each time the masters'
counter has moved; what is read whole is only what differs from the hub's memory or lies above the watermark. A master
keeps its GUID when it is renamed, so a rename is an altered master with another name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from canonical.errors import SourceError, SourceUnavailable
from connectors.sdk.census import Census, CensusMember, HubMemory
from connectors.tally.export.document import Found
from connectors.tally.export.record import describe
from connectors.tally.gateway.refusal import TOO_HEAVY
from connectors.tally.live.book import KEYS_PER_REQUEST, Book, Whole
from connectors.tally.live.counting import master_id_of
from connectors.tally.live.notes import not_settled
from connectors.tally.live.wanted import MASTER_CLASSES, MasterClass

ASKED_SINGLY_MAX = 200
"""Masters asked for one by one before they are called gone: an answer that loses rows still holds its first."""
SLICE = 2_000
"""Masters asked for at once, at most: balances of many ledgers are the dearest question there is."""


@dataclass(slots=True)
class MasterRead:
    """Reads the masters of one stream.

    Attributes:
        after: change number below which nothing changed; 0 for everything.
        is_thorough: read what the hub holds already, too.
        again: of that, read what has a larger change number; None for nothing.
    """

    book: Book
    memory: HubMemory | None
    emit: Callable[[Census], None]
    after: int = 0
    is_thorough: bool = False
    again: int | None = None

    def records(self, stream: str) -> Iterator[Whole]:
        """Yield the masters to be handed over; the census follows the last of them."""
        members: list[CensusMember] = []
        is_sure = True
        for kind in MASTER_CLASSES:
            if kind.stream != stream:
                continue
            counted = self._count(kind)
            members += counted
            yield from self._read(kind, counted)
            is_sure &= self._is_sure(kind, counted)
        self._count_out(stream, members, is_sure=is_sure)

    def _count(self, kind: MasterClass) -> list[CensusMember]:
        found: dict[str, CensusMember] = {}
        for node in self.book.count_masters(kind):
            item = describe(Found(kind.kind.tag, node, self.book.company.name))
            found[item.key] = CensusMember(item.key, item.alter_id or None, number=str(item.columns["name"]))
        return list(found.values())

    def _read(self, kind: MasterClass, counted: Sequence[CensusMember]) -> Iterator[Whole]:
        wanted = self._wanted(kind.stream, counted)
        if not wanted:
            return
        versions = sorted(member.version or 0 for member in counted if member.key in wanted)
        for after, upto in _slices(versions):
            for whole in self._slice(kind, after, upto):
                if whole.item.key in wanted:
                    wanted.discard(whole.item.key)
                    yield whole
        if wanted:
            still_there = {member.key for member in self._count(kind)} & wanted
            if still_there:
                raise self._not_settled(kind.stream)

    def _slice(self, kind: MasterClass, after: int, upto: int) -> list[Whole]:
        try:
            return list(self.book.read_masters(kind, after, upto))
        except SourceError as error:
            middle = (after + upto) // 2
            if error.code not in TOO_HEAVY or middle <= after:
                raise
            return [*self._slice(kind, after, middle), *self._slice(kind, middle, upto)]

    def _wanted(self, stream: str, counted: Sequence[CensusMember]) -> set[str]:
        if self.is_thorough or (self.memory is None and not self.after):
            return {member.key for member in counted}
        if self.memory is None:
            return {member.key for member in counted if member.version is None or member.version > self.after}
        verdict = self.memory.compare(self._census(stream, counted, corroborated=False))
        newest = {member.key for member in counted if self.again is not None and (member.version or 0) > self.again}
        return newest | ({*verdict.wanted} & {member.key for member in counted})

    def _is_sure(self, kind: MasterClass, counted: Sequence[CensusMember]) -> bool:
        """A list is whole if Tally's own counter of the class says so, or if it was not empty and comes again."""
        said = self.book.company.counts.get(kind.count)
        if said is not None:
            return said == len(counted)
        return True

    def _count_out(self, stream: str, members: Sequence[CensusMember], *, is_sure: bool) -> None:
        if self.memory is None:
            self.emit(self._census(stream, members, corroborated=is_sure and bool(members)))
            return
        verdict = self.memory.compare(self._census(stream, members, corroborated=False))
        if not is_sure:
            raise self._not_settled(stream)
        if not verdict.gone:
            return
        if not (self._agrees_again(stream, members) and self._none_there(stream, verdict.gone)):
            raise self._not_settled(stream)
        self.memory.compare(self._census(stream, members, corroborated=True))

    def _not_settled(self, stream: str) -> SourceUnavailable:
        """What a list leaves out may have changed, too: going on would lose it."""
        return not_settled(self.book.company.name, f"its {stream.replace('_', ' ')}")

    def _agrees_again(self, stream: str, members: Sequence[CensusMember]) -> bool:
        """Before anything is called gone: the list comes a second time, whole fields and all, and nothing moved."""
        keys = {member.key for member in members}
        again = {
            whole.item.key for kind in MASTER_CLASSES if kind.stream == stream for whole in self.book.read_masters(kind)
        }
        groups = next(kind for kind in MASTER_CLASSES if kind.stream == "groups")
        return keys == again and bool(keys or self.book.count_masters(groups)) and self.book.is_quiet()

    def _none_there(self, stream: str, keys: Sequence[str]) -> bool:
        """Ask for those missing by their numbers, one by one as long as they are few."""
        kinds = [kind for kind in MASTER_CLASSES if kind.stream == stream]
        numbers = [master_id for key in keys if (master_id := master_id_of(key))]
        asked = [[number] for number in numbers[:ASKED_SINGLY_MAX]]
        rest = numbers[ASKED_SINGLY_MAX:]
        asked += [rest[place : place + KEYS_PER_REQUEST] for place in range(0, len(rest), KEYS_PER_REQUEST)]
        return not any(self.book.has_master(kind, some) for kind in kinds for some in asked)

    def _census(self, stream: str, members: Sequence[CensusMember], *, corroborated: bool) -> Census:
        return Census(self.book.guid, stream, None, tuple(members), corroborated)


def _slices(versions: Sequence[int]) -> Iterator[tuple[int, int]]:
    """Cut sorted change numbers into half-open ranges of at most ``SLICE`` masters."""
    after = max(versions[0] - 1, 0)
    for place in range(0, len(versions), SLICE):
        upto = versions[min(place + SLICE, len(versions)) - 1]
        yield after, upto
        after = upto
