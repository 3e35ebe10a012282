"""The chart of accounts as a proof needs it: who hangs under whom, what is income or expense, what is stock."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.money import ZERO

DEPTH_MAX = 64
"""A tree deeper than this is a cycle made by damaged data."""
REVENUE = frozenset(
    {
        ReservedGroup.SALES,
        ReservedGroup.PURCHASE,
        ReservedGroup.DIRECT_INCOMES,
        ReservedGroup.DIRECT_EXPENSES,
        ReservedGroup.INDIRECT_INCOMES,
        ReservedGroup.INDIRECT_EXPENSES,
    }
)
PROFIT_AND_LOSS = name_key("Profit & Loss A/c")
"""The one ledger that hangs under no group; every set of books has it, under this name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """The account tree.

    Attributes:
        groups: by key.
        ledgers: by key; of several masters of one name the last counts.
        above: keys of the groups above a ledger or group, nearest first.
        below: keys of the ledgers below a group, at any depth.
        lossy: key by name with every character beyond Latin as a question mark, where that is unambiguous: what is
            exported as ASCII (a report, or our masters) spells names so.
        named: key by name, where only one bears it: not every source finds its masters by their names.
    """

    groups: Mapping[str, AccountGroup]
    ledgers: Mapping[str, Ledger]
    above: Mapping[str, tuple[str, ...]]
    below: Mapping[str, frozenset[str]]
    lossy: Mapping[str, str]
    named: Mapping[str, str]

    def find(self, name: str) -> str | None:
        """Key of the ledger or group a report names; None if there is none."""
        key = name_key(name)
        if key in self.ledgers or key in self.groups:
            return key
        spelt = _as_question_marks(key)
        if spelt in self.ledgers or spelt in self.groups:
            return spelt
        return self.lossy.get(key) or self.named.get(key)

    def ledgers_of(self, key: str) -> frozenset[str]:
        """The ledger itself, or every ledger below the group."""
        return frozenset({key}) if key in self.ledgers else self.below.get(key, frozenset())

    def is_revenue(self, key: str) -> bool:
        """Whether a ledger or group is income or expense: what the topmost group is, all below it are."""
        chain = self.above[key] if key in self.ledgers else (key, *self.above.get(key, ()))
        for group in (self.groups[name] for name in reversed(chain)):
            if group.reserved is not None:
                return group.reserved in REVENUE
            if group.is_revenue is not None:
                return group.is_revenue
        ledger = self.ledgers.get(key)
        return ledger is not None and ledger.reserved in REVENUE

    def is_stock(self, key: str) -> bool:
        """Whether a ledger is one of those whose balance the source derives from its stock."""
        if self.ledgers[key].reserved is ReservedGroup.STOCK_IN_HAND:
            return True
        return any(self.groups[name].reserved is ReservedGroup.STOCK_IN_HAND for name in self.above[key])

    @property
    def stock(self) -> frozenset[str]:
        """Keys of the stock ledgers."""
        return frozenset(key for key in self.ledgers if self.is_stock(key))

    @property
    def revenue(self) -> frozenset[str]:
        """Keys of the income and expense ledgers."""
        return frozenset(key for key in self.ledgers if self.is_revenue(key))

    @property
    def openings(self) -> Decimal:
        """Debit-positive sum of all openings at the start of the books; zero if they balance."""
        return sum((ledger.opening or ZERO for ledger in self.ledgers.values()), ZERO)

    @property
    def roots(self) -> tuple[str, ...]:
        """Keys of the groups that hang under none we know."""
        return tuple(key for key in self.groups if not self.above[key])

    def name(self, key: str) -> str:
        """The name as its master spells it."""
        master = self.ledgers.get(key) or self.groups.get(key)
        return master.name if master else key


def build_chart(groups: Iterable[AccountGroup], ledgers: Iterable[Ledger]) -> Chart:
    """Put the tree together; a ledger whose group is not known hangs under none."""
    by_group = {group.key: group for group in groups}
    by_ledger = {ledger.key: ledger for ledger in ledgers}
    above = {key: _chain(group.parent_key, by_group) for key, group in by_group.items()}
    above |= {key: _chain(ledger.group_key, by_group) for key, ledger in by_ledger.items()}
    below: defaultdict[str, set[str]] = defaultdict(set)
    for key in by_ledger:
        for group_key in above[key]:
            below[group_key].add(key)
    return Chart(
        groups=by_group,
        ledgers=by_ledger,
        above=above,
        below={key: frozenset(found) for key, found in below.items()},
        lossy=_lossy([*by_group, *by_ledger]),
        named=_named([*by_group.values(), *by_ledger.values()]),
    )


def _chain(key: str, groups: Mapping[str, AccountGroup]) -> tuple[str, ...]:
    found: list[str] = []
    while key in groups and key not in found and len(found) < DEPTH_MAX:
        found.append(key)
        key = groups[key].parent_key
    return tuple(found)


def _named(masters: Sequence[AccountGroup | Ledger]) -> dict[str, str]:
    counts = Counter(name_key(master.name) for master in masters)
    return {name: master.key for master in masters if counts[name := name_key(master.name)] == 1}


def _as_question_marks(key: str) -> str:
    return "".join("?" if char > "\xff" else char for char in key)


def _lossy(keys: Iterable[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    twice: set[str] = set()
    for key in keys:
        spelt = _as_question_marks(key)
        if spelt != key:
            twice |= {spelt} & found.keys()
            found[spelt] = key
    return {spelt: key for spelt, key in found.items() if spelt not in twice}
