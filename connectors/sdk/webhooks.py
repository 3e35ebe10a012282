"""What a product calls us with when its books change.

A connector's ``webhooks.py`` offers a ``Webhooks``: it verifies and reads one delivery. A delivery is a hint, never
data: the hub stores its bytes, starts or signals a sync and reads the objects itself, so lost, doubled and disordered
deliveries do no harm.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from canonical.errors import SourceRejected

REPLAY_WINDOW = timedelta(hours=72)
"""How old a delivery may be that says when it was made: vendors repeat for days what we could not take."""
AHEAD = timedelta(minutes=10)
"""How far ahead of ours its clock may be."""

Pairs = Sequence[tuple[str, str]]
"""Query parameters, decoded, in the order they came, repeats kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookEvent:
    """One change a delivery tells of.

    Attributes:
        company: the product's identity of the books, as in ``SourceRef``; empty if the delivery does not say.
        stream: the tap's stream; empty if unknown.
        key: the object's, as in ``SourceRef``; empty if unknown.
        operation: the vendor's word in lower case: created, updated, deleted, voided, merged.
        event_id: the vendor's, equal in repeats; made of the other facts (or the body) where there is none.
        at: when it happened, UTC; None if not said.
    """

    company: str
    stream: str = ""
    key: str = ""
    operation: str = ""
    event_id: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookAddress:
    """One address to enter at the vendor.

    Attributes:
        what: the changes it is for, in the vendor's words.
        query: parameters that this address carries.
    """

    what: str
    query: Pairs = ()


class Webhooks(Protocol):
    """Verifies and reads deliveries of one product."""

    @property
    def place(self) -> str:
        """Where at the vendor the addresses and the secret are entered, for people; sentences without the last dot."""
        ...

    def addresses(self, company: str) -> tuple[WebhookAddress, ...]:
        """Every address a person has to enter for a company, which is the product's identity of its books."""
        ...

    def verify(
        self, headers: Mapping[str, str], body: bytes, secret: str, now: datetime, *, query: Pairs = ()
    ) -> tuple[WebhookEvent, ...]:
        """Check that the vendor sent this, recently, and read it.

        Args:
            headers: names in lower case.
            body: exactly the bytes received.
            secret: shared with the vendor.
            now: UTC, for the replay window.
            query: of the address called; part of some signatures.

        Raises:
            SourceRejected: the signature is not of this secret, or the delivery is too old (``webhook.refused``,
                ``webhook.replayed``). Signatures are compared in constant time (``same_text``).
        """
        ...


def same_text(ours: str, theirs: str) -> bool:
    """Compare two signatures in a time that says nothing about where they differ."""
    return hmac.compare_digest(ours.encode(), theirs.encode())


def is_recent(made_at: datetime, now: datetime) -> bool:
    """Say whether a delivery made then may still be taken."""
    return now - REPLAY_WINDOW <= made_at <= now + AHEAD


def require_recent(made_at: datetime, now: datetime) -> None:
    """Refuse a delivery that is too old, or of a time to come.

    Args:
        made_at: as the signature covers it; a time in a header that is not signed proves nothing.
        now: UTC.

    Raises:
        SourceRejected: it is.
    """
    if not is_recent(made_at, now):
        raise SourceRejected("The delivery is too old, or its time is wrong.", code="webhook.replayed")
