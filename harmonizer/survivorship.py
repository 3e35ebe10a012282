"""Which copy's field survives in the golden party, and why.

The golden party is computed from its members whenever it is asked for and never edited. For a field with one value
the value that most *companies* give wins (a value copied within one company counts once); ties go to the preferred
connector, then to the most recent, then to the first in source order. "Latest wins" alone is the worst sane default
measured on master data. Addresses survive whole, never street from one and PIN code from another; phones, banks and
other names are collected. Credit terms and balances belong to each company and do not take part.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from datetime import UTC, datetime
from typing import Any, Generic, TypeVar

from canonical.crosswalk import CompetingValue, FieldOrigin, GoldenParty
from canonical.identifiers import gstin, ifsc, pan, phone, tan
from canonical.identifiers.text import plain
from canonical.party import Address, BankDetails, Contact
from canonical.record import SourceRef
from canonical.tax import GstRegistration
from harmonizer.party_keys import CompanyParty, PartyKeys, source_order
from harmonizer.party_name import parse_name
from harmonizer.placement import golden_id

T = TypeVar("T")
_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class SurvivorshipPolicy:
    """What breaks a tie.

    Attributes:
        connectors: preferred connectors, best first; those not named come after, all alike.
    """

    connectors: tuple[str, ...] = ()

    def rank(self, source: SourceRef) -> int:
        """Return the place of a source's connector."""
        return self.connectors.index(source.connector) if source.connector in self.connectors else len(self.connectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Candidate(Generic[T]):
    """One value of one field, from one source party; equal ``key`` means the same value."""

    value: T
    key: Hashable
    text: str
    member: CompanyParty


@dataclass(slots=True)
class _Draft:
    """A golden party under way: values and where they come from."""

    members: Sequence[CompanyParty]
    policy: SurvivorshipPolicy
    values: dict[str, Any] = field(default_factory=dict)
    origins: list[FieldOrigin] = field(default_factory=list)

    def choose(self, name: str, candidates: Iterable[_Candidate[T]]) -> None:
        """Let one value survive."""
        found = list(candidates)
        if not found:
            return
        groups = _group(found)
        order = sorted(groups.values(), key=lambda group: _strength(group, self.policy))
        winner = _best(order[0], self.policy)
        losers = tuple(_competing(_best(group, self.policy)) for group in order[1:])
        rule = _why(order, self.policy)
        self.values[name] = winner.value
        self.origins.append(_origin(name, winner, rule, losers))

    def collect(self, name: str, candidates: Iterable[_Candidate[T]], richness: Callable[[T], int]) -> None:
        """Keep every distinct value once, the fullest copy of each."""
        groups = _group(candidates)
        kept = [min(group, key=lambda c: (-richness(c.value), *_rank(c, self.policy))) for group in groups.values()]
        kept.sort(key=lambda c: (str(c.key), source_order(c.member.source)))
        self.values[name] = tuple(c.value for c in kept)
        self.origins += [_origin(f"{name}[{i}]", c, "collected") for i, c in enumerate(kept)]


def survive(
    members: Sequence[CompanyParty], keys: Mapping[SourceRef, PartyKeys], policy: SurvivorshipPolicy | None = None
) -> GoldenParty:
    """Compute the golden party of its members.

    Args:
        members: the source parties of one cluster, in any order.
        keys: of at least these members.
        policy: what breaks a tie.
    """
    ordered = sorted(members, key=lambda m: source_order(m.source))
    draft = _Draft(members=ordered, policy=policy or SurvivorshipPolicy())
    _names(draft)
    _numbers(draft, keys)
    _lists(draft)
    name = parse_name(draft.values["name"])
    forms = [keys[m.source].name.legal_form.value for m in ordered]
    return GoldenParty(
        golden_id=golden_id([m.source for m in ordered]),
        members=tuple(m.source for m in ordered),
        name_key=name.key,
        legal_form=name.legal_form.value or next(filter(None, forms), ""),
        roles=frozenset().union(*(m.party.roles for m in ordered)),
        origins=tuple(draft.origins),
        **draft.values,
    )


def _names(draft: _Draft) -> None:
    for name in ("name", "legal_name", "trade_name"):
        written = [(getattr(m.party, name).strip(), m) for m in draft.members]
        said = [(text, m) for text, m in written if text]
        draft.choose(
            name,
            (_Candidate(value=text, key=parse_name(text).compact_key, text=text, member=m) for text, m in said),
        )
    draft.values.setdefault("name", "")
    survivors = {_folded(draft.values[name]) for name in ("name", "legal_name", "trade_name") if name in draft.values}
    others = [(text, m) for m in draft.members for text in (m.party.name, *m.party.aliases) if text.strip()]
    draft.collect(
        "aliases",
        (
            _Candidate(value=text.strip(), key=_folded(text), text=text.strip(), member=m)
            for text, m in others
            if _folded(text) not in survivors
        ),
        richness=len,
    )


def _numbers(draft: _Draft, keys: Mapping[SourceRef, PartyKeys]) -> None:
    pans = [(keys[m.source].pan or pan.compact(m.party.pan), m) for m in draft.members]
    draft.choose("pan", (_Candidate(value=n, key=n, text=n, member=m) for n, m in pans if pan.is_valid(n)))
    tans = [(tan.compact(m.party.tan), m) for m in draft.members]
    draft.choose("tan", (_Candidate(value=n, key=n, text=n, member=m) for n, m in tans if tan.is_valid(n)))
    draft.choose(
        "msme",
        (
            _Candidate(value=msme, key=plain(msme.udyam_number).upper(), text=msme.udyam_number, member=m)
            for m in draft.members
            if (msme := m.party.msme) is not None and msme.udyam_number
        ),
    )


def _lists(draft: _Draft) -> None:
    draft.collect("registrations", _registrations(draft.members), _filled)
    draft.collect("addresses", _addresses(draft.members), _filled)
    draft.collect("contacts", _contacts(draft.members), _filled)
    draft.collect("banks", _banks(draft.members), _filled)


def _registrations(members: Sequence[CompanyParty]) -> Iterable[_Candidate[GstRegistration]]:
    for m in members:
        for registration in m.party.registrations:
            if gstin.is_valid(registration.gstin):
                number = gstin.compact(registration.gstin)
                value = replace(registration, gstin=number, state_code=number[:2])
                yield _Candidate(value=value, key=number, text=number, member=m)


def _addresses(members: Sequence[CompanyParty]) -> Iterable[_Candidate[Address]]:
    for m in members:
        for address in m.party.addresses:
            parts = [*address.lines, address.city, address.state, address.pincode, address.country]
            text = ", ".join(part.strip() for part in parts if part.strip())
            if text:
                yield _Candidate(value=address, key=(address.kind.value, _folded(text)), text=text, member=m)


def _contacts(members: Sequence[CompanyParty]) -> Iterable[_Candidate[Contact]]:
    for m in members:
        for contact in m.party.contacts:
            numbers = phone.find_numbers(f"{contact.mobile},{contact.phone}")
            identity = (numbers[0] if numbers else "", contact.email.strip().casefold())
            if any(identity) or contact.name.strip():
                key = identity if any(identity) else ("", _folded(contact.name))
                yield _Candidate(value=contact, key=key, text=" ".join(filter(None, identity)), member=m)


def _banks(members: Sequence[CompanyParty]) -> Iterable[_Candidate[BankDetails]]:
    for m in members:
        for bank in m.party.banks:
            key = (ifsc.compact(bank.ifsc), _folded(bank.account_number), bank.upi_vpa.strip().casefold())
            if any(key):
                yield _Candidate(value=bank, key=key, text=" ".join(filter(None, key)), member=m)


def _filled(value: object) -> int:
    """Count the fields that say something."""
    return sum(bool(getattr(value, f.name)) for f in fields(value))  # type: ignore[arg-type]


def _folded(text: str) -> str:
    return " ".join("".join(char if char.isalnum() else " " for char in plain(text).casefold()).split())


def _group(candidates: Iterable[_Candidate[T]]) -> dict[Hashable, list[_Candidate[T]]]:
    groups: dict[Hashable, list[_Candidate[T]]] = defaultdict(list)
    for candidate in candidates:
        groups[candidate.key].append(candidate)
    return groups


def _companies(group: Sequence[_Candidate[T]]) -> int:
    return len({(c.member.source.connector, c.member.source.company) for c in group})


def _rank(candidate: _Candidate[T], policy: SurvivorshipPolicy) -> tuple[int, float, tuple[str, ...]]:
    seen = candidate.member.observed_at or _NEVER
    return policy.rank(candidate.member.source), -(seen - _NEVER).total_seconds(), source_order(candidate.member.source)


def _best(group: Sequence[_Candidate[T]], policy: SurvivorshipPolicy) -> _Candidate[T]:
    return min(group, key=lambda c: (*_rank(c, policy), c.text))


def _strength(group: Sequence[_Candidate[T]], policy: SurvivorshipPolicy) -> tuple[object, ...]:
    return -_companies(group), *_rank(_best(group, policy), policy), _best(group, policy).text


def _why(order: Sequence[Sequence[_Candidate[T]]], policy: SurvivorshipPolicy) -> str:
    """Name the first thing that set the winner before the runner-up."""
    if len(order) == 1:
        return "all agree" if len(order[0]) > 1 else "only source"
    first, second = (_strength(group, policy) for group in order[:2])
    reasons = ("most companies", "preferred connector", "most recent", "first in source order")
    return next((why for why, a, b in zip(reasons, first, second, strict=False) if a != b), reasons[-1])


def _competing(candidate: _Candidate[T]) -> CompetingValue:
    return CompetingValue(value=candidate.text, source=candidate.member.source)


def _origin(name: str, candidate: _Candidate[T], rule: str, competing: tuple[CompetingValue, ...] = ()) -> FieldOrigin:
    source = candidate.member.source
    return FieldOrigin(field=name, value=candidate.text, source=source, rule=rule, competing=competing)
