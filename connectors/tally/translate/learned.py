"""What a translator has learned: the masters a voucher is understood by.

One ``Learned`` per company and run. It is filled from two sides: masters already in the store (``remember``) and
masters translated in this run. A voucher consults it for the kind of its type, the tax head of a ledger, the units
of a compound quantity and the parties already known.

``outdated`` says which streams would translate differently now than when the store was filled, so that the runner can
set their raw records pending: masters often arrive a file later than the vouchers that name them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from canonical.company import Company
from canonical.item import Unit
from canonical.ledger import AccountGroup, Ledger, ReservedGroup
from canonical.party import Party
from canonical.tax import TaxHead
from canonical.voucher_type import VoucherKind, VoucherType
from connectors.tally.translate.lexicon import RESERVED_GROUPS, VOUCHER_KINDS

ANCESTORS_MAX = 64
"""A tree deeper than this is a cycle made by damaged data."""

PARTY_GROUPS = frozenset({ReservedGroup.SUNDRY_DEBTORS, ReservedGroup.SUNDRY_CREDITORS})
MONEY_GROUPS = frozenset({ReservedGroup.CASH_IN_HAND, ReservedGroup.BANK_ACCOUNTS, ReservedGroup.BANK_OD})


@dataclass(frozen=True, slots=True)
class LedgerFact:
    """What vouchers need to know of a ledger."""

    tax_head: TaxHead | None = None
    tax_rate: Decimal | None = None
    reserved: ReservedGroup | None = None
    is_placeholder: bool = False


@dataclass(frozen=True, slots=True)
class GroupFact:
    """A node of the account tree."""

    parent_key: str
    reserved: ReservedGroup | None


@dataclass(frozen=True, slots=True)
class TypeFact:
    """A voucher type and the kind it came down to, None while its parents are not known."""

    parent_key: str
    kind: VoucherKind | None


@dataclass(slots=True)
class Learned:
    """Masters by key, and what was already said in this run."""

    company: Company
    is_company_stored: bool = False
    groups: dict[str, GroupFact] = field(default_factory=dict)
    ledgers: dict[str, LedgerFact] = field(default_factory=dict)
    types: dict[str, TypeFact] = field(default_factory=dict)
    units: dict[str, Unit] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    waiting_types: dict[str, list[VoucherType]] = field(default_factory=dict)
    """Custom types whose parent has not come yet, by the parent's key."""
    said: set[tuple[str, str]] = field(default_factory=set)
    """Issues raised once per run: (code, subject)."""
    outdated: set[str] = field(default_factory=set)
    """Streams whose stored records translate differently with what was learned in this run."""

    @property
    def books_year(self) -> int | None:
        """First year of the books, for two-digit years."""
        return self.company.books_from.year if self.company.books_from else None

    def reserved_of(self, group_key: str) -> ReservedGroup | None:
        """Walk from a group towards the root to the nearest predefined group.

        A group without a master that bears a predefined name is that group: exports of single ledgers leave the
        predefined groups out.
        """
        for _ in range(ANCESTORS_MAX):
            fact = self.groups.get(group_key)
            if fact is None:
                return RESERVED_GROUPS.get(group_key)
            if fact.reserved is not None:
                return fact.reserved
            if not fact.parent_key or fact.parent_key == group_key:
                return None
            group_key = fact.parent_key
        return None

    def kind_of(self, type_key: str) -> VoucherKind | None:
        """Return the kind of a voucher type: its master's, else the predefined type of that name, else None."""
        for _ in range(ANCESTORS_MAX):
            fact = self.types.get(type_key)
            if fact is None:
                return VOUCHER_KINDS.get(type_key)
            if fact.kind is not None:
                return fact.kind
            if not fact.parent_key or fact.parent_key == type_key:
                return VOUCHER_KINDS.get(type_key)
            type_key = fact.parent_key
        return None

    def add_group(self, group: AccountGroup) -> None:
        """Learn a group; one that moved changes the reserved group of ledgers below it."""
        fact = GroupFact(group.parent_key, group.reserved)
        before = self.groups.get(group.key)
        if before != fact and (before is not None or self.ledgers):
            self.outdated.add("ledgers")
        self.groups[group.key] = fact

    def add_ledger(self, ledger: Ledger) -> None:
        """Learn a ledger; another tax head or rate changes the tax lines of vouchers, another place their parties."""
        fact = LedgerFact(ledger.tax_head, ledger.tax_rate, ledger.reserved, ledger.is_placeholder)
        before = self.ledgers.get(ledger.key)
        if before is not None and fact.is_placeholder and not before.is_placeholder:
            return
        known_head = before.tax_head if before else None
        has_moved = before is not None and (before.reserved, before.tax_rate) != (fact.reserved, fact.tax_rate)
        is_real_now = before is not None and before.is_placeholder and not fact.is_placeholder
        if known_head != fact.tax_head or has_moved or is_real_now:
            self.outdated.add("vouchers")
        self.ledgers[ledger.key] = fact

    def add_unit(self, unit: Unit) -> None:
        """Learn a unit; another make-up of it changes the quantities in it, which items and vouchers carry as text.

        A new one matters if the text alone does not tell it: a compound unit, a symbol with blanks.
        """
        before = self.units.get(unit.key)
        is_telling = not unit.is_simple or " " in unit.symbol
        matters = is_telling if before is None else _make_up(before) != _make_up(unit)
        if matters:
            self.outdated |= {"stock_items", "vouchers"}
        self.units[unit.key] = unit

    def add_type(self, voucher_type: VoucherType, *, is_known: bool) -> None:
        """Learn a voucher type; a kind other than the one vouchers were read with makes them outdated."""
        kind = voucher_type.kind if is_known else None
        if kind is not None and self.kind_of(voucher_type.key) != kind:
            self.outdated.add("vouchers")
        self.types[voucher_type.key] = TypeFact(voucher_type.parent_key, kind)


def _make_up(unit: Unit) -> tuple[str, str, Decimal | None]:
    return unit.base_key, unit.tail_key, unit.conversion
