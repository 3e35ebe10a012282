"""A master export with ``ClosingBalDate``: balances and pending bills of that day, to compare with and never to add.

That ``OPBal`` then is the balance as of that day, and the bill references those pending then, was inferred by comparing
the same parties in two real exports. So such a file gives no opening; its figures become reports of the source.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from canonical.record import JsonValue
from connectors.busy.values import find_day

BALANCES, RECEIVABLE, PAYABLE = "closing-balances", "pending-bills-receivable", "pending-bills-payable"


@dataclass(frozen=True, slots=True)
class ClosingPart:
    """One report: all balances, or all pending bills."""

    word: str
    day: date
    rows: list[JsonValue]

    def document(self) -> dict[str, JsonValue]:
        """The object of the report's record."""
        return {"report": self.word, "as_of": self.day.isoformat(), "rows": self.rows}


@dataclass(slots=True)
class Closing:
    """What the accounts of one file say for its day."""

    day: date
    balances: list[dict[str, JsonValue]] = field(default_factory=list)
    bills: list[dict[str, JsonValue]] = field(default_factory=list)

    @classmethod
    def of(cls, text: str) -> Closing | None:
        """Return it if the file names a day."""
        day = find_day(text)
        return cls(day) if day else None

    def add(self, node: dict[str, Any]) -> None:
        """Take an account."""
        name = node.get("Name")
        if node.get("OPBal"):
            self.balances.append({"Name": name, "OPBal": node["OPBal"]})
        detail = node.get("BillByBillDetail")
        references = detail.get("BillReference") if isinstance(detail, dict) else None
        for one in references if isinstance(references, list) else [references] if references else []:
            self.bills.append({"Name": name, **one})

    def reports(self) -> list[ClosingPart]:
        """Balances and bills, as far as there are any."""
        owed = [bill for bill in self.bills if str(bill.get("Value1") or "").startswith("-")]
        owing = [bill for bill in self.bills if not str(bill.get("Value1") or "").startswith("-")]
        parts = ((BALANCES, self.balances), (RECEIVABLE, owed), (PAYABLE, owing))
        return [ClosingPart(word, self.day, [*rows]) for word, rows in parts if rows]
