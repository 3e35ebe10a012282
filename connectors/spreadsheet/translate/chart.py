"""The ledgers, parties and groups that lists name: introduced by the first record that does, known from then on."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from decimal import Decimal

from canonical.codec import CanonicalRecord
from canonical.company import Company
from canonical.identifiers import gstin, pan
from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.money import ZERO
from canonical.party import Contact, Party, PartyRole
from canonical.record import SourceRef
from canonical.tax import GstRegistration, TaxHead

OPENINGS = "Difference in opening balances"
"""Tally's word for what the openings given leave over."""
LEDGERS, GROUPS, PARTY = "ledgers", "groups", "parties_of"
_ROLE_GROUPS = {
    PartyRole.CUSTOMER: ReservedGroup.SUNDRY_DEBTORS,
    PartyRole.SUPPLIER: ReservedGroup.SUNDRY_CREDITORS,
}


@dataclass(slots=True)
class Chart:
    """What is known of one company, and what the record in hand adds to it."""

    company: Company
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    groups: set[str] = field(default_factory=set)
    added: dict[tuple[str, str], CanonicalRecord] = field(default_factory=dict)

    def learn(self, record: CanonicalRecord) -> None:
        """Take what is stored already."""
        match record:
            case Ledger():
                self.ledgers[record.key] = record
            case Party():
                self.parties[record.key] = record
            case AccountGroup():
                self.groups.add(record.key)
            case _:
                pass

    def take_added(self) -> tuple[CanonicalRecord, ...]:
        """Return what was added since the last time."""
        added = tuple(self.added.values())
        self.added = {}
        return added

    def account(self, name: str, group: ReservedGroup, head: TaxHead | None = None) -> Ledger:
        """The ledger of that name, introduced under a group if it is new."""
        key = name_key(name)
        if key not in self.ledgers:
            self.put(replace(self._opened(name, group), tax_head=head))
        return self.ledgers[key]

    def party(self, name: str, role: PartyRole, number: str = "", phone: str = "") -> Ledger:
        """The ledger of a party, introduced with the party if it is new; a GSTIN or phone it lacked is added."""
        key = name_key(name)
        if key not in self.ledgers:
            self.put(replace(self._opened(name, _ROLE_GROUPS[role]), is_bill_wise=True))
        known = self.parties.get(key)
        party = known or Party(
            source=self._source(PARTY, key), key=key, name=name, ledger_key=key, roles=frozenset({role})
        )
        if number and gstin.is_valid(number) and not party.gstin:
            valid = gstin.validate(number)
            party = replace(party, registrations=(GstRegistration(gstin=valid),), pan=gstin.pan(valid))
        if phone and not party.contacts:
            party = replace(party, contacts=(Contact(phone=phone),))
        self.put_party(party)
        return self.ledgers[key]

    def put(self, ledger: Ledger) -> None:
        """Enter a ledger or what is new about it."""
        known = self.ledgers.get(ledger.key)
        if known == ledger:
            return
        self.ledgers[ledger.key] = ledger
        self.added[LEDGERS, ledger.key] = ledger
        moved = (ledger.opening or ZERO) - ((known.opening if known else None) or ZERO)
        if moved and ledger.key != name_key(OPENINGS):
            self._balance(moved)

    def _balance(self, moved: Decimal) -> None:
        """Keep the openings in balance: a list brings one side of each, and this ledger stands for the other."""
        openings = self.account(OPENINGS, ReservedGroup.SUSPENSE)
        self.put(replace(openings, opening=(openings.opening or ZERO) - moved))

    def put_party(self, party: Party) -> None:
        """Enter a party or what is new about it."""
        if self.parties.get(party.key) != party:
            self.parties[party.key] = party
            self.added[PARTY, party.key] = party

    def with_pan(self, party: Party, number: str) -> Party:
        """The party with a PAN, if it is one."""
        return replace(party, pan=pan.validate(number)) if number and pan.is_valid(number) else party

    def _group(self, group: ReservedGroup) -> str:
        key = name_key(group.value)
        if key not in self.groups:
            self.groups.add(key)
            self.added[GROUPS, key] = AccountGroup(
                source=self._source(GROUPS, key), key=key, name=group.value, reserved=group
            )
        return key

    def _opened(self, name: str, group: ReservedGroup) -> Ledger:
        key = name_key(name)
        return Ledger(
            source=self._source(LEDGERS, key),
            key=key,
            name=name,
            group_key=self._group(group),
            group_name=group.value,
            reserved=group,
        )

    def _source(self, stream: str, key: str) -> SourceRef:
        own = self.company.source
        return SourceRef(own.connector, own.company, stream, key)
