"""Who sent a bill: nowhere in its data, only in the name of its file, so settings may say it better.

File names are ``<SUPPLIER>_<yyyymmdd>_S_<bill number or token>.csv``. Many readers take field 30 of H for the supplier;
it is the buyer.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from canonical.ledger import name_key
from canonical.record import JsonValue

_NAMED = re.compile(r"(?P<supplier>.+?)_\d{8}_S_.+", re.IGNORECASE | re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplier:
    """What is known of a supplier.

    Attributes:
        name: empty if neither settings nor file name say it.
        state: name or code, if it has no GSTIN.
    """

    name: str
    gstin: str = ""
    state: str = ""

    @property
    def key(self) -> str:
        """What its bills are kept under."""
        return name_key(self.name)

    def to_json(self) -> dict[str, JsonValue]:
        """For the raw record."""
        told = {"name": self.name, "gstin": self.gstin, "state": self.state}
        return {name: value for name, value in told.items() if value}


def supplier_of(file_name: str, config: Mapping[str, JsonValue]) -> Supplier:
    """Say whose bill a file is: the setting for all files, the entry for its prefix, or the prefix itself.

    >>> supplier_of("ALPHA_PHARMA_20250401_S_W_000001.csv", {}).name
    'ALPHA PHARMA'
    """
    stem = file_name.rpartition(".")[0] or file_name
    found = _NAMED.fullmatch(stem)
    prefix = found["supplier"] if found else ""
    entry: Mapping[str, JsonValue] = _entry(config.get("suppliers") or {}, prefix)
    return Supplier(
        name=_text(config, "supplier") or _text(entry, "name") or " ".join(prefix.replace("_", " ").split()),
        gstin=(_text(config, "supplier_gstin") or _text(entry, "gstin")).upper(),
        state=_text(config, "supplier_state") or _text(entry, "state"),
    )


def _entry(suppliers: Mapping[str, JsonValue], prefix: str) -> Mapping[str, JsonValue]:
    """The entry of a prefix; a bare text is the supplier's name."""
    wanted = name_key(prefix.replace("_", " "))
    for told, entry in suppliers.items():
        if wanted and name_key(str(told).replace("_", " ")) == wanted:
            return entry if isinstance(entry, Mapping) else {"name": str(entry)}
    return {}


def _text(settings: Mapping[str, JsonValue], name: str) -> str:
    return str(settings.get(name) or "").strip()
