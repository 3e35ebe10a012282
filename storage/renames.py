"""Renames: what was read before a master got its new name says the old one, and is to be read again.

Sources renumber nothing when a master is renamed: Tally raises no voucher's change counter. But whatever names the
master reads otherwise from then on. ``RawStore.append`` notes the renaming with the master itself; ``settle`` looks
through what is stored for the old name and marks what mentions it. Finding too much is harmless (it is read again and
found unchanged); finding too little would leave the books wrong, so the payload is searched as text, wherever the name
stands in it. See docs/decisions/0011-what-a-rename-outdates.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from storage.chunk import ChunkReader, Place
from storage.engine import Row
from storage.repositories.base import Repository

NEEDLES_MAX = 64
"""Beyond this many texts to look for, everything counts as mentioning one: to read it again costs less."""
BATCH = 1024
"""Raw records searched between two looks at the database."""
_NOT_VERBATIM = re.compile(r"[\x00-\x1f\x7f]+| {2,}")
"""Control characters and runs of blanks may be written differently where a name is mentioned."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """A master that got another name, as a run noticed."""

    stream: str
    source_key: str
    old_name: str
    new_name: str
    run_id: int | None
    known_at: datetime


class Renames(Repository):
    """Renamings, and what they outdate."""

    def __init__(self, *bound: Any) -> None:
        super().__init__(*bound)
        self._chunks = ChunkReader()

    def settle(self, company_id: int) -> int:
        """Mark what mentions an old name as outdated; returns how many records that were. A second call does nothing.

        The search runs outside the lock: one reading transaction per thousand records, one short writing one at the
        end. Records of the same company must not be appended meanwhile (one sync at a time sees to that).
        """
        unsettled = self._unsettled(company_id)
        if not unsettled:
            return 0
        needles = tuple({part for _, old, *_ in unsettled for part in needles_of(old)})
        renamed = {(stream, key) for *_, stream, key in unsettled}
        found = [raw_id for batch in self._search(company_id, needles, renamed) for raw_id in batch]
        with self._write() as transaction:
            marked = transaction.change_members(
                "INSERT INTO raw_outdated (tenant_id, raw_id, company_id, stream) SELECT tenant_id, id, company_id, "
                "stream FROM raw_record WHERE tenant_id = ? AND is_current",
                (self._tenant_id,),
                "id",
                found,
                end="ON CONFLICT DO NOTHING",
            )
            sql = "UPDATE renaming SET is_settled = TRUE WHERE tenant_id = ?"
            transaction.change_members(sql, (self._tenant_id,), "id", [number for number, *_ in unsettled])
        return marked

    def of_company(self, company_id: int) -> tuple[Renaming, ...]:
        """Every renaming noticed, oldest first."""
        with self._read() as transaction:
            moment = transaction.dialect.values.read_moment
            rows = transaction.rows(
                "SELECT stream, source_key, old_name, new_name, run_id, known_at FROM renaming "
                "WHERE tenant_id = ? AND company_id = ? ORDER BY known_at, id",
                (self._tenant_id, company_id),
            )
            return tuple(
                Renaming(
                    stream=stream, source_key=key, old_name=old, new_name=new, run_id=run_id, known_at=moment(known_at)
                )
                for stream, key, old, new, run_id, known_at in rows
            )

    def _unsettled(self, company_id: int) -> list[Row]:
        with self._read() as transaction:
            return transaction.rows(
                "SELECT id, old_name, stream, source_key FROM renaming WHERE tenant_id = ? AND company_id = ? "
                "AND NOT is_settled ORDER BY id",
                (self._tenant_id, company_id),
            )

    def _search(self, company_id: int, needles: Sequence[bytes], renamed: set[tuple[str, str]]) -> Iterable[list[int]]:
        """Yield ids of what mentions one of the texts; the renamed records themselves have just been read."""
        last = 0
        while True:
            with self._read() as transaction:
                rows = transaction.rows(
                    "SELECT id, chunk_id, chunk_at, chunk_size, stream, source_key FROM raw_record WHERE tenant_id = ? "
                    f"AND id > ? AND company_id = ? AND is_current ORDER BY id LIMIT {BATCH}",
                    (self._tenant_id, last, company_id),
                )
                others = [row for row in rows if (row[4], row[5]) not in renamed]
                if len(needles) > NEEDLES_MAX:
                    yield [row[0] for row in others]
                else:
                    payloads = self._chunks.read(transaction, [Place(*row[1:4]) for row in others])
                    yield [
                        row[0]
                        for row, payload in zip(others, payloads, strict=True)
                        if any(found in payload for found in needles)
                    ]
            if len(rows) < BATCH:
                return
            last = rows[-1][0]


def needles_of(name: str) -> set[bytes]:
    """What a payload holds, one of them, if it mentions the name: the longest part that is written only one way.

    JSON may write what is not ASCII as it is or by number; both are looked for.
    """
    part = max(_NOT_VERBATIM.split(name), key=len)
    return {
        json.dumps(part, ensure_ascii=is_ascii)[1:-1].encode("utf-8", "surrogatepass") for is_ascii in (False, True)
    }
