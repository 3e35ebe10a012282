"""What identifies a source party: registrations, PAN, name, and the weaker hints.

Only numbers that are valid by form and check character become keys. What is wrong with a master's numbers is said in
issues, because a mistyped GSTIN is also a tax problem, and the party stays unmatched until its owner mends it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from canonical.identifiers import PanHolder, gstin, pan, phone, state
from canonical.issue import Issue, IssueLevel
from canonical.party import Party
from canonical.record import SourceRef
from harmonizer.party_name import LegalForm, PartyName, parse_name

PHONE_DISTINCT_DIGITS_MIN = 3
"""9999999999 and its like are typed to get past a form."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CompanyParty:
    """A party as one company's books have it.

    Attributes:
        party: the canonical party; its ``source`` is its identity here.
        observed_at: when we learned this version (UTC); decides "most recent" in survivorship.
        company_name: for people.
    """

    party: Party
    observed_at: datetime | None = None
    company_name: str = ""

    @property
    def source(self) -> SourceRef:
        """Identity of the source party."""
        return self.party.source


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyKeys:
    """The keys of one source party.

    Attributes:
        gstins: valid registrations of its present legal entity; the present one first.
        pan: of the legal entity: from the GSTIN where it holds one, else as given; empty if unknown.
        holder: who holds the PAN, None if unknown.
        phones: E.164.
        emails: folded.
        state_codes: GST codes of its registrations and addresses.
    """

    source: SourceRef
    name: PartyName
    gstins: tuple[str, ...] = ()
    pan: str = ""
    holder: PanHolder | None = None
    phones: frozenset[str] = frozenset()
    emails: frozenset[str] = frozenset()
    state_codes: frozenset[str] = frozenset()

    @property
    def gstin(self) -> str:
        """The present registration, empty if none is valid."""
        return self.gstins[0] if self.gstins else ""


def source_order(source: SourceRef) -> tuple[str, str, str, str]:
    """The order in which source parties are looked at; it never depends on when they arrived."""
    return source.connector, source.company, source.stream, source.key


def read_keys(member: CompanyParty) -> tuple[PartyKeys, tuple[Issue, ...]]:
    """Read the keys of a source party, and say what is wrong with its numbers."""
    party, issues = member.party, []
    valid, refused = _registrations(party)
    issues += [_invalid_gstin(party, number) for number in refused]
    entity = gstin.pan(valid[0]) if valid else ""
    same_entity = tuple(number for number in valid if gstin.pan(number) == entity)
    if len(same_entity) < len(valid):
        issues.append(_entity_changed(party))
    given = pan.compact(party.pan)
    if given and not pan.is_valid(given):
        issues.append(_invalid_pan(party))
    elif given and entity and given != entity:
        issues.append(_pan_differs(party))
    number = entity or (given if pan.is_valid(given) else "")
    keys = PartyKeys(
        source=party.source,
        name=parse_name(party.name, tuple(sorted({address.city for address in party.addresses if address.city}))),
        gstins=same_entity,
        pan=number,
        holder=pan.info(number).holder if pan.is_valid(number) else None,
        phones=frozenset(_phones(party)),
        emails=frozenset(contact.email.strip().casefold() for contact in party.contacts if "@" in contact.email),
        state_codes=frozenset(_states(party)),
    )
    if _form_contradicts_holder(keys):
        issues.append(_holder_differs(party, keys))
    return keys, tuple(issues)


def _registrations(party: Party) -> tuple[list[str], list[str]]:
    """Return the valid GSTINs, latest first, and the refused texts."""
    dated = sorted(party.registrations, key=lambda r: (r.applicable_from or date.min, r.gstin), reverse=True)
    numbers = list(dict.fromkeys(gstin.compact(r.gstin) for r in dated if r.gstin.strip()))
    return [n for n in numbers if gstin.is_valid(n)], [n for n in numbers if not gstin.is_valid(n)]


def _phones(party: Party) -> Iterator[str]:
    for contact in party.contacts:
        for number in phone.find_numbers(f"{contact.mobile},{contact.phone}"):
            if len(set(number.removeprefix("+91"))) >= PHONE_DISTINCT_DIGITS_MIN:
                yield number


def _states(party: Party) -> Iterator[str]:
    written = [(r.state_code, r.state) for r in party.registrations]
    written += [(address.state_code, address.state) for address in party.addresses]
    for code, name in written:
        found = state.find_code(code) or state.find_code(name)
        if found:
            yield state.BY_CODE[found].current_code
    yield from (n[:2] for n in _registrations(party)[0])


_HOLDERS: dict[LegalForm, frozenset[PanHolder]] = {
    LegalForm.PRIVATE_LIMITED: frozenset({PanHolder.COMPANY}),
    LegalForm.LIMITED: frozenset({PanHolder.COMPANY}),
    LegalForm.OPC: frozenset({PanHolder.COMPANY}),
    LegalForm.LLP: frozenset({PanHolder.FIRM}),
    LegalForm.HUF: frozenset({PanHolder.HUF}),
    LegalForm.PROPRIETORSHIP: frozenset({PanHolder.INDIVIDUAL, PanHolder.HUF}),
}


def _form_contradicts_holder(keys: PartyKeys) -> bool:
    holders = _HOLDERS.get(keys.name.legal_form)
    return bool(holders) and keys.holder is not None and keys.holder not in (holders or ())


def _where(party: Party, field: str) -> str:
    return f"{party.name}, {field}"


def _invalid_gstin(party: Party, number: str) -> Issue:
    return Issue(
        code="harmonizer.party.gstin_invalid",
        level=IssueLevel.WARNING,
        message=f"The GSTIN {number} of {party.name} is not valid, so it is not used to recognise the party.",
        where=_where(party, "GSTIN"),
        hint="Correct it in the party's master; the portal's search by name gives the right one.",
        source=party.source,
        facts={"gstin": number},
    )


def _invalid_pan(party: Party) -> Issue:
    return Issue(
        code="harmonizer.party.pan_invalid",
        level=IssueLevel.INFO,
        message=f"The PAN {party.pan} of {party.name} is not valid, so it is not used to recognise the party.",
        where=_where(party, "PAN"),
        hint="Correct it in the party's master.",
        source=party.source,
        facts={"pan": party.pan},
    )


def _pan_differs(party: Party) -> Issue:
    return Issue(
        code="harmonizer.party.pan_differs",
        level=IssueLevel.WARNING,
        message=f"The PAN {party.pan} of {party.name} is not the one in its GSTIN {party.gstin}; the GSTIN counts.",
        where=_where(party, "PAN"),
        hint="Correct the wrong one of the two in the party's master.",
        source=party.source,
        facts={"pan": party.pan, "gstin": party.gstin},
    )


def _entity_changed(party: Party) -> Issue:
    return Issue(
        code="harmonizer.party.entity_changed",
        level=IssueLevel.INFO,
        message=f"{party.name} has had GSTINs of more than one PAN; only the latest legal entity is matched.",
        where=_where(party, "GSTIN"),
        source=party.source,
    )


def _holder_differs(party: Party, keys: PartyKeys) -> Issue:
    holder = keys.holder.value.replace("_", " ") if keys.holder else ""
    return Issue(
        code="harmonizer.party.holder_differs",
        level=IssueLevel.INFO,
        message=f"{party.name} is named as {keys.name.legal_form.value.replace('_', ' ')}, its PAN is {holder}'s.",
        where=_where(party, "PAN"),
        hint="Check whether name or PAN belongs to somebody else.",
        source=party.source,
        facts={"holder": holder, "legal_form": keys.name.legal_form.value},
    )
