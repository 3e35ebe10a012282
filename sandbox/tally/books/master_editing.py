"""Edits of masters: each moves ALTMSTID by one and no voucher's change number, a rename included.

Deleting is counted as one step too (measured for vouchers only, where it is two). A master in use cannot be deleted,
nor can a predefined one.
"""

from __future__ import annotations

from collections.abc import Iterator

from sandbox.tally.books.catalogue import MASTER_CLASSES
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.drafts import master_tree
from sandbox.tally.books.errors import BooksRefused, UnknownKind
from sandbox.tally.books.masters import PRIMARY, reserved_name
from sandbox.tally.books.packing import unpack
from sandbox.tally.books.records import Master
from sandbox.tally.books.references import MARK, fold, reference_to, referred_class
from sandbox.tally.books.serialising import serialised
from sandbox.tally.books.tree import Element

IDENTITY_TAGS = ("GUID", "MASTERID", "ALTERID")
_WORDS = {"GROUP": "Group", "STOCKGROUP": "Stock Group", "UNIT": "Unit", "COSTCATEGORY": "Cost Category"}


class MasterEditor:
    """Edits the masters of one company."""

    def __init__(self, books: Ledgerbook) -> None:
        self.books = books

    @serialised
    def create(self, kind: str, name: str, draft: Element | None = None, **fields: str) -> Master:
        """Create a master.

        Args:
            kind: class name.
            name: must be free in its class.
            draft: elements as a client imports them.
            fields: without a draft: plain fields, tag in any case to text.

        Raises:
            BooksRefused: the name is taken, or the parent does not exist.
        """
        if kind not in MASTER_CLASSES:
            raise UnknownKind(kind)
        if not name.strip() or self.books.masters.find(kind, name) is not None:
            raise BooksRefused(f"{kind.title()} '{name}' already exists!" if name.strip() else "BAD ORIGINAL NAME")
        tree = draft if draft is not None else master_tree(kind, name, **fields)
        self._check(kind, tree)
        self.books.state.last_master_id += 1
        return self._store(kind, self.books.state.last_master_id, name, tree)

    @serialised
    def alter(self, master_id: int, draft: Element | None = None, **fields: str) -> Master:
        """Change fields of a master: named elements and lists are replaced, the others stay."""
        old = self.get(master_id)
        tree = draft if draft is not None else master_tree(old.kind, old.name, **fields)
        self._check(old.kind, tree)
        return self._store(old.kind, master_id, old.name, _merge(old.tree, tree))

    @serialised
    def rename(self, master_id: int, name: str) -> Master:
        """Give a master another name; everything that refers to it shows the new one.

        Raises:
            BooksRefused: the name is taken.
        """
        old = self.get(master_id)
        holder = self.books.masters.find(old.kind, name)
        if not name.strip() or (holder is not None and holder.master_id != master_id):
            raise BooksRefused(f"{old.kind.title()} '{name}' already exists!")
        return self._store(old.kind, master_id, name, old.tree)

    @serialised
    def alter_and_rename(self, master_id: int, name: str, draft: Element) -> Master:
        """Change fields and name in one step, as a client's Alter with another display name does.

        Raises:
            BooksRefused: the name is taken, or the parent does not exist.
        """
        old = self.get(master_id)
        if self.books.masters.find(old.kind, name) not in (None, old):
            raise BooksRefused(f"{old.kind.title()} '{name}' already exists!")
        self._check(old.kind, draft)
        return self._store(old.kind, master_id, name, _merge(old.tree, draft))

    @serialised
    def save_unchanged(self, master_id: int) -> Master:
        """Open a master and accept it as it is."""
        old = self.get(master_id)
        return self._store(old.kind, master_id, old.name, old.tree)

    @serialised
    def delete(self, master_id: int) -> None:
        """Delete a master that nothing uses.

        Raises:
            BooksRefused: it is used or predefined.
        """
        old = self.get(master_id)
        if reserved_name(old) or self.is_used(master_id):
            raise BooksRefused("Cannot be deleted!")
        self.books.masters.drop(master_id)
        self.books.state.alter_master_id += 1
        self.books.touch()

    def get(self, master_id: int) -> Master:
        """Return a master.

        Raises:
            BooksRefused: there is none of that number.
        """
        master = self.books.masters.by_id.get(master_id)
        if master is None:
            raise BooksRefused("Object does not exist!")
        return master

    def is_used(self, master_id: int) -> bool:
        """Say whether another master or any voucher, cancelled and optional ones included, names it."""
        mark = reference_to(master_id)
        masters = self.books.masters.by_id.values()
        if any(mark in _references(row.tree) for row in masters if row.master_id != master_id):
            return True
        return any(
            row.type_id == master_id or master_id in row.postings[::2] or mark in _references(unpack(row.body))
            for row in self.books.state.vouchers.values()
        )

    def _check(self, kind: str, tree: Element) -> None:
        """Refuse a reference to a master that does not exist; system values are fine."""
        for child in tree.children:
            target = referred_class(kind, child.tag)
            text = child.text.strip()
            if target is None or child.children or not text or text.startswith(("\x04", MARK)) or text == "Primary":
                continue
            if self.books.masters.find(target, text) is None:
                raise BooksRefused(f"{_WORDS.get(target, target.title())} '{text}' does not exist!")

    def _store(self, kind: str, master_id: int, name: str, tree: Element) -> Master:
        state = self.books.state
        state.alter_master_id += 1
        referred = state.masters.refer(_complete(tree, kind, name))
        master = Master(
            kind=kind, master_id=master_id, alter_id=state.alter_master_id, name=name, tree=_self_named(referred, kind)
        )
        state.masters.put(master)
        self.books.touch()
        return master


def _complete(tree: Element, kind: str, name: str) -> Element:
    """Put in what every stored master has: places for identity, a parent where the class has one, the list of names."""
    children = [child for child in tree.children if child.tag not in ("NAME.LIST", "CLOSINGBALANCE")]
    present = {child.tag for child in children}
    head = [Element(tag) for tag in IDENTITY_TAGS if tag not in present]
    if referred_class(kind, "PARENT") and "PARENT" not in present:
        head.append(Element("PARENT", PRIMARY))
    names = tree.first("LANGUAGENAME.LIST")
    tail = [] if names is not None else [_names(name)]
    rows = [_rename_list(child, name) if child.tag == "LANGUAGENAME.LIST" else child for child in children]
    attributes = {"RESERVEDNAME": "", **{k: v for k, v in tree.attributes.items() if k not in ("NAME", "ACTION")}}
    return Element(kind, "", attributes, (*head, *rows, *tail))


def _names(name: str) -> Element:
    names = Element("NAME.LIST", "", {"TYPE": "String"}, (Element("NAME", name),))
    return Element("LANGUAGENAME.LIST", children=(names, Element("LANGUAGEID", " 1033")))


def _rename_list(block: Element, name: str) -> Element:
    """Set the display name, the first of the names; aliases stay."""
    first, *rest = block.children
    names = first._replace(children=(Element("NAME", name), *first.children[1:]))
    return block._replace(children=(names, *rest))


def _self_named(tree: Element, kind: str) -> Element:
    """A parent text no master has (system value, blank) stays; ``Primary`` typed plainly means the system value."""
    children = tuple(
        [
            child._replace(text=PRIMARY)
            if child.tag == "PARENT" and referred_class(kind, "PARENT") and fold(child.text) == "primary"
            else child
            for child in tree.children
        ]
    )
    return tree._replace(children=children)


def _merge(old: Element, new: Element) -> Element:
    """Replace in an element what the new one names; lists are replaced whole."""
    given: dict[str, list[Element]] = {}
    for child in new.children:
        if child.tag not in IDENTITY_TAGS:
            given.setdefault(child.tag, []).append(child)
    children: list[Element] = []
    for child in old.children:
        if child.tag not in given:
            children.append(child)
        elif given[child.tag]:
            children += given[child.tag]
            given[child.tag] = []
    children += [child for rows in given.values() for child in rows]
    return old._replace(children=tuple(children))


def _references(tree: Element) -> Iterator[str]:
    for child in tree.children:
        if child.children:
            yield from _references(child)
        elif child.text[:1] == MARK:
            yield child.text
