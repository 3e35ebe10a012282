"""Canonical records as documents: the exact value, encoded fast, decoded without loss.

``canonical.codec`` is the public, self-describing form; this is the store's own, the same JSON shapes written by
msgspec. Its digest says whether a record changed; the columns of the tables are only for finding it.
"""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any, TypeVar

import msgspec

from canonical.codec import CanonicalRecord

T = TypeVar("T")

_ENCODER = msgspec.json.Encoder(order="deterministic")
"""Sets and mappings in a fixed order: the digest of equal records is equal in every process."""


def encode(record: CanonicalRecord) -> bytes:
    """Write a record as its document."""
    return _ENCODER.encode(record)


def decode(record_type: type[T], document: bytes) -> T:
    """Read a record back, equal to what was written."""
    value: T = _decoder(record_type).decode(document)
    return value


def digest(document: bytes) -> bytes:
    """SHA-256 of a document, 32 bytes."""
    return hashlib.sha256(document).digest()


@cache
def _decoder(record_type: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(record_type)
