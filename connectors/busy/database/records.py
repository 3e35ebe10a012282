"""Raw records: a voucher or master with its rows verbatim, and the names its codes stand for.

``object`` of a voucher is ``{"Tran1": row, "Tran2": [rows], …, "names": {"2:1201": "Asha Traders"}}``: rows as the
database has them (a column that is NULL is left out), names by master type and code, spelt as the newest year does.
Of a master it is ``{"years": [{"year": 2024, "Master1": row, …}, …], "names": …}``, oldest year first: its opening is
the oldest year's, everything else the newest's. ``refs`` names, for the bills a voucher adjusts, how they were called
where they were made.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from canonical.record import JsonValue
from connectors.busy.database.joined import Identity, Joined
from connectors.busy.database.tables import (
    ADDRESSES,
    DELETIONS,
    HEADERS,
    LINES,
    MASTERS,
    REFERENCES,
    TAXES,
    Row,
    code_of,
    text,
    whole,
)
from connectors.busy.database.year import MasterId, Year
from connectors.busy.identity import object_key
from connectors.busy.staging import BillMethod, MasterType, Route

Record = dict[str, JsonValue]

_ACCOUNT, _ITEM, _CENTRE = int(MasterType.ACCOUNT), int(MasterType.ITEM), int(MasterType.MATERIAL_CENTRE)
_UNIT, _SERIES, _SUNDRY = int(MasterType.UNIT), int(MasterType.VOUCHER_SERIES), int(MasterType.BILL_SUNDRY)
_TAX, _BROKER = int(MasterType.TAX_CATEGORY), int(MasterType.BROKER)
_COUNTRY, _STATE = 55, 56
_TYPES = (int(MasterType.SALE_TYPE), int(MasterType.PURCHASE_TYPE))
_LEDGER_LINE, _ITEM_LINE, _SUNDRY_LINE = 1, 2, 3
"""``Tran2.RecType``."""
_PARENT_KIND = {
    int(MasterType.ACCOUNT): int(MasterType.ACCOUNT_GROUP),
    int(MasterType.ITEM): int(MasterType.ITEM_GROUP),
    int(MasterType.COST_CENTRE): int(MasterType.COST_CENTRE_GROUP),
    int(MasterType.MATERIAL_CENTRE): int(MasterType.MATERIAL_CENTRE_GROUP),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorder:
    """Writes records of one company.

    Attributes:
        company: its key.
        name: of the company.
        route: database or service.
    """

    company: str
    name: str
    joined: Joined
    route: Route = Route.DATABASE

    def company_record(self, years: Iterable[Year]) -> Record:
        """The books themselves: which years were read."""
        firsts = sorted(year.first for year in years)
        body = {"name": self.name, "years": firsts}
        return self._record(self.company, firsts[0], body, name=self.name, element="Company", position=1)

    def master(self, identity: Identity, years: dict[int, Year], position: int) -> Record:
        """A master with its rows of every year."""
        parts = []
        for year, place in identity.places.items():
            rows = years[year].spool.get(place)
            parts.append({"year": year, **{table: _one(table, found) for table, found in rows.items()}})
        year, code = identity.first
        newest = years[identity.newest]
        names = dict(self._names(newest, _master_refs(newest, identity.places[newest.first], parts[-1])))
        has_bills = any(code in years[first].billed for first, (_, code) in identity.places.items())
        body: Record = {"years": parts, "names": names}
        if identity.kind == _ACCOUNT and has_bills:
            body["has_bills"] = True
        return self._record(
            object_key(years[year].day_one, str(code)),
            year,
            body,
            name=identity.fact.name,
            element=f"{MASTERS} {identity.kind}",
            position=position,
            place=newest.reader.label,
        )

    def voucher(self, year: Year, code: int, position: int) -> Record:
        """A voucher with its rows."""
        rows = year.spool.get(code)
        body: Record = {table: _one(table, found) for table, found in rows.items()}
        body["names"] = dict(self._names(year, _voucher_refs(year, rows)))
        body |= _details(self.joined, year, rows)
        header = year.headers[code]
        record = self._record(
            object_key(year.day_one, str(code)),
            year.first,
            body,
            name=header.number,
            element=HEADERS,
            position=position,
            place=year.reader.label,
        )
        return {**record, "date": header.day.isoformat() if header.day else None, "version": header.fingerprint}

    def deletion(self, year: Year, row: Row, number: int, position: int) -> Record:
        """A line of BUSY's log of deletions; ``number`` tells equal lines apart."""
        told = (text(row.get("Identity")), text(row.get("DeletionTime")), str(number))
        return self._record(
            object_key(year.day_one, ";".join(told)),
            year.first,
            dict(row),
            name=text(row.get("Identity")),
            element=DELETIONS,
            position=position,
            place=year.reader.label,
        )

    def _names(self, year: Year, codes: Iterable[MasterId]) -> Iterator[tuple[str, str]]:
        for kind, code in sorted(set(codes)):
            name = self.joined.name(year.first, (kind, code))
            if name:
                yield f"{kind}:{code}", name

    def _record(
        self,
        key: str,
        year: int,
        body: Record,
        *,
        name: str,
        element: str,
        position: int,
        place: str = "",
    ) -> Record:
        return {
            "company": self.company,
            "key": key,
            "route": self.route.value,
            "year": f"{year:04d}-04-01",
            "company_name": self.name,
            "object": body,
            "element": element,
            "name": name,
            "date": None,
            "file": place or self.name,
            "position": position,
        }


def _one(table: str, rows: list[Row]) -> JsonValue:
    """Tables with one row per voucher or master say it plainly, the others as a list."""
    return rows[0] if table in (HEADERS, MASTERS) else rows


def _master_refs(year: Year, master: MasterId, part: Row) -> Iterator[MasterId]:
    kind, _ = master
    fact = year.masters[master]
    if fact.parent:
        yield _PARENT_KIND.get(kind, kind), fact.parent
    if fact.unit:
        yield _UNIT, fact.unit
    if fact.tax_category:
        yield _TAX, fact.tax_category
    for row in part.get(ADDRESSES, ()):
        yield _COUNTRY, code_of(row, "CountryCodeLong")
        yield _STATE, code_of(row, "StateCodeLong")


def _voucher_refs(year: Year, rows: dict[str, list[Row]]) -> Iterator[MasterId]:
    """Every master a voucher's rows name by code, as the type that has the code."""
    for row in rows.get(HEADERS, ()):
        yield from _found(year, code_of(row, "VchSeriesCode"), _SERIES)
        yield from _found(year, code_of(row, "MasterCode1"), _ACCOUNT, _CENTRE)
        yield from _found(year, code_of(row, "MasterCode2"), _CENTRE, _ACCOUNT)
        yield from _found(year, code_of(row, "CM1"), *_TYPES)
    for row in rows.get(LINES, ()):
        yield from _line_refs(year, row)
    for row in rows.get(REFERENCES, ()):
        yield from _found(year, code_of(row, "MasterCode1"), _ACCOUNT)
        yield from _found(year, code_of(row, "MasterCode2"), _ITEM)
        yield from _found(year, code_of(row, "BrokerCode"), _BROKER)
    for row in rows.get(TAXES, ()):
        yield from _found(year, code_of(row, "ItemCode"), _ITEM, _ACCOUNT)
        yield from _found(year, code_of(row, "TaxCatCode"), _TAX)


def _line_refs(year: Year, row: Row) -> Iterator[MasterId]:
    first = {_LEDGER_LINE: _ACCOUNT, _SUNDRY_LINE: _SUNDRY}.get(whole(row.get("RecType")), _ITEM)
    for found in _found(year, code_of(row, "MasterCode1"), first):
        yield found
        fact = year.masters[found]
        if found[0] == _ACCOUNT:
            yield from _found(year, fact.parent, int(MasterType.ACCOUNT_GROUP))
        elif found[0] == _ITEM:
            yield from _found(year, fact.unit, _UNIT)
            yield from _found(year, fact.tax_category, _TAX)
    yield from _found(year, code_of(row, "MasterCode2"), _CENTRE, _ACCOUNT)
    yield from _found(year, code_of(row, "CM1"), _UNIT)


def _found(year: Year, code: int, *kinds: int) -> Iterator[MasterId]:
    found = year.find(code, *kinds) if code else None
    if found is not None:
        yield found[0]


def _details(joined: Joined, year: Year, rows: dict[str, list[Row]]) -> Record:
    """What a line's master says that the line needs: group of an account, unit and tax category of an item."""
    groups, units, categories = {}, {}, {}
    for row in rows.get(LINES, ()):
        code = code_of(row, "MasterCode1")
        account, item = year.masters.get((_ACCOUNT, code)), year.masters.get((_ITEM, code))
        if whole(row.get("RecType")) == _LEDGER_LINE and account is not None:
            groups[str(code)] = joined.name(year.first, (int(MasterType.ACCOUNT_GROUP), account.parent))
        elif item is not None:
            units[str(code)] = joined.name(year.first, (_UNIT, item.unit))
            categories[str(code)] = joined.name(year.first, (_TAX, item.tax_category))
    told = {"groups": groups, "units": units, "categories": categories, "refs": _refs(year, rows)}
    return {name: found for name, found in told.items() if found}


def _refs(year: Year, rows: dict[str, list[Row]]) -> Record:
    """How the bills that are adjusted here were called where they were made."""
    adjusted = [
        code_of(row, "RefCode") for row in rows.get(REFERENCES, ()) if whole(row.get("Method")) == BillMethod.ADJUST
    ]
    return {str(code): year.made[code] for code in adjusted if code in year.made}
