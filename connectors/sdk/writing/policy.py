"""What may be written at all. The default is: nothing."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol, TypeVar

from canonical.errors import RuleError

Op = TypeVar("Op", bound=StrEnum)


@dataclass(frozen=True, slots=True, kw_only=True)
class Codes:
    """The codes of a product's refusals to write; the usual ones, unless it has its own."""

    not_allowed: str = "source.write.not_allowed"
    refused: str = "source.write.refused"
    key_reused: str = "source.write.key_reused"
    command: str = "source.write.command"
    policy: str = "source.write.policy"


USUAL_CODES = Codes()


@dataclass(frozen=True, slots=True, kw_only=True)
class Product:
    """What is written to.

    Attributes:
        title: for people.
        setting: of the hub that lists the allowed operations.
        document: what it calls what has a total.
        codes: of its refusals.
    """

    title: str
    setting: str
    document: str = "document"
    codes: Codes = USUAL_CODES


class WriteCommand(Protocol):
    """A command, as far as every product's is the same."""

    @property
    def key(self) -> str:
        """Chosen by whoever gives it: the same key never makes a second object."""
        ...

    @property
    def operation(self) -> StrEnum:
        """Which of the allowed it is."""
        ...

    @property
    def total(self) -> Decimal | None:
        """What the document comes to, in the currency of the books; None if it moves no money."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class WritePolicy:
    """The operator's permission.

    Attributes:
        is_enabled: nothing is ever sent while False; plans can still be made.
        operations: those allowed.
        amount_max: largest total of a document, in the currency of the books; None: no limit.
    """

    is_enabled: bool = False
    operations: Collection[StrEnum] = ()
    amount_max: Decimal | None = None

    def objection(self, command: WriteCommand, product: Product) -> str:
        """Say why a command may not be carried out; empty if it may."""
        if not self.is_enabled:
            return (
                f"writing to {product.title} is switched off; an administrator can allow it (setting writing.enabled)"
            )
        if command.operation not in self.operations:
            return f"{command.operation.value} is not among the allowed operations (setting {product.setting})"
        total = command.total
        if self.amount_max is not None and total is not None and total > self.amount_max:
            limit = f"the limit {self.amount_max} (setting writing.amount_max)"
            return f"the {product.document}'s total {total} is above {limit}"
        return ""


def operations_of(text: str, known: type[Op], product: Product) -> frozenset[Op]:
    """Read a comma-separated list of operations; ``all`` is not a word, each is named.

    Raises:
        RuleError: one of them is none.
    """
    words = [word.strip() for word in text.split(",") if word.strip()]
    try:
        return frozenset(known(word) for word in words)
    except ValueError as error:
        raise RuleError(
            f"{error}; the operations that can be allowed are {', '.join(known)}.", code=product.codes.policy
        ) from None
