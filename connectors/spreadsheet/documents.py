"""Rows to records: rows of one invoice, of one entry or of one party belong together. Nothing is interpreted here.

A record's key is what identifies the document itself (number, party, year), not the place in the file: the same
invoice in next month's register is the same record. Where a sheet gives no number, the place is all there is.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from canonical.dates import FinancialYear
from canonical.ledger import name_key
from canonical.record import JsonValue
from connectors.sdk.bad_rows import CELLS
from connectors.spreadsheet.headers import words_of
from connectors.spreadsheet.mapping import KEY_COLUMN, MONTH_FIRST, NOTE_COLUMNS, SheetMapping
from connectors.spreadsheet.table import Row, Table
from connectors.spreadsheet.values import find_day

PARTIES, VOUCHERS = "parties", "vouchers"
OPENING = "opening balance"
Record = dict[str, Any]


def iter_records(table: Table, mapping: SheetMapping) -> Iterator[tuple[str, Record]]:
    """Yield the streams and records of a table, without the company's part."""
    rows = (row for row in table.rows if not row.is_total)
    is_list = mapping.document in {"party", "outstanding"}
    groups = _by_party(rows, mapping) if is_list else _together(rows, mapping)
    used: dict[str, int] = {}
    for key, members in groups:
        used[key] = used.get(key, 0) + 1
        unique = key if used[key] == 1 else f"{key}|{used[key]}"
        stream = PARTIES if is_list or is_opening(members[0][0].cells, mapping) else VOUCHERS
        yield stream, _record(table, mapping, unique, members)


def is_opening(cells: Mapping[str, str], mapping: SheetMapping) -> bool:
    """Say whether a row of an account's statement brings its balance forward: a fact of the account, no voucher."""
    return bool(mapping.account) and words_of(cells.get(mapping.header_of("account_name"), "")) == OPENING


def _record(table: Table, mapping: SheetMapping, key: str, members: list[tuple[Row, str]]) -> Record:
    first = members[0][0]
    rows: list[JsonValue] = []
    for row, before in members:
        cells = {header: text for header, text in row.cells.items() if header not in NOTE_COLUMNS}
        told: dict[str, JsonValue] = {"at": row.number - first.number, CELLS: cells}
        rows.append({**told, "before": before} if before else told)
    return {
        "key": key,
        "mapping": mapping.to_json(),
        "rows": rows,
        "file": table.file,
        "sheet": table.sheet,
        "row": first.number,
        "is_correction": KEY_COLUMN in first.cells,
    }


def _by_party(rows: Iterable[Row], mapping: SheetMapping) -> Iterator[tuple[str, list[tuple[Row, str]]]]:
    """Rows by party, wherever they stand; a list that names a party once, above its bills, is filled down."""
    header = mapping.header_of("party_name" if mapping.document == "outstanding" else "name")
    found: dict[str, list[tuple[Row, str]]] = {}
    name = ""
    for row in rows:
        name = row.cells.get(header, "") or name
        filled = Row(row.number, {header: name, **row.cells}) if name else row
        key = row.cells.get(KEY_COLUMN) or f"{mapping.document}|{name_key(name)}"
        found.setdefault(key, []).append((filled, ""))
    yield from found.items()


def _together(rows: Iterable[Row], mapping: SheetMapping) -> Iterator[tuple[str, list[tuple[Row, str]]]]:
    """Rows that follow one another and are of one document: the same number, or none after a first that has one."""
    number, balance = _number_header(mapping), mapping.header_of("running_balance")
    members: list[tuple[Row, str]] = []
    current = before = ""
    for row in rows:
        said = row.cells.get(KEY_COLUMN) or row.cells.get(number, "") if number else ""
        is_same = bool(members) and not mapping.account and bool(current) and said in {"", current}
        if members and not is_same:
            yield _key(members[0][0], mapping), members
            members = []
        if not members:
            current = said
        members.append((row, before))
        before = row.cells.get(balance, "") or before
    if members:
        yield _key(members[0][0], mapping), members


def _number_header(mapping: SheetMapping) -> str:
    return mapping.header_of("invoice_number" if mapping.document == "register" else "voucher_number")


def _key(row: Row, mapping: SheetMapping) -> str:
    if KEY_COLUMN in row.cells:
        return row.cells[KEY_COLUMN]
    number = name_key(row.cells.get(_number_header(mapping), ""))
    day_header = mapping.header_of("invoice_date" if mapping.document == "register" else "entry_date")
    said = row.cells.get(day_header, "")
    if not number:
        told = sorted(f"{header}={text}" for header, text in row.cells.items())
        return "|".join((mapping.document, mapping.of_what, name_key(mapping.account), *told))
    day = find_day(said, is_month_first=mapping.dates == MONTH_FIRST)
    year = FinancialYear.of(day).label if day else ""
    party = name_key(row.cells.get(mapping.header_of("party_name"), ""))
    kind = name_key(row.cells.get(mapping.header_of("voucher_type"), ""))
    return "|".join((mapping.document, mapping.of_what, name_key(mapping.account), kind, number, party, year))
