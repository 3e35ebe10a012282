"""What may be written at all. The default is: nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from canonical.errors import RuleError
from connectors.tally.writing.command import Command, CreateVoucher, Operation


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePolicy:
    """The operator's permission.

    Attributes:
        is_enabled: nothing is ever sent while False; plans can still be made.
        operations: those allowed.
        amount_max: largest debit total of a voucher, rupees; None: no limit.
    """

    is_enabled: bool = False
    operations: Collection[Operation] = ()
    amount_max: Decimal | None = None

    def objection(self, command: Command) -> str:
        """Say why a command may not be carried out; empty if it may."""
        if not self.is_enabled:
            return "writing to Tally is switched off; an administrator can allow it (setting writing.enabled)"
        if command.operation not in self.operations:
            return f"{command.operation.value} is not among the allowed operations (setting writing.operations)"
        if isinstance(command, CreateVoucher) and self.amount_max is not None:
            total = command.voucher.debit_total
            if total > self.amount_max:
                return f"the voucher's total {total} is above the limit {self.amount_max} (setting writing.amount_max)"
        return ""


def parse_operations(text: str) -> frozenset[Operation]:
    """Read a comma-separated list of operations; ``all`` is not a word, each is named.

    Raises:
        RuleError: ``tally.write.policy``.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return frozenset(Operation(word) for word in words)
    except ValueError as error:
        raise RuleError(
            f"{error}; the operations that can be allowed are {', '.join(Operation)}.", code="tally.write.policy"
        ) from None
