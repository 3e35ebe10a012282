"""Several years' masters as one set: who is who, although codes change when a year is carried over.

A year's database is a copy of the one before with codes of its own. Within a type, a master of one year is the one of
the year before that bears the same name; failing that, the account with the same GSTIN, if just one account on either
side has it and neither name is used in the other year (it was renamed). BUSY's built-in account groups keep their
codes. A name that one year uses twice within a type (voucher series of two kinds of voucher) identifies together with
its code.

Rests on how carrying over is described for real installations; codes were seen to stay and to change.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from canonical.ledger import name_key
from connectors.busy.database.year import MasterFact, MasterId, Year
from connectors.busy.identity import BUILT_IN_GROUPS
from connectors.busy.staging import MasterType


@dataclass(slots=True)
class Identity:
    """One master through the years.

    Attributes:
        places: its type and code by the first calendar year, oldest first.
        fact: of the newest year.
    """

    kind: int
    places: dict[int, MasterId] = field(default_factory=dict)
    fact: MasterFact = field(default_factory=lambda: MasterFact(""))

    @property
    def first(self) -> tuple[int, int]:
        """The oldest year that has it, and its code there."""
        year, (_, code) = next(iter(self.places.items()))
        return year, code

    @property
    def newest(self) -> int:
        """The newest year that has it."""
        return next(reversed(self.places))


class Joined:
    """Identities by year and code.

    Args:
        years: oldest first, masters read.
    """

    def __init__(self, years: Sequence[Year]) -> None:
        self.identities: list[Identity] = []
        self._by_place: dict[tuple[int, MasterId], Identity] = {}
        for year in years:
            self._add(year)

    def of(self, year: int, master: MasterId) -> Identity | None:
        """Return who a year's master is."""
        return self._by_place.get((year, master))

    def name(self, year: int, master: MasterId | None) -> str:
        """Return what a year's master is called by the newest year that has it; empty if it is not known."""
        found = self.of(year, master) if master is not None else None
        return found.fact.name if found else ""

    def _add(self, year: Year) -> None:
        names = Counter((kind, name_key(fact.name)) for (kind, _), fact in year.masters.items())
        known = {key: one for one in self.identities for key in _keys(one)}
        waiting: list[tuple[MasterId, MasterFact]] = []
        for master, fact in sorted(year.masters.items()):
            found = known.get(_key(master, fact, names))
            if found is not None and year.first not in found.places:
                self._place(found, year.first, master, fact)
            else:
                waiting.append((master, fact))
        renamed = self._renamed(year, waiting)
        for master, fact in waiting:
            identity = renamed.get(master)
            if identity is None:
                identity = Identity(master[0])
                self.identities.append(identity)
            self._place(identity, year.first, master, fact)

    def _renamed(self, year: Year, waiting: Sequence[tuple[MasterId, MasterFact]]) -> Mapping[MasterId, Identity]:
        """Match accounts that no name matched by GSTIN, where it is one on either side."""
        left = [one for one in self.identities if one.kind == MasterType.ACCOUNT and year.first not in one.places]
        before, now = _single(left), [pair for pair in waiting if pair[0][0] == MasterType.ACCOUNT]
        counts = Counter(fact.gstin for _, fact in now if fact.gstin)
        return {master: before[fact.gstin] for master, fact in now if counts[fact.gstin] == 1 and fact.gstin in before}

    def _place(self, identity: Identity, year: int, master: MasterId, fact: MasterFact) -> None:
        identity.places[year] = master
        identity.fact = fact
        self._by_place[year, master] = identity


def _single(identities: Sequence[Identity]) -> dict[str, Identity]:
    counts = Counter(one.fact.gstin for one in identities if one.fact.gstin)
    return {one.fact.gstin: one for one in identities if counts[one.fact.gstin] == 1}


def _key(master: MasterId, fact: MasterFact, names: Counter[tuple[int, str]]) -> tuple[int, str]:
    kind, code = master
    if kind == MasterType.ACCOUNT_GROUP and code in BUILT_IN_GROUPS:
        return kind, f"#{code}"
    name = name_key(fact.name)
    return (kind, f"{name}#{code}") if names[kind, name] > 1 else (kind, name)


def _keys(identity: Identity) -> list[tuple[int, str]]:
    """Every key a later year may find it by."""
    kind, code = identity.places[identity.newest]
    if kind == MasterType.ACCOUNT_GROUP and code in BUILT_IN_GROUPS:
        return [(kind, f"#{code}")]
    name = name_key(identity.fact.name)
    return [(kind, name), (kind, f"{name}#{code}")]
