"""What webhooks named, as a tap takes it from our store and settles it there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.sdk.announcements import Announced, Outcome
from storage.repositories.announcements import Announcement, NamedObject
from storage.store import TenantStore


@dataclass(slots=True)
class StoredAnnouncements:
    """Announcements of one connection, for one run; see ``connectors.sdk.announcements.Announcements``.

    Attributes:
        outcomes: how many were settled, by what was found.
    """

    store: TenantStore
    connection_id: int
    run_id: int
    outcomes: Counter[str] = field(default_factory=Counter)
    _taken: dict[Announced, Announcement] = field(default_factory=dict)

    def waiting(self) -> tuple[Announced, ...]:
        """Read them once: what comes from now on is the next run's."""
        self._taken = {_announced(one): one for one in self.store.announcements.waiting(self.connection_id)}
        return tuple(self._taken)

    def settle(self, outcomes: Mapping[Announced, Outcome]) -> None:
        """Keep what was found."""
        known = {self._taken[one]: outcome.value for one, outcome in outcomes.items() if one in self._taken}
        self.store.announcements.settle(self.connection_id, known, run_id=self.run_id)
        self.outcomes.update(known.values())


def _announced(kept: Announcement) -> Announced:
    named: NamedObject = kept.named
    return Announced(stream=named.stream, key=named.key, is_deletion=named.is_deletion, times=kept.times)
