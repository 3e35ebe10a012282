"""Walking one list: what stands in it, what of that is new or differs, and what it says of open documents.

A row of a list is a summary without lines or allocations, but it says when a document was modified and what is open of
it. Both together are a row's version: a change that Zoho does not stamp (a balance that moved) is seen all the same.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from connectors.sdk.census import CensusMember
from connectors.sdk.notebook import Notebook
from connectors.zoho.client import Row, ZohoClient
from connectors.zoho.streams import OWN_BANK_TYPES, Increment, StreamSpec
from connectors.zoho.translate.node import find_day, moment_of, text_of

VERSION_BITS = 62
"""A version is kept as a whole number that any database can hold."""
LIST_STREAM_OF_BANKS = "banktransactions"
NOTHING = msgspec.Raw(b"null")


class Listed(msgspec.Struct, frozen=True, array_like=True):
    """One row, as far as it is remembered; a ``Struct``, because a dataclass cannot carry what is encoded already.

    Attributes:
        version: of what the row says; equal rows have equal versions.
        modified: UTC; None if the list does not say.
        row: in full, encoded as it will be stored, of documents that have no detail.
    """

    key: str
    version: int
    number: str
    day: date | None
    modified: datetime | None
    row: msgspec.Raw = msgspec.field(default_factory=lambda: NOTHING)

    @property
    def member(self) -> CensusMember:
        """What a census says of it."""
        return CensusMember(key=self.key, version=self.version, day=self.day, number=self.number)


@dataclass(slots=True)
class Listing:
    """One walk.

    Attributes:
        rows: by key; of a row that came twice (the list moved meanwhile) the later one.
        whole: rows in full, of short lists that have no detail.
        newest: the latest modification seen.
        is_sorted: rows came newest first.
        is_whole: it went to the end of an unfiltered list.
        is_filter_ignored: Zoho answered a filtered question with older rows.
    """

    rows: Notebook[Listed]
    whole: dict[str, Row] = field(default_factory=dict)
    newest: datetime | None = None
    is_sorted: bool = True
    is_whole: bool = False
    is_filter_ignored: bool = False
    _last: datetime | None = None

    def note(self, listed: Listed) -> None:
        """Keep a row."""
        self.rows.add(listed)
        if listed.modified:
            self.is_sorted &= self._last is None or self._last >= listed.modified
            self._last = listed.modified
            self.newest = max(listed.modified, self.newest or listed.modified)


def walk(
    client: ZohoClient,
    stream: str,
    spec: StreamSpec,
    since: datetime | None,
    *,
    see: Callable[[str, Row], None] | None = None,
    directory: Path = Path(),
) -> Listing:
    """Walk a list.

    Args:
        client: of the organisation.
        stream: its name.
        spec: of the stream.
        since: what was modified after it is wanted; None for everything.
        see: called with every row.
        directory: for lists that are too long for the memory.

    Raises:
        KhataError: as ``ZohoClient.pages``.
    """
    found = Listing(Notebook(Listed, key_of, directory))
    is_partial = since is not None and spec.increment is not Increment.WHOLE
    params = {**spec.params, **_asking(spec, since)} if is_partial and since else whole_list(spec)
    for page in client.pages(spec.path, spec.rows, **params):
        for row in page:
            if not _is_ours(stream, row) or not text_of(row, spec.key):
                continue
            is_whole = not spec.detail
            listed = listed_of(row, spec, whole=_encoded(row) if is_whole and spec.is_document else NOTHING)
            if is_whole and not spec.is_document:
                found.whole[listed.key] = row
            found.note(listed)
            if see is not None:
                see(stream, row)
        if is_partial and since and _is_past(page, spec, since):
            if spec.increment is Increment.FILTER:
                found.is_filter_ignored = True
            elif found.is_sorted:  # where the order was ignored the walk goes on to the end
                break
    found.is_whole = not is_partial
    return found


def _encoded(row: Row) -> msgspec.Raw:
    """A row as it will be stored: it goes through files and sorting without being looked at."""
    return msgspec.Raw(msgspec.json.encode(row))


def _asking(spec: StreamSpec, since: datetime) -> dict[str, str]:
    if spec.increment is Increment.FILTER:
        return {"last_modified_time": since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S%z")}
    return {"sort_column": spec.modified, "sort_order": "D"}


def whole_list(spec: StreamSpec) -> dict[str, str]:
    """What asks for everything, oldest first where the list can: what is added meanwhile comes at the end."""
    return {**spec.params, **({"sort_column": spec.sort, "sort_order": "A"} if spec.sort else {})}


def _is_past(page: list[Row], spec: StreamSpec, since: datetime) -> bool:
    moments = [moment for row in page if (moment := moment_of(row, spec.modified)) is not None]
    return any(moment < since - timedelta(seconds=1) for moment in moments)


def key_of(listed: Listed) -> str:
    """What a list is compared by."""
    return listed.key


def newest_first(listed: Listed) -> str:
    """What documents are read by: the newest day first, what has no day before all."""
    return f"{date.max.toordinal() - (listed.day or date.max).toordinal():07d} {listed.key}"


def _is_ours(stream: str, row: Row) -> bool:
    """Bank transactions that another stream's document made are not documents of their own."""
    if stream != LIST_STREAM_OF_BANKS:
        return True
    return text_of(row, "transaction_type") in OWN_BANK_TYPES and text_of(row, "status") != "excluded"


def listed_of(row: Mapping[str, Any], spec: StreamSpec, whole: msgspec.Raw = NOTHING) -> Listed:
    """Remember a row."""
    said = [text_of(row, spec.modified) if spec.modified else "", *(text_of(row, name) for name in spec.balance)]
    digest = hashlib.blake2b("\x1f".join(said).encode(), digest_size=8).digest()
    return Listed(
        key=text_of(row, spec.key),
        version=int.from_bytes(digest, "big") >> (64 - VERSION_BITS),
        number=text_of(row, *spec.number) if spec.number else "",
        day=find_day(row, spec.day) if spec.day else None,
        modified=moment_of(row, spec.modified) if spec.modified else None,
        row=whole,
    )


def moments_of(spec: StreamSpec | None, listed: Listed) -> dict[str, str | None]:
    """Date and modification as columns, of streams that have them."""
    found: dict[str, str | None] = {}
    if spec and spec.day:
        found["date"] = listed.day.isoformat() if listed.day else None
    if spec and spec.modified:
        found["modified"] = listed.modified.isoformat() if listed.modified else None
    return found
