"""What Tally says it did: the counters of an import, and whether they are those of success."""

from __future__ import annotations

import html
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from connectors.tally.gateway.shape import complaints
from connectors.tally.writing.command import Operation

_COUNTER = re.compile(r"<([A-Z]+)>\s*(-?\d+)\s*</\1>")
_COUNTERS = frozenset("CREATED ALTERED DELETED LASTVCHID LASTMID COMBINED IGNORED ERRORS CANCELLED EXCEPTIONS".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportResult:
    """The answer to an import.

    Attributes:
        counters: by lower-case name; what Tally left out counts as 0.
        said: its error texts; empty if there are none.
    """

    counters: Mapping[str, int] = field(default_factory=dict)
    said: str = ""

    def count(self, name: str) -> int:
        """One counter."""
        return self.counters.get(name, 0)

    @property
    def master_id(self) -> int:
        """Number of the voucher written, 0 if Tally did not say."""
        return self.count("lastvchid")

    def objection(self, operation: Operation, *, may_exist: bool) -> str:
        """Say which clause of success does not hold; empty if all do.

        The clauses: the expected counter is 1 and no other moved, ERRORS 0, EXCEPTIONS 0, no error text. Reading back
        is the last clause, and not decided here.

        Args:
            operation: what was sent.
            may_exist: the same command may have arrived before, so that Tally alters instead of creating.
        """
        if self.said:
            return f"Tally said: {self.said[:300]}"
        for name in ("errors", "exceptions"):
            if self.count(name):
                return f"Tally counted {self.count(name)} {name} without saying why"
        expected = _expected(operation, may_exist=may_exist)
        moved = {
            name: self.count(name) for name in ("created", "altered", "cancelled", "deleted", "combined", "ignored")
        }
        if sum(moved.values()) == 1 and any(moved[name] == 1 for name in expected):
            return ""
        counted = ", ".join(f"{name} {count}" for name, count in moved.items() if count) or "nothing"
        return f"Tally counted {counted} where {' or '.join(expected)} 1 was expected"


def _expected(operation: Operation, *, may_exist: bool) -> tuple[str, ...]:
    match operation:
        case Operation.ALTER_LEDGER:
            return ("altered",)
        case Operation.CANCEL_VOUCHER:
            return ("cancelled", "altered")
        case Operation.CREATE_LEDGER:
            return ("created",)
        case _:
            return ("created", "altered") if may_exist else ("created",)


def parse_result(text: str) -> ImportResult:
    """Read an import's answer, bare or inside an envelope."""
    found = {name.lower(): int(value) for name, value in _COUNTER.findall(text) if name in _COUNTERS}
    return ImportResult(counters=found, said=html.unescape(complaints(text)))
