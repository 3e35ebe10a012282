"""The same object met twice in one reading: which one counts.

People export overlapping periods, and copy vouchers by hand with their GUID. Tally's ALTERID grows with every change,
so the larger one is newer; equal contents are one record; without a counter the later object counts. Two vouchers of
one file that share an identity, and yet are two by date, type or number, are both kept: the second gets its own key.
"""

from __future__ import annotations

from enum import StrEnum
from hashlib import blake2b

from connectors.tally.export.keytable import Entry, KeyTable
from connectors.tally.export.record import Described
from connectors.tally.export.spool import Spool

_NUMBER_BITS = 32
_NUMBER_MAX = (1 << _NUMBER_BITS) - 1
_CONTENT_BITS = 32
_CONTENT_MASK = (1 << _CONTENT_BITS) - 1


class Verdict(StrEnum):
    """What an object is to the one met before under its key."""

    NEW = "new"
    SAME = "same"
    """Equal in content: dropped."""
    OLDER = "older"
    """Smaller ALTERID: dropped."""
    NEWER = "newer"
    """Larger ALTERID: the earlier one is dropped."""
    REPLACED = "replaced"
    """Different, no counter to tell: the later one counts, the earlier one is dropped."""
    TWIN = "twin"
    """Another voucher by date, type or number in the same document: both are kept, this one needs a key of its own."""


class Versions:
    """Remembers every key of a reading in constant space per key."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._table = KeyTable()
        self._document_starts: dict[str, int] = {}

    def start_document(self) -> None:
        """From here on, what was met before belongs to another document."""
        self._document_starts = dict(self._spool.counts)

    def judge(self, item: Described, slot: int, tree: bytes) -> Verdict:
        """Judge an object before it is spooled; the dropped one of a pair is dropped by this.

        Args:
            item: the object's columns and key.
            slot: its company slot; keys without a GUID count per slot.
            tree: its encoded element tree.
        """
        number, alter_id = self._spool.counts[item.stream], min(item.alter_id, _NUMBER_MAX)
        key = (item.stream, -1 if item.company_guid else slot, item.key)
        columns = item.columns
        says = hash((columns.get("date"), columns.get("voucher_type"), columns.get("voucher_number"))) & _CONTENT_MASK
        content = (hash(tree) & _CONTENT_MASK) << _CONTENT_BITS | says
        before = self._table.put(key, alter_id << _NUMBER_BITS | number, content)
        if before is None:
            return Verdict.NEW
        verdict = self._compare(item, before, alter_id, content)
        if verdict in (Verdict.NEWER, Verdict.REPLACED):
            self._spool.skip(item.stream, before.first & _NUMBER_MAX)
        else:
            self._table.put(key, before.first, before.second)
        return verdict

    def _compare(self, item: Described, before: Entry, alter_id: int, content: int) -> Verdict:
        alter_id_before = before.first >> _NUMBER_BITS
        if before.second == content:
            return Verdict.SAME
        if alter_id != alter_id_before:
            return Verdict.NEWER if alter_id > alter_id_before else Verdict.OLDER
        is_same_document = (before.first & _NUMBER_MAX) >= self._document_starts.get(item.stream, 0)
        is_another = (before.second ^ content) & _CONTENT_MASK
        return Verdict.TWIN if is_another and is_same_document else Verdict.REPLACED


def twin_key(key: str, tree: bytes) -> str:
    """Return the key of a different voucher that carries another's identity; depends on its content only."""
    return f"{key}~{blake2b(tree, digest_size=4).hexdigest()}"
