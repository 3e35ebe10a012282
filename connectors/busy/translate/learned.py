"""What a translator has learned: the chart, accounts, parties and items that vouchers are understood by.

BUSY numbers masters per financial year; the same account may have another code next year, and a yearly export states
the balances of its own year's start. So masters of several years are **joined by name**: a master keeps the address it
was first read under, its opening is that of the earliest year read, and ``extras`` remember each year's code. Exports
of vouchers repeat the masters they use, with less in them; a whole master export wins over those.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, TypeGuard, TypeVar

from canonical.company import Company
from canonical.item import Godown, Item, StockGroup
from canonical.ledger import AccountGroup, Ledger, ReservedGroup, name_key
from canonical.party import Party
from canonical.record import SourceRef
from canonical.tax import TaxHead
from connectors.busy.translate.lexicon import BUILT_IN, BY_NAME, BuiltIn, tax_head_of

ANCESTORS_MAX = 64
"""A tree deeper than this is a cycle made by damaged data."""
CODES, YEAR, EXTENT = "codes", "year", "extent"
"""Extras of a master: its code by year, the year its opening is of, how much of it was exported."""
ALL, USED, CLOSING = "all", "used", "closing"
RANK = {CLOSING: 0, USED: 1, ALL: 2}
"""How much each says of a master; the larger one stands."""
Named = AccountGroup | Ledger | Item | StockGroup | Godown
M = TypeVar("M", bound=Named)


@dataclass(slots=True)
class Learned:
    """Masters by key, and what was already said in this run."""

    company: Company
    is_company_stored: bool = False
    groups: dict[str, AccountGroup] = field(default_factory=dict)
    ledgers: dict[str, Ledger] = field(default_factory=dict)
    parties: dict[str, Party] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    trees: dict[tuple[str, str], StockGroup | Godown] = field(default_factory=dict)
    said: set[tuple[str, str]] = field(default_factory=set)
    outdated: set[str] = field(default_factory=set)
    bills: dict[tuple[int, str], str] = field(default_factory=dict)
    """Folded number by year and code, of every bill seen in this run."""
    _codes: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """Key by stream, year and code."""
    _holders: dict[tuple[str, int, str], str] = field(default_factory=dict)
    """Code that first took a key in a year."""
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    @property
    def decimals(self) -> int:
        """Decimals of the base currency, as the export's settings say."""
        config = self.company.extras.get("Config")
        told = config.get("CurDecimal") if isinstance(config, Mapping) else None
        return int(told) if isinstance(told, str) and told.isdecimal() else 2

    def key_of(self, stream: str, year: int, code: str, name: str) -> str:
        """Key of a master that another record refers to: by its code of that year, else by its name."""
        return self._codes.get((stream, year, code), "") or name_key(name)

    def name_of(self, stream: str, key: str) -> str:
        """Name of a master; empty if it was not read."""
        return self._names.get((stream, key), "")

    def own_key(self, stream: str, year: int, code: str, name: str) -> str:
        """Key under which a master is known: its folded name; a second one of that name and year adds its code."""
        known = self._codes.get((stream, year, code)) if code else None
        key = name_key(name)
        if known is not None and known.partition(" #")[0] == key:
            return known
        holder = self._holders.get((stream, year, key), code)
        return key if holder == code or not code else f"{key} #{code}"

    def learn_code(self, stream: str, year: int, code: str, key: str, name: str) -> None:
        """Remember under which code a master stands in a year."""
        if code:
            self._codes[stream, year, code] = key
            self._holders.setdefault((stream, year, key), code)
        self._names[stream, key] = name

    def learn_codes(self, stream: str, master: Named) -> None:
        """Remember the codes of a master that is in the store."""
        told: Any = master.extras.get(CODES, {})
        for year, code in told.items() if isinstance(told, Mapping) else ():
            self.learn_code(stream, int(year), str(code), master.key, master.name)
        self._names[stream, master.key] = master.name

    def builtin_of(self, group_key: str, group_code: str = "") -> BuiltIn | None:
        """The nearest built-in group: by code, by the masters read, or by name; None where the tree does not say."""
        if group_code in BUILT_IN:
            return BUILT_IN[group_code]
        for _ in range(ANCESTORS_MAX):
            group = self.groups.get(group_key)
            if group is None:
                return BY_NAME.get(group_key)
            code = str(group.extras.get("builtin", ""))
            if code in BUILT_IN:
                return BUILT_IN[code]
            if not group.parent_key or group.parent_key == group_key:
                return BY_NAME.get(group_key)
            group_key = group.parent_key
        return None

    def reserved_of(self, ledger_key: str) -> ReservedGroup | None:
        """Where an account stands."""
        ledger = self.ledgers.get(ledger_key)
        return ledger.reserved if ledger else None

    def head_of(self, ledger_key: str) -> TaxHead | None:
        """The tax an account takes; None for an ordinary account."""
        ledger = self.ledgers.get(ledger_key)
        return ledger.tax_head if ledger else None

    def add_group(self, group: AccountGroup) -> None:
        """Learn a group; one that moved changes the accounts below it."""
        before = self.groups.get(group.key)
        if (before is None and self.ledgers) or (before is not None and before.parent_key != group.parent_key):
            self.outdated.add("accounts")
        self.groups[group.key] = group

    def add_ledger(self, ledger: Ledger) -> None:
        """Learn an account; vouchers that saw no master of it, or another tax head or place, are outdated."""
        before = self.ledgers.get(ledger.key)
        if before is not None and ledger.is_placeholder and not before.is_placeholder:
            return
        if before is not None and _place(before) != _place(ledger):
            self.outdated.add("vouchers")
        self.ledgers[ledger.key] = ledger


def _place(ledger: Ledger) -> tuple[object, ...]:
    return ledger.is_placeholder, ledger.reserved, ledger.tax_head


def extent_of(master: Named | None) -> int:
    """How much is known of a master: nothing, a closing balance, what vouchers use, all."""
    if master is None or (isinstance(master, Ledger) and master.is_placeholder):
        return -1
    return RANK.get(str(master.extras.get(EXTENT, ALL)), RANK[ALL])


def year_of(master: Named) -> int:
    """The year whose opening a master carries."""
    told = master.extras.get(YEAR, 0)
    return told if isinstance(told, int) else 0


def has_earlier_opening(known: M | None, year: int) -> TypeGuard[M]:
    """Whether a master's opening is of an earlier year; it stands: vouchers between the years are in the books too."""
    return known is not None and extent_of(known) > RANK[CLOSING] and 0 < year_of(known) < year


def source_of(known: Named | None, stream: str, own: SourceRef) -> SourceRef:
    """Address of a master: the one it has, else year and code, whichever export it came from."""
    if known is not None and not (isinstance(known, Ledger) and known.is_placeholder):
        return known.source
    return SourceRef(own.connector, own.company, stream, own.key.partition("@")[0].rstrip("~"))


def codes_with(known: Named | None, year: int, code: str) -> dict[str, Any]:
    """Codes by year, with one more."""
    before: Any = known.extras.get(CODES, {}) if known is not None else {}
    told = {**before, **({str(year): code} if code else {})}
    return {CODES: dict(sorted(told.items()))} if told else {}


def extras_of(known: Named | None, year: int, code: str, extent: str) -> dict[str, Any]:
    """What a master with an opening remembers: codes by year, the opening's year, the extent if it is not all."""
    return {**codes_with(known, year, code), YEAR: year, **({EXTENT: extent} if extent != ALL else {})}


def head_for(name: str, reserved: ReservedGroup | None) -> TaxHead | None:
    """The head of tax of an account: only those under Duties & Taxes have one."""
    return tax_head_of(name) if reserved is ReservedGroup.DUTIES_TAXES else None
