"""What FETCH and NATIVEMETHOD ask of an object, as a tree: plain fields, whole lists, single fields of lists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from sandbox.tally.gateway.faults import Faults


@dataclass(slots=True)
class Fetch:
    """What is asked of one object or of the entries of one list.

    Attributes:
        whole: Everything, as an export writes it (``X.*``, or the list named without a dot).
        everything: Every field, and every list but a voucher's entries (``*``).
        names: Fields and lists by lower-case name, as first written.
        inside: For every name, what is asked inside it.
    """

    whole: bool = False
    everything: bool = False
    names: dict[str, str] = field(default_factory=dict)
    inside: dict[str, Fetch] = field(default_factory=dict)

    def add(self, path: str) -> None:
        """Add one dotted path."""
        head, _, rest = path.strip().partition(".")
        folded = head.replace(" ", "").removeprefix("$").casefold().removesuffix(".list")
        if not folded:
            return
        if folded == "*":
            self.everything = True
            return
        self.names.setdefault(folded, head)
        inner = self.inside.setdefault(folded, Fetch())
        if not rest or rest == "*" or rest.casefold() == "list":
            inner.whole = True
        else:
            inner.add(rest.removeprefix("LIST."))


def read_fetch(paths: Iterable[str], faults: Faults) -> Fetch:
    """Read paths; those that lead deeper than the faults allow bring nothing, as measured."""
    fetch = Fetch()
    for path in paths:
        if not 0 <= faults.dotted_levels < path.count("."):
            fetch.add(path)
    return fetch
