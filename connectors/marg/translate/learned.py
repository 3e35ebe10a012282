"""What a translator has learned of a branch: groups, ledgers, parties, items, codes and what the settings say."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from canonical.bill import bill_key
from canonical.company import Company
from canonical.dates import CreditPeriod
from canonical.item import Item
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.party import Party
from connectors.marg.streams import LEDGERS, VOUCHERS
from connectors.marg.translate.values import key_of

READING, OPENINGS, CODES = "reading", "opening_balances", "codes"
"""Parts of the company's extras."""
PARTY_GROUPS = frozenset({ReservedGroup.SUNDRY_DEBTORS, ReservedGroup.SUNDRY_CREDITORS})
IMPLIED = "implied:"
"""Begins the address of a ledger that no row introduces."""


@dataclass(slots=True)
class Learned:
    """One branch's; readers add to it, and documents ask.

    Attributes:
        company: as far as it is known.
        expiries: expiry of a batch, by item and batch, of this run's stock rows.
        days: credit days that open bills have of their own, by party and bill, of this run.
        implied: keys of ledgers that documents have introduced.
        outdated: streams whose stored records would translate differently by what this run taught.
    """

    company: Company
    is_company_stored: bool = False
    groups: dict[str, AccountGroup] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    expiries: dict[tuple[str, str], str] = field(default_factory=dict)
    days: dict[tuple[str, str], int] = field(default_factory=dict)
    implied: set[str] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)

    @property
    def reading(self) -> Mapping[str, Any]:
        """What the settings say: ``bill_references``, ``gstin``."""
        told = self.company.extras.get(READING)
        return told if isinstance(told, Mapping) else {}

    @property
    def state_code(self) -> str:
        """The state of the books, from their GSTIN; empty if it is not known."""
        return state_of(str(self.reading.get("gstin", "")))

    def opening(self, ledger_key: str) -> str | None:
        """Opening balance of a ledger as Marg signs it; None if it is not said."""
        told = self.company.extras.get(OPENINGS)
        return told.get(ledger_key) if isinstance(told, Mapping) else None

    def code(self, kind: str, code: str) -> str:
        """Name behind a code (an HSN, an area); empty if there is none."""
        told = self.company.extras.get(CODES)
        named = told.get(kind) if isinstance(told, Mapping) else None
        return str(named.get(key_of(code), "")) if isinstance(named, Mapping) else ""

    def group_chain(self, key: str) -> list[AccountGroup]:
        """A group and those above it, nearest first."""
        found: list[AccountGroup] = []
        while key in self.groups and self.groups[key] not in found:
            found.append(self.groups[key])
            key = self.groups[key].parent_key
        return found

    def terms_of(self, ledger: Ledger, bill: str) -> CreditPeriod | None:
        """Credit of a bill: its own, else its party's."""
        own = self.days.get((ledger.key, bill_key(bill)))
        return CreditPeriod(own) if own else ledger.credit_period

    def learn_ledger(self, ledger: Ledger) -> None:
        """Take a ledger this run has read; what documents took from it before may have changed."""
        held = self.ledgers.get(ledger.key)
        if held is None or _told(held) != _told(ledger):
            if held is not None:
                self.outdated.add(VOUCHERS)
            self.ledgers[ledger.key] = ledger

    def learn_party(self, party: Party) -> None:
        """Take a party this run has read."""
        held = self.parties.get(party.key)
        if held is not None and held.registrations != party.registrations:
            self.outdated.add(VOUCHERS)
        self.parties[party.key] = party

    def learn_reading(self, reading: Mapping[str, Any]) -> None:
        """Take what the settings say; documents translated by other settings are outdated."""
        if self.is_company_stored and dict(self.reading) != dict(reading):
            self.outdated |= {LEDGERS, VOUCHERS}

    def is_bill_wise(self, ledger_key: str) -> bool:
        """Whether a ledger is a customer's or supplier's."""
        held = self.ledgers.get(ledger_key)
        return held is not None and held.reserved in PARTY_GROUPS


def _told(ledger: Ledger) -> tuple[object, ...]:
    return ledger.reserved, ledger.credit_period, ledger.tax_head, ledger.is_placeholder


def state_of(gstin: str) -> str:
    """The state's two digits in a GSTIN; empty for anything else."""
    return gstin[:2] if len(gstin) == len("27AAAAA0000A1Z5") and gstin[:2].isdecimal() else ""
