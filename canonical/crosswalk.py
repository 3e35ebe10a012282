"""The crosswalk: which source parties are one party, why, since when, and what was undone.

Three levels are kept apart: a *golden party* is a legal entity (one PAN), its *registrations* are GSTINs, and each
source party is an *account* under one of them. Merging writes crosswalk entries and nothing else: vouchers keep the
party they were booked on, so every merge can be undone. The rules live in ``harmonizer``; the store only keeps these
values. Entries are never deleted: a new fact ends an entry, an undone merge marks it, and an undo may let an earlier
entry stand again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from canonical.party import Address, BankDetails, Contact, MsmeStatus, PartyRole
from canonical.record import SourceRef
from canonical.tax import GstRegistration


class MatchRule(StrEnum):
    """Why a source party stands where it stands. A name alone is never a rule."""

    ALONE = "alone"
    """No other source party is known to be the same."""
    GSTIN = "gstin"
    """The same valid GSTIN: the same registration."""
    PAN = "pan"
    """The same valid PAN, given or read out of a GSTIN: the same legal entity."""
    MANUAL = "manual"
    """A person said so."""


class Outcome(StrEnum):
    """What one step of an explanation found."""

    AGREES = "agrees"
    DIFFERS = "differs"
    ABSENT = "absent"
    """One side or both do not say."""
    VETO = "veto"
    """Speaks against the match so strongly that no other step can outweigh it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MatchStep:
    """One named step of the explanation of a match: what was compared and what came of it."""

    step: str
    outcome: Outcome
    left: str = ""
    right: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class CrosswalkEntry:
    """One source party's place among the golden parties, from one moment on.

    Attributes:
        entry_id: identity of the row; deterministic, so that a repeated run writes the same rows.
        source: the source party.
        golden_id: the golden party it belongs to.
        gstin: registration of the golden party this account is kept under; empty if it has none.
        rule: why it is there.
        merge_id: the merge that put it there; empty if it stands alone. All parties moved by one merge share it.
        peers: the source parties on the other side of the merge that vouch for it.
        evidence: the explanation, step by step.
        created_at: when we decided it (UTC).
        created_by: ``harmonizer`` or the person.
        ended_at: when another entry took its place; None while it stands.
        undone_at: when a person undid the merge; such an entry also keeps ``source`` and ``apart_from`` apart.
        undone_by: who did.
        apart_from: source parties that later runs must not put together with ``source`` again.
    """

    entry_id: str
    source: SourceRef
    golden_id: str
    created_at: datetime
    created_by: str
    gstin: str = ""
    rule: MatchRule = MatchRule.ALONE
    merge_id: str = ""
    peers: tuple[SourceRef, ...] = ()
    evidence: tuple[MatchStep, ...] = ()
    ended_at: datetime | None = None
    undone_at: datetime | None = None
    undone_by: str = ""
    apart_from: tuple[SourceRef, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class CompetingValue:
    """A value that a source party gave for a field and that did not survive."""

    value: str
    source: SourceRef


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldOrigin:
    """Where one field of a golden party comes from.

    Attributes:
        field: name of the field of ``GoldenParty``; items of a collected field are named ``contacts[0]``.
        value: the surviving value as text, for people.
        source: the source party that gave it.
        rule: why it won over the others.
        competing: what the others said.
    """

    field: str
    value: str
    source: SourceRef
    rule: str
    competing: tuple[CompetingValue, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldenParty:
    """One legal entity as all sources together know it.

    Computed from its members every time, never edited: a field is corrected in the source that owns it. Credit limits,
    credit periods and balances stay with each company's own party and are not part of it.

    Attributes:
        golden_id: deterministic; changes only when the set of members changes its first source party, and earlier ids
            keep resolving through the crosswalk (``Crosswalk.find_golden_ids``).
        name: for people.
        name_key: normalised name, for search.
        registrations: every valid registration of its members, once each.
        members: the source parties, in the order of their addresses.
        aliases: other spellings met.
        origins: for each field, where it comes from.
    """

    golden_id: str
    name: str
    members: tuple[SourceRef, ...]
    name_key: str = ""
    legal_form: str = ""
    legal_name: str = ""
    trade_name: str = ""
    pan: str = ""
    tan: str = ""
    registrations: tuple[GstRegistration, ...] = ()
    msme: MsmeStatus | None = None
    roles: frozenset[PartyRole] = frozenset()
    addresses: tuple[Address, ...] = ()
    contacts: tuple[Contact, ...] = ()
    banks: tuple[BankDetails, ...] = ()
    aliases: tuple[str, ...] = ()
    origins: tuple[FieldOrigin, ...] = ()

    @property
    def companies(self) -> tuple[tuple[str, str], ...]:
        """The (connector, company) pairs its members belong to."""
        return tuple(dict.fromkeys((member.connector, member.company) for member in self.members))


@dataclass(frozen=True, slots=True)
class Crosswalk:
    """All entries, past and present.

    Of the entries that hold at a moment, the one made last stands: after an undo the entry that stood before the merge
    stands again, unchanged.
    """

    entries: tuple[CrosswalkEntry, ...] = ()

    def standing(self, known_at: datetime | None = None) -> Mapping[SourceRef, CrosswalkEntry]:
        """Return the entry that stands for each source party, now or as it was known at a moment (UTC)."""
        found: dict[SourceRef, CrosswalkEntry] = {}
        for entry in self.entries:
            rival = found.get(entry.source)
            if _holds(entry, known_at) and (rival is None or _order(rival) < _order(entry)):
                found[entry.source] = entry
        return found

    def find_golden_ids(self, golden_id: str) -> tuple[str, ...]:
        """Return today's golden parties of the source parties that ever stood under an id; empty if it is unknown.

        More than one if a merge was undone since.
        """
        now = self.standing()
        sources = {entry.source for entry in self.entries if entry.golden_id == golden_id and _ever_held(entry)}
        return tuple(sorted({now[source].golden_id for source in sources if source in now}))

    def apply(self, changes: Iterable[CrosswalkEntry]) -> Crosswalk:
        """Return the crosswalk with changed entries replaced and new ones added, as the store keeps it."""
        merged = {entry.entry_id: entry for entry in self.entries}
        merged.update((entry.entry_id, entry) for entry in changes)
        return Crosswalk(tuple(merged.values()))


def _ever_held(entry: CrosswalkEntry) -> bool:
    """A refused proposal is kept as an entry that ends when it begins."""
    return entry.ended_at is None or entry.created_at < entry.ended_at


def _holds(entry: CrosswalkEntry, known_at: datetime | None) -> bool:
    if known_at is None:
        return entry.ended_at is None
    return entry.created_at <= known_at and (entry.ended_at is None or known_at < entry.ended_at)


def _order(entry: CrosswalkEntry) -> tuple[datetime, str]:
    return entry.created_at, entry.entry_id
