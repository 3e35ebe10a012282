"""Edits of vouchers, with change numbers moving as measured on live companies.

Creating, altering, cancelling, re-dating and saving without change raise ALTVCHID by one, deleting and making optional
by two; the voucher carries the new value. Renumbering by Tally itself moves nothing (types with "Auto Renumber" do it
whenever a voucher comes, goes or moves), nor does a new number of an optional voucher. Making an optional voucher
regular is counted as an alteration (not measured).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

from sandbox.tally.books.bill_terms import with_bases
from sandbox.tally.books.building import RETAIN_STEP, without_header
from sandbox.tally.books.checking import check_voucher, is_usable_day
from sandbox.tally.books.company import Ledgerbook
from sandbox.tally.books.drafts import VoucherDraft
from sandbox.tally.books.errors import BooksRefused
from sandbox.tally.books.moves import read_moves
from sandbox.tally.books.numbering import is_automatic, is_renumbered, last_number, number_after, renumbered
from sandbox.tally.books.packing import pack, unpack
from sandbox.tally.books.records import Master, Voucher
from sandbox.tally.books.serialising import serialised
from sandbox.tally.books.tree import Element
from sandbox.tally.books.voucher_objects import HEADER_TAGS
from sandbox.tally.ids import KEY_STEP


@dataclass(frozen=True, slots=True, kw_only=True)
class _Identity:
    """What a rewritten voucher keeps or gets anew."""

    master_id: int
    alter_id: int
    number: str
    sequence: int
    retain_key: int


class VoucherEditor:
    """Edits the vouchers of one company.

    Args:
        books: the company; its state is changed in place.
    """

    def __init__(self, books: Ledgerbook) -> None:
        self.books = books

    @serialised
    def create(self, draft: VoucherDraft | Element) -> Voucher:
        """Enter a voucher.

        Raises:
            BooksRefused: with Tally's own text.
        """
        tree = draft.to_tree() if isinstance(draft, VoucherDraft) else draft
        voucher_type, day = check_voucher(self.books, tree)
        state = self.books.state
        number = self._number_for(voucher_type, tree)
        state.last_voucher_id += 1
        state.last_retain_key = state.last_retain_key + RETAIN_STEP if state.last_retain_key else 1
        identity = _Identity(
            master_id=state.last_voucher_id,
            alter_id=self._next_alter_id(1),
            number=number,
            sequence=self._next_sequence(day),
            retain_key=state.last_retain_key,
        )
        made = self._store(tree, voucher_type, day, identity)
        self._settle_numbers(made.type_id)
        return self.get(made.master_id)

    @serialised
    def create_cancelled(self, tree: Element) -> Voucher:
        """Enter a voucher that is cancelled from the first, as a Cancel that names none does: one step, no entries."""
        lines = [child for child in tree.children if not child.children]
        voucher = self.create(tree._replace(children=tuple(lines)))
        kept = tuple([Element(tag) for tag in HEADER_TAGS])
        return self._replace(replace(voucher, is_cancelled=True, body=pack(Element("VOUCHER", children=kept))), steps=0)

    @serialised
    def alter(self, master_id: int, draft: VoucherDraft | Element) -> Voucher:
        """Replace a voucher's content; its number stays unless the type leaves numbers to the user.

        Raises:
            BooksRefused: with Tally's own text.
        """
        old = self.get(master_id)
        tree = draft.to_tree() if isinstance(draft, VoucherDraft) else draft
        voucher_type, day = check_voucher(self.books, tree, master_id)
        given = tree.value("VOUCHERNUMBER")
        keeps = is_automatic(voucher_type) or not given
        identity = _Identity(
            master_id=old.master_id,
            alter_id=self._next_alter_id(2 if not old.is_optional and _is_optional(tree, voucher_type) else 1),
            number=old.number
            if keeps and old.type_id == voucher_type.master_id
            else self._number_for(voucher_type, tree),
            sequence=old.sequence if day == old.day else self._next_sequence(day),
            retain_key=old.retain_key,
        )
        altered = self._store(tree, voucher_type, day, identity)
        if (old.type_id, old.day) != (altered.type_id, altered.day):
            self.books.state.last_numbers.pop(old.type_id, None)
            self._settle_numbers(old.type_id, altered.type_id)
        return self.get(master_id)

    @serialised
    def save_unchanged(self, master_id: int) -> Voucher:
        """Open a voucher and accept it as it is."""
        return self._replace(self.get(master_id), steps=1)

    @serialised
    def redate(self, master_id: int, day: date) -> Voucher:
        """Move a voucher to another day: its key and the dates of the bills it opens change, its GUID and number stay.

        Raises:
            BooksRefused: the day lies before the books.
        """
        old = self.get(master_id)
        if not is_usable_day(self.books, day):
            raise BooksRefused(f"Voucher date is missing for: '{self._type_of(old).name}' voucher {old.number}.")
        tree = with_bases(unpack(old.body), day)
        moves = read_moves(tree, self.books.masters, day, self.books.kind_of(old.type_id))
        moved = replace(old, day=day, sequence=self._next_sequence(day), bills=moves.bills, body=pack(tree))
        self._replace(moved, steps=1)
        self._settle_numbers(old.type_id)
        return self.get(master_id)

    @serialised
    def renumber(self, master_id: int, number: str) -> Voucher:
        """Give a voucher another number; of an optional voucher this moves no change number."""
        old = self.get(master_id)
        self.books.state.last_numbers.pop(old.type_id, None)
        return self._replace(replace(old, number=number), steps=0 if old.is_optional else 1)

    @serialised
    def renumber_automatically(self, type_name: str) -> int:
        """Close the gaps in a type's numbers as "Auto Renumber" does; no change number moves.

        Returns:
            How many vouchers show another number now.
        """
        voucher_type = self.books.masters.find("VOUCHERTYPE", type_name)
        if voucher_type is None:
            raise BooksRefused(f"Voucher Type '{type_name}' does not exist!")
        return self._close_gaps(voucher_type.master_id)

    def _close_gaps(self, type_id: int) -> int:
        rows = [row for row in self.books.vouchers() if row.type_id == type_id]
        numbers = renumbered(rows)
        changed = [(row, number) for row, number in zip(rows, numbers, strict=True) if row.number != number]
        for row, number in changed:
            self.books.state.vouchers[row.master_id] = replace(row, number=number)
        self.books.state.last_numbers.pop(type_id, None)
        self.books.touch()
        return len(changed)

    def _settle_numbers(self, *type_ids: int) -> None:
        """Renumber the types that Tally renumbers itself when a voucher comes, goes or moves."""
        for type_id in set(type_ids):
            if is_renumbered(self.books.masters.by_id[type_id]):
                self._close_gaps(type_id)

    @serialised
    def cancel(self, master_id: int) -> Voucher:
        """Cancel: number, day and GUID stay, everything else goes."""
        old = self.get(master_id)
        kept = tuple([Element(tag) for tag in HEADER_TAGS])
        empty = replace(old, is_cancelled=True, is_optional=False, postings=(), bills=(), goods=())
        return self._replace(replace(empty, body=pack(Element("VOUCHER", children=kept))), steps=1)

    @serialised
    def make_optional(self, master_id: int) -> Voucher:
        """Take a voucher out of the books without removing it."""
        old = self.get(master_id)
        if old.is_cancelled:
            raise BooksRefused("Voucher does not exist!")
        return self._replace(replace(old, is_optional=True), steps=2)

    @serialised
    def make_regular(self, master_id: int) -> Voucher:
        """Let an optional voucher count."""
        return self._replace(replace(self.get(master_id), is_optional=False), steps=1)

    @serialised
    def delete(self, master_id: int) -> None:
        """Remove a voucher; nothing is left of it but the counter's step of two."""
        old = self.get(master_id)
        self.books.state.last_numbers.pop(old.type_id, None)
        self._next_alter_id(2)
        self.books.remove(old)
        self._settle_numbers(old.type_id)

    def get(self, master_id: int) -> Voucher:
        """Return a voucher.

        Raises:
            BooksRefused: there is none of that number.
        """
        voucher = self.books.state.vouchers.get(master_id)
        if voucher is None:
            raise BooksRefused("Voucher does not exist!")
        return voucher

    def _type_of(self, voucher: Voucher) -> Master:
        return self.books.masters.by_id[voucher.type_id]

    def _number_for(self, voucher_type: Master, tree: Element) -> str:
        """Return the client's number for types that leave it to the user, else the next of the series."""
        if not is_automatic(voucher_type):
            return tree.value("VOUCHERNUMBER")
        state, type_id = self.books.state, voucher_type.master_id
        last = state.last_numbers.get(type_id)
        if last is None:
            last = last_number(row.number for row in state.vouchers.values() if row.type_id == type_id)
        state.last_numbers[type_id] = number_after(last)
        return state.last_numbers[type_id]

    def _next_alter_id(self, steps: int) -> int:
        self.books.state.alter_voucher_id += steps
        return self.books.state.alter_voucher_id

    def _next_sequence(self, day: date) -> int:
        sequences = self.books.state.day_sequences
        sequences[day] = sequences.get(day, 0) + KEY_STEP
        return sequences[day]

    def _replace(self, voucher: Voucher, *, steps: int) -> Voucher:
        stored = replace(voucher, alter_id=self._next_alter_id(steps)) if steps else voucher
        self.books.enter(stored)
        return stored

    def _store(self, tree: Element, voucher_type: Master, day: date, identity: _Identity) -> Voucher:
        masters = self.books.masters
        referred = with_bases(masters.refer(tree), day)
        moves = read_moves(referred, masters, day, self.books.kind_of(voucher_type.master_id))
        record = Voucher(
            master_id=identity.master_id,
            alter_id=identity.alter_id,
            type_id=voucher_type.master_id,
            day=day,
            number=identity.number,
            sequence=identity.sequence,
            retain_key=identity.retain_key,
            is_optional=_is_optional(tree, voucher_type),
            is_cancelled=False,
            postings=moves.postings,
            bills=moves.bills,
            goods=moves.goods,
            body=pack(without_header(referred)),
        )
        self.books.enter(record)
        return record


def _is_optional(tree: Element, voucher_type: Master) -> bool:
    return "Yes" in (tree.value("ISOPTIONAL"), voucher_type.tree.value("ISOPTIONAL"))
