"""Codes of one year's export: masters from 1001 on, bills from 1 on, the built-in ones as BUSY has them."""

from __future__ import annotations

from sandbox.busy.chart import CODES, GROUPS, PROFIT_AND_LOSS, Master, short
from sandbox.world.masters import Masters

FIRST_USER_CODE = 1001
BUILT_IN_ACCOUNTS = {"Cash": 1, "Profit & Loss A/c": 2}


class ExportCodes:
    """Gives every master and bill its number; the same world gives the same numbers."""

    def __init__(self, masters: Masters) -> None:
        self._given: dict[tuple[int, str], int] = {}
        self._bills: dict[tuple[int, str], int] = {}
        self._next = FIRST_USER_CODE
        self.groups = {group.name: group for group in masters.groups}
        for group in masters.groups:
            if not group.reserved:
                self.of(Master.GROUP, group.name)
        for ledger in masters.ledgers:
            self.of(Master.ACCOUNT, ledger.name, BUILT_IN_ACCOUNTS.get(ledger.name, 0))
        for party in masters.parties:
            self.of(Master.ACCOUNT, party.name)

    def of(self, kind: Master, name: str, fixed: int = 0) -> int:
        """Return a master's code, a new one if it has none yet."""
        key = (int(kind), short(name))
        if key not in self._given:
            self._given[key] = fixed or self._next
            self._next += not fixed
        return self._given[key]

    def group(self, name: str) -> tuple[int, str]:
        """Return code and BUSY's name of a group of the world."""
        group = self.groups.get(name)
        if group is None:
            return PROFIT_AND_LOSS, GROUPS[PROFIT_AND_LOSS][0]
        if group.reserved:
            code = CODES[group.reserved]
            return code, GROUPS[code][0]
        return self.of(Master.GROUP, name), short(name)

    def bill(self, ledger: str, ref: str) -> int:
        """Return the code that all references of a bill share; case and doubled blanks do not make another."""
        key = (self.of(Master.ACCOUNT, ledger), " ".join(ref.split()).casefold())
        return self._bills.setdefault(key, len(self._bills) + 1)
