"""A list too long for the memory: kept on the disk in sorted portions, given back in the order of its keys.

A source may list hundreds of thousands of rows before the first of them is read in full. Up to ``held_max`` rows stay
in memory; more go to a file that has no name and ends with the process.
"""

from __future__ import annotations

import heapq
import tempfile
import weakref
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Generic, TypeVar, cast

import msgspec

from connectors.sdk.census import KeyRange

HELD_MAX = 10_000
BLOCK = 64 << 10
"""Bytes read at once of each sorted portion."""
T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Portion(Generic[T]):
    """Some rows, and the range of keys of which they are all; None: they are all there are."""

    rows: tuple[T, ...]
    keys: KeyRange | None


class Notebook(Generic[T]):
    """Rows of one type.

    Args:
        row_type: a dataclass or ``msgspec.Struct``; values that JSON does not know come back as their texts.
        key: of a row, never empty; of rows with equal keys the one added last counts.
        directory: for the file.
        held_max: rows in memory.
    """

    def __init__(self, row_type: type[T], key: Callable[[T], str], directory: Path, held_max: int = HELD_MAX) -> None:
        self._key, self._directory, self._held_max = key, directory, held_max
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder(row_type).decode
        self._held: list[T] = []
        self._file: BinaryIO | None = None
        self._segments: list[tuple[int, int]] = []
        self._added = 0

    def __len__(self) -> int:
        """Rows added; a key that was added twice counts twice."""
        return self._added

    def add(self, row: T) -> None:
        """Add a row."""
        self._held.append(row)
        self._added += 1
        if len(self._held) >= self._held_max:
            self._put_away()

    def __iter__(self) -> Iterator[T]:
        """Yield each key's last row, in the order of keys; nothing may be added meanwhile."""
        held = sorted(self._held, key=self._key)
        merged = heapq.merge(*(self._segment(*one) for one in self._segments), held, key=self._key)
        return _last_of_each(merged, self._key)

    def portions(self, size: int) -> Iterator[Portion[T]]:
        """Yield everything in portions, which together are of all keys there could be; at least one, maybe empty."""
        rows, after = iter(self), ""
        some = tuple(islice(rows, size))
        while True:
            following = tuple(islice(rows, size))
            upto = self._key(some[-1]) if following else None
            is_all = not after and upto is None
            yield Portion(some, None if is_all else KeyRange(after, upto))
            if upto is None:
                return
            some, after = following, upto

    def _put_away(self) -> None:
        if self._file is None:
            self._file = cast("BinaryIO", tempfile.TemporaryFile(dir=self._directory))  # noqa: SIM115 - see finalize
            weakref.finalize(self, self._file.close)
        start = self._file.seek(0, 2)
        self._held.sort(key=self._key)
        self._file.writelines(self._encode(row) + b"\n" for row in self._held)
        self._segments.append((start, self._file.tell()))
        self._held = []

    def _segment(self, at: int, end: int) -> Iterator[T]:
        """Rows of a sorted portion; several are read in turns, so each finds its own place again."""
        file = cast("BinaryIO", self._file)
        while at < end:
            file.seek(at)
            lines = file.readlines(min(BLOCK, end - at - 1))  # it stops after the line that goes beyond
            at += sum(map(len, lines))
            yield from map(self._decode, lines)


def _last_of_each(rows: Iterable[T], key: Callable[[T], str]) -> Iterator[T]:
    """Of rows with equal keys, which stand together, the last one."""
    before, last = "", None
    for row in rows:
        this = key(row)
        if last is not None and this != before:
            yield last
        before, last = this, row
    if last is not None:
        yield last
