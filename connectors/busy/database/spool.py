"""Rows put aside by what they belong to: on disk, so that a year of any size passes through little memory.

A table's rows come in no particular order, and a voucher's lie in six tables. Each row is written behind the others as
JSON; what is kept in memory is where the rows of a bucket (a voucher, a master) begin and end.
"""

from __future__ import annotations

from array import array
from collections.abc import Hashable
from hashlib import blake2b
from pathlib import Path
from tempfile import TemporaryFile

import msgspec

from connectors.busy.database.tables import Row, whole

_FINGERPRINT_BITS = 63


class Spool:
    """Buckets of rows.

    Args:
        folder: for the temporary file.
    """

    def __init__(self, folder: Path) -> None:
        self._file = TemporaryFile(dir=folder)  # noqa: SIM115 - closed by close()
        self._places: dict[Hashable, array[int]] = {}
        self._prints: dict[Hashable, int] = {}
        self._numbers: dict[str, int] = {}
        self._at = 0
        self._encode = msgspec.json.Encoder().encode
        self._decode = msgspec.json.Decoder().decode

    def add(self, bucket: Hashable, table: str, row: Row) -> None:
        """Put a row aside."""
        number = self._numbers.setdefault(table, len(self._numbers))
        written = self._encode(row)
        places = self._places.get(bucket)
        if places is None:
            places = self._places[bucket] = array("q")
        places.extend((number, self._at, len(written)))
        self._file.write(written)
        self._at += len(written)
        self._prints[bucket] = (self._prints.get(bucket, 0) + _digest(table, written)) % (1 << _FINGERPRINT_BITS)

    def get(self, bucket: Hashable) -> dict[str, list[Row]]:
        """Return a bucket's rows by table, in an order of their own: the driver's may change from day to day."""
        self._file.flush()
        found: dict[str, list[tuple[tuple[int, int], bytes, Row]]] = {}
        places, tables = self._places.get(bucket, ()), list(self._numbers)
        for table, start, length in zip(places[0::3], places[1::3], places[2::3], strict=True):
            self._file.seek(start)
            written = self._file.read(length)
            row = self._decode(written)
            order = (whole(row.get("RecType")), whole(row.get("SrNo") or row.get("ItemSrNo")))
            found.setdefault(tables[table], []).append((order, written, row))
        self._file.seek(self._at)
        return {table: [row for *_, row in sorted(rows, key=lambda one: one[:2])] for table, rows in found.items()}

    def fingerprint(self, bucket: Hashable) -> int:
        """A number below 2**63 that changes when any row of the bucket does; the order of rows plays no part."""
        return self._prints.get(bucket, 0)

    def close(self) -> None:
        """Remove the file."""
        self._file.close()


def fingerprint_of(table: str, row: Row) -> int:
    """The number of one row alone."""
    return _digest(table, msgspec.json.encode(row)) % (1 << _FINGERPRINT_BITS)


def _digest(table: str, written: bytes) -> int:
    return int.from_bytes(blake2b(written, digest_size=8, key=table.encode()).digest(), "big") >> 1
