"""Marg's codes for the world's masters: groups (D debtors, C creditors, X the rest), ledgers, products.

What begins with D and C was measured on a live installation; X for the rest is seen in public examples only. Codes are
per branch, so the same firm has another in every one.
"""

from __future__ import annotations

from dataclasses import dataclass

from canonical.ledger import ReservedGroup
from sandbox.world.masters import GroupMaster, ItemMaster, Masters

FIRST_PRODUCT = 1_000_001
_LETTERS = {ReservedGroup.SUNDRY_DEBTORS: "D", ReservedGroup.SUNDRY_CREDITORS: "C"}


@dataclass(frozen=True, slots=True)
class Codes:
    """Codes of one branch.

    Attributes:
        groups: by name; ``ledgers`` and ``products`` likewise.
        places: group code by ledger code.
    """

    groups: dict[str, str]
    ledgers: dict[str, str]
    products: dict[str, str]
    places: dict[str, str]

    def group_of(self, name: str) -> str:
        """Code of a group; ledgers that hang under none (profit and loss) have none."""
        return self.groups.get(name, "")


def build_codes(masters: Masters) -> Codes:
    """Give every group, ledger and product its code."""
    by_name = {group.name: group for group in masters.groups}
    groups = {group.name: f"{_letter(group, by_name)}{number}" for number, group in enumerate(masters.groups, start=1)}
    ledgers = {row.name: f"L{number:04d}" for number, row in enumerate(masters.ledgers, start=1)}
    for number, party in enumerate(masters.parties, start=1):
        ledgers[party.name] = f"{groups[party.group]}{number:04d}"
    products = {item.name: str(FIRST_PRODUCT + number) for number, item in enumerate(masters.items)}
    held = {row.name: row.group for row in masters.ledgers} | {row.name: row.group for row in masters.parties}
    places = {code: groups.get(held[name], "") for name, code in ledgers.items()}
    return Codes(groups, ledgers, products, places)


def _letter(group: GroupMaster, by_name: dict[str, GroupMaster]) -> str:
    above: GroupMaster | None = group
    while above is not None:
        if above.reserved in _LETTERS:
            return _LETTERS[ReservedGroup(above.reserved)]
        above = by_name.get(above.parent)
    return "X"


def hsn_code(item: ItemMaster) -> str:
    """Code of an item's HSN in the list COMMCD."""
    return f"H{item.hsn}"


def marg_code(item: ItemMaster, place: int) -> str:
    """Marg's own number of a product, the same for all its users; every fifth has none."""
    return "" if place % 5 == 4 else f"MARG{sum(map(ord, item.name)) * 7 + place}"  # noqa: PLR2004 - see above
