"""Which fields name another object, so that renaming a master changes what old vouchers show and nothing else.

Tally keeps references by number: a renamed ledger appears under its new name in every voucher, whose AlterIDs stay.
Stored trees therefore hold ``U+E000`` and the master's number where a name stands.
"""

from __future__ import annotations

from functools import lru_cache

MARK = "\ue000"

_ANYWHERE = "*"
_FIELDS: dict[str, dict[str, str]] = {
    "LEDGERNAME": {_ANYWHERE: "LEDGER"},
    "PARTYLEDGERNAME": {_ANYWHERE: "LEDGER"},
    "PARTYLEDGER": {"TAXOBJECTALLOCATIONS.LIST": "LEDGER"},
    "EXPENSES": {"TAXOBJECTALLOCATIONS.LIST": "LEDGER"},
    "STOCKITEMNAME": {_ANYWHERE: "STOCKITEM"},
    "GODOWNNAME": {_ANYWHERE: "GODOWN"},
    "DESTINATIONGODOWNNAME": {_ANYWHERE: "GODOWN"},
    "GSTREGISTRATION": {"VOUCHER": "TAXUNIT"},
    "NAME": {"COSTCENTREALLOCATIONS.LIST": "COSTCENTRE"},
    "CATEGORY": {
        "CATEGORYALLOCATIONS.LIST": "COSTCATEGORY",
        "COSTCENTRE": "COSTCATEGORY",
        "STOCKITEM": "STOCKCATEGORY",
    },
    "PARENT": {
        "LEDGER": "GROUP",
        "GROUP": "GROUP",
        "STOCKITEM": "STOCKGROUP",
        "STOCKGROUP": "STOCKGROUP",
        "STOCKCATEGORY": "STOCKCATEGORY",
        "GODOWN": "GODOWN",
        "COSTCENTRE": "COSTCENTRE",
        "VOUCHERTYPE": "VOUCHERTYPE",
    },
    "BASEUNITS": {"STOCKITEM": "UNIT", "UNIT": "UNIT", "STOCKGROUP": "UNIT"},
    "ADDITIONALUNITS": {"STOCKITEM": "UNIT", "UNIT": "UNIT"},
}


REFERRING_FIELDS = frozenset(_FIELDS)
"""Every field that names another object somewhere."""


def referred_class(parent: str, field: str) -> str | None:
    """Return the class of the object a field names, or None for a field that names none.

    Args:
        parent: tag of the element the field stands in.
        field: its own tag.
    """
    homes = _FIELDS.get(field)
    if homes is None:
        return None
    return homes.get(parent) or homes.get(_ANYWHERE)


def reference_to(master_id: int) -> str:
    """Return the stored form of a reference."""
    return f"{MARK}{master_id}"


@lru_cache(maxsize=1 << 16)
def fold(name: str) -> str:
    """Fold a name as Tally matches names: without case, blanks at the ends and doubled blanks."""
    return " ".join(name.split()).casefold()
