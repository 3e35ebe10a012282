"""Deliveries about companies that no connection reads: genuine, kept, and told where an operator looks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from khata.sign_in.connecting import company_key
from storage.repositories.deliveries import NOBODY

if TYPE_CHECKING:
    from storage import Connection, TenantStore
    from storage.repositories.deliveries import Delivery

LOOKED_AT: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class Stranger:
    """A company that deliveries tell of.

    Attributes:
        company: the product's identity of it; empty: the deliveries told of nothing at all.
        connection: name of the connection that reads it, whose secret is another one; empty if none does.
        deliveries: how many are kept.
        last_at: when the newest came.
    """

    connector: str
    company: str
    connection: str
    deliveries: int
    last_at: datetime


def strangers(books: TenantStore, connector: str = "") -> list[Stranger]:
    """Companies of a product, or of all, whose deliveries started nothing and still would not; newest first."""
    readers = {(one.connector, company_key(one)): one for one in books.connections.list()}
    found: dict[tuple[str, str], Stranger] = {}
    for delivery in books.deliveries.list(NOBODY, limit=LOOKED_AT):
        for event in _events(delivery):
            address = (str(event.get("connector", "")), str(event.get("company", "")))
            reader = readers.get(address)
            if (connector in ("", address[0])) and not _is_settled(books, reader, event, delivery):
                before = found.get(address)
                found[address] = Stranger(
                    connector=address[0],
                    company=address[1],
                    connection=reader.name if reader else "",
                    deliveries=before.deliveries + 1 if before else 1,
                    last_at=before.last_at if before else delivery.last_at,
                )
    return list(found.values())


def _events(delivery: Delivery) -> Iterator[Mapping[str, Any]]:
    """One event per company of a delivery."""
    seen: set[str] = set()
    for event in delivery.events:
        company = str(event.get("company", ""))
        if company not in seen:
            seen.add(company)
            yield event


def _is_settled(books: TenantStore, reader: Connection | None, event: Mapping[str, Any], delivery: Delivery) -> bool:
    """The company was connected after the delivery, or is called for by its own secret since."""
    if reader is None:
        return False
    own = books.deliveries.list(reader.connection_id, limit=1)
    return not event.get("is_connected") or bool(own and own[0].last_at >= delivery.last_at)


def sentence_of(one: Stranger) -> str:
    """Say what came."""
    came = f"{one.deliveries} deliver{'ies' if one.deliveries > 1 else 'y'} of {one.connector}, the last at "
    came += f"{one.last_at:%Y-%m-%d %H:%M} UTC,"
    if not one.company:
        return f"{came} named no company and no change."
    if one.connection:
        return f"{came} told of {one.company} ({one.connection}) with another connection's secret; nothing was synced."
    return f"{came} told of the company {one.company}, which no connection reads; nothing was synced."


def remedy_of(one: Stranger) -> str:
    """Say what to do."""
    if not one.company:
        return "Nothing, if it was a test of the product's."
    if one.connection:
        return f"Store the secret its webhooks are signed with: khata webhooks set {one.connection} --secret-file FILE"
    return (
        f"Connect it: khata connect {one.connector} --company {one.company}; or, if the address is wrong, enter the "
        "one that 'khata webhooks show CONNECTION' prints, or end the company's webhooks at the product."
    )
