"""The table of masters: by number, by name, and the trees they form.

Names are matched as Tally matches them, aliases included. All classes share one number space; a company's GUID with
the number in eight hex digits is a master's GUID.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.tally.books.records import Master
from sandbox.tally.books.references import MARK, REFERRING_FIELDS, fold, reference_to, referred_class
from sandbox.tally.books.tree import Element

PRIMARY = "\x04 Primary"
"""What the parent of a root says."""


@dataclass(slots=True)
class MasterTable:
    """Masters of one company."""

    by_id: dict[int, Master] = field(default_factory=dict)
    _names: dict[str, dict[str, int]] = field(default_factory=dict)

    def copy(self) -> MasterTable:
        """Return a table that further edits of this one do not reach."""
        return MasterTable(dict(self.by_id), {kind: dict(names) for kind, names in self._names.items()})

    def put(self, master: Master) -> None:
        """Insert or replace."""
        self.drop(master.master_id)
        self.by_id[master.master_id] = master
        names = self._names.setdefault(master.kind, {})
        names[fold(master.name)] = master.master_id
        for alias in aliases_of(master.tree):
            names.setdefault(fold(alias), master.master_id)

    def drop(self, master_id: int) -> None:
        """Remove, if it is there."""
        old = self.by_id.pop(master_id, None)
        if old is not None:
            names = self._names[old.kind]
            for name in [name for name, number in names.items() if number == master_id]:
                del names[name]

    def find(self, kind: str, name: str) -> Master | None:
        """Find a master of a class by name or alias."""
        number = self._names.get(kind, {}).get(fold(name))
        return self.by_id[number] if number is not None else None

    def resolve(self, kind: str, child: Element | None) -> Master | None:
        """Return the master a plain field names, be it by reference or still by name."""
        if child is None:
            return None
        text = child.text
        return self.by_id.get(int(text[1:])) if text[:1] == MARK else self.find(kind, text)

    def of_kind(self, kind: str) -> list[Master]:
        """Return the masters of a class, by name as Tally lists them."""
        return sorted(
            (row for row in list(self.by_id.values()) if row.kind == kind), key=lambda row: row.name.casefold()
        )

    def name_behind(self, reference: str) -> str:
        """Return the present name behind a stored reference; nothing if the master is gone."""
        master = self.by_id.get(int(reference[1:]))
        return master.name if master is not None else ""

    def spell(self, text: str) -> str:
        """Return a stored text with its reference, if it is one, resolved."""
        return self.name_behind(text) if text[:1] == MARK else text

    def refer(self, element: Element) -> Element:
        """Replace names of masters in a tree by references; names no master has stay as they are."""
        return element._replace(children=self._refer_children(element))

    def _refer_children(self, element: Element) -> tuple[Element, ...]:
        parent, names = element.tag, self._names
        rows = []
        for child in element.children:
            if child.children:
                row = tuple.__new__(Element, (child.tag, "", child.attributes, self._refer_children(child)))
            elif child.tag in REFERRING_FIELDS:
                kind = referred_class(parent, child.tag)
                number = names[kind].get(fold(child.text)) if kind in names else None
                row = child if number is None else Element(child.tag, reference_to(number), child.attributes)
            else:
                row = child
            rows.append(row)
        return tuple(rows)

    def reference(self, tree: Element, field_name: str) -> Master | None:
        """Return the master a plain field of a tree refers to."""
        child = tree.first(field_name)
        if child is None or child.text[:1] != MARK:
            return None
        return self.by_id.get(int(child.text[1:]))

    def parent_of(self, master: Master) -> Master | None:
        """Return the parent; None for roots, and for predefined voucher types, which name themselves."""
        parent = self.reference(master.tree, "PARENT")
        return None if parent is None or parent.master_id == master.master_id else parent

    def lineage(self, master: Master) -> Iterator[Master]:
        """Yield the master and its ancestors in its own class (for a ledger: the ledger, then its groups)."""
        row: Master | None = master
        while row is not None:
            yield row
            row = self.parent_of(row)


def aliases_of(tree: Element) -> tuple[str, ...]:
    """Return the names after the first in the list of names."""
    names = [
        name.text for block in tree.all("LANGUAGENAME.LIST") for rows in block.all("NAME.LIST") for name in rows[3]
    ]
    return tuple(names[1:])


def reserved_name(master: Master) -> str:
    """Return the name a predefined master keeps when it is renamed; empty for others."""
    return master.tree.attributes.get("RESERVEDNAME", "")
