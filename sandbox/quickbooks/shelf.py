"""Where the objects stand: one shelf per entity, each object the JSON document the API gives out."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sandbox.quickbooks.catalogue import Entity
from sandbox.quickbooks.times import render_time

Document = dict[str, Any]
"""An object as decoded JSON; money in it is a JSON number."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Posting:
    """One side of an entry, in cents of the home currency, debit positive.

    Attributes:
        own: the same in the party's currency, if that is another.
        party: (entity, id) where the account is a receivable or payable one.
    """

    account: str
    cents: int
    party: tuple[str, str] | None = None
    own: int | None = None

    @property
    def party_cents(self) -> int:
        """What moves in the party's currency."""
        return self.cents if self.own is None else self.own


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """Part of one document set off against another, in cents of the document's currency.

    Attributes:
        entity: of the document it is set off against.
        word: what the other document calls the one that pays it.
        touches: whether the other's version and time move.
    """

    entity: str
    key: str
    cents: int
    word: str
    touches: bool = True


@dataclass(slots=True, kw_only=True)
class Record:
    """One object.

    Attributes:
        document: as the API gives it out, ``MetaData`` included.
        updated: time of its last change, to the second.
        open_cents: what is open of it, for documents that can be settled.
        day: the document's date.
    """

    entity: Entity
    key: str
    document: Document
    created: datetime
    updated: datetime
    day: date | None = None
    postings: tuple[Posting, ...] = ()
    applications: tuple[Application, ...] = ()
    open_cents: int = 0
    is_void: bool = False

    @property
    def token(self) -> int:
        """The SyncToken."""
        return int(self.document["SyncToken"])

    @property
    def number(self) -> int:
        """The id as a number, for order."""
        return int(self.key)

    def touch(self, now: datetime, *, version: bool) -> None:
        """Move the time of the last change, and the version with it if asked."""
        self.updated = now.replace(microsecond=0)
        self.document["MetaData"]["LastUpdatedTime"] = render_time(self.updated)
        if version:
            self.document["SyncToken"] = str(self.token + 1)


@dataclass(slots=True)
class Shelf:
    """The objects of one entity, by id.

    Attributes:
        names: folded names in use (lists).
        numbers: document numbers in use, with how many use each.
    """

    entity: Entity
    records: dict[str, Record] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    numbers: dict[str, int] = field(default_factory=dict)

    def __iter__(self) -> Iterator[Record]:
        return iter(list(self.records.values()))

    def __len__(self) -> int:
        return len(self.records)

    def find(self, key: str) -> Record | None:
        """Find an object by its id."""
        return self.records.get(key)

    def find_named(self, name: str) -> Record | None:
        """Find an object of a list by its name, whatever its case."""
        key = self.names.get(name.casefold())
        return self.records.get(key) if key is not None else None
