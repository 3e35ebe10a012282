"""Canonical records as documents: the exact value, encoded fast, decoded without loss.

``canonical.codec`` is the public, self-describing form; this is the store's own, the same JSON shapes written by
msgspec. Its digest says whether a record changed; the columns of the tables are only for finding it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Hashable
from functools import cache
from typing import Any, TypeVar, cast

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
    value: T = _decoder(cast("Hashable", record_type)).decode(document)
    return value


def digest(document: bytes) -> bytes:
    """SHA-256 of a document, 32 bytes."""
    return hashlib.sha256(document).digest()


@cache
def _decoder(record_type: Hashable) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(cast("type[Any]", record_type))
