"""A mapping: which kind of list a spreadsheet is, what its columns mean, and what the sheet does not say itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from canonical.errors import RuleError
from canonical.record import JsonValue
from connectors.spreadsheet.matching import document_kinds, fields_of

KEY_COLUMN = "Khata key"
"""Column of an exported workbook: which record a row belongs to, whatever is corrected in it."""
WRONG_COLUMN, REMEDY_COLUMN = "What is wrong", "What to do"
NOTE_COLUMNS = (KEY_COLUMN, WRONG_COLUMN, REMEDY_COLUMN)
"""Columns that we add to the rows of such a workbook; the rest is the sheet's own."""
IGNORED = ""
"""What a column means that is not read."""
NEEDED: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "register": (
        ("invoice_number",),
        ("invoice_date",),
        ("party_name",),
        ("total_amount", "taxable_amount", "line_amount"),
    ),
    "outstanding": (("party_name",), ("invoice_number",), ("balance_due", "total_amount")),
    "ledger": (("entry_date",), ("debit", "credit")),
    "party": (("name",),),
}
"""Per kind of list: of each group one field has to be mapped."""
KINDS: Mapping[str, tuple[str, ...]] = {
    "register": ("sales", "purchase", "credit_note", "debit_note"),
    "outstanding": ("receivable", "payable"),
    "ledger": ("journal",),
    "party": ("customer", "supplier"),
}
"""Per kind of list: what it is of; the first unless the mapping says otherwise."""
SETTINGS = frozenset({"document", "kind", "company", "account", "dates", "as_of"})
MONTH_FIRST, DAY_FIRST = "month-first", "day-first"


class MappingError(RuleError):
    """A mapping contradicts itself or lacks something."""

    default_code = "spreadsheet.mapping.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetMapping:
    """How a spreadsheet is read.

    Attributes:
        document: kind of list: ``register``, ``outstanding``, ``ledger``, ``party``.
        columns: field by header, ``IGNORED`` for what is not read.
        kind: of what: ``sales``, ``receivable`` ...
        company: whose books, if nobody says it at the import.
        account: of a ledger, whose account it is; a day book has none.
        dates: ``day-first`` or ``month-first``.
        as_of: day of an outstanding list, ISO; what is open on it.
    """

    document: str
    columns: Mapping[str, str] = field(default_factory=dict)
    kind: str = ""
    company: str = ""
    account: str = ""
    dates: str = DAY_FIRST
    as_of: str = ""

    def __post_init__(self) -> None:
        """Refuse what cannot be.

        Raises:
            MappingError: an unknown kind, field or date order, or one field for two columns.
        """
        if self.document not in document_kinds():
            raise MappingError(f"A list is one of {', '.join(document_kinds())}, not {self.document!r}.")
        if self.kind and self.kind not in KINDS[self.document]:
            raise MappingError(f"A {self.document} is of {', '.join(KINDS[self.document])}, not {self.kind!r}.")
        if self.dates not in {DAY_FIRST, MONTH_FIRST}:
            raise MappingError(f"Dates are {DAY_FIRST} or {MONTH_FIRST}, not {self.dates!r}.")
        known = {one.name for one in fields_of(self.document)}
        used: set[str] = set()
        for header, name in self.columns.items():
            if name and name not in known:
                raise MappingError(
                    f"{name!r} is no field of a {self.document}; they are: {', '.join(sorted(known))}.", column=header
                )
            if name and name in used:
                raise MappingError(
                    f"Two columns are mapped to {name!r}; one of them has to be left out.", column=header
                )
            used.add(name)

    @property
    def of_what(self) -> str:
        """``kind``, or the first there is."""
        return self.kind or KINDS[self.document][0]

    @property
    def missing(self) -> tuple[str, ...]:
        """What has to be mapped and is not; alternatives joined by "or"."""
        used = set(self.columns.values())
        return tuple(" or ".join(group) for group in NEEDED[self.document] if not used & set(group))

    def header_of(self, name: str) -> str:
        """The column that means a field; empty if none."""
        return next((header for header, meant in self.columns.items() if meant == name), "")

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values; empty ones are left out."""
        told: dict[str, JsonValue] = {"document": self.document, "columns": dict(self.columns)}
        others = {name: getattr(self, name) for name in sorted(SETTINGS - {"document"})}
        return {**told, **{name: value for name, value in others.items() if value}}


def mapping_from(told: Mapping[str, JsonValue]) -> SheetMapping:
    """Build a mapping from plain values.

    Raises:
        MappingError: something in it is not known.
    """
    unknown = told.keys() - SETTINGS - {"columns"}
    if unknown or not isinstance(told.get("columns", {}), Mapping):
        raise MappingError(f"A mapping has no {', '.join(sorted(unknown)) or 'columns of that form'}.")
    columns = {str(header): str(name or "") for header, name in told.get("columns", {}).items()}
    return SheetMapping(columns=columns, **{name: str(told[name]) for name in SETTINGS & told.keys()})


def changed(mapping: SheetMapping, changes: Sequence[str]) -> SheetMapping:
    """Apply a person's corrections: ``Bill Amt=total_amount``, ``Remarks=`` to leave out, ``@kind=purchase``.

    Raises:
        MappingError: a column or setting is not there, or what it is set to is not known.
    """
    told = mapping.to_json()
    for change in changes:
        name, equals, value = (part.strip() for part in change.rpartition("="))
        if not equals or not name:
            raise MappingError(f"{change!r} is no correction; write COLUMN=FIELD, COLUMN= or @SETTING=VALUE.")
        if name.startswith("@"):
            _set(told, name[1:], value)
        elif name in mapping.columns:
            told["columns"] = {**_without(told["columns"], value), name: value}
        else:
            raise MappingError(f"There is no column {name!r}; they are: {', '.join(mapping.columns)}.")
    return mapping_from(told)


def _set(told: dict[str, JsonValue], name: str, value: str) -> None:
    if name not in SETTINGS:
        raise MappingError(f"There is no setting @{name}; they are: {', '.join(sorted(SETTINGS))}.")
    told[name] = value
    if name == "document" and value in document_kinds():
        known = {one.name for one in fields_of(value)}
        told["columns"] = {header: meant if meant in known else "" for header, meant in told["columns"].items()}
        told.pop("kind", None)


def _without(columns: Mapping[str, str], field_name: str) -> dict[str, str]:
    """A field goes to the column that a person gives it; the one that had it loses it."""
    return {header: "" if meant == field_name else meant for header, meant in columns.items()}
