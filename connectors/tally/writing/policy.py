"""What is written to, and which operations an operator may allow."""

from __future__ import annotations

from connectors.sdk.writing.policy import Codes, Product, operations_of
from connectors.tally.writing.command import Operation

TALLY = Product(
    title="Tally",
    setting="writing.operations",
    document="voucher",
    codes=Codes(
        not_allowed="tally.write.not_allowed",
        refused="tally.write.refused",
        key_reused="tally.write.key_reused",
        command="tally.write.command",
        policy="tally.write.policy",
    ),
)


def parse_operations(text: str) -> frozenset[Operation]:
    """Read a comma-separated list of operations; ``all`` is not a word, each is named.

    Raises:
        RuleError: ``tally.write.policy``.
    """
    return operations_of(text, Operation, TALLY)
