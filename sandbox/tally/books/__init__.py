"""Live, mutable company books behind the fake Tally gateway: objects, edits, backups, reports, imports.

What it is: several companies built from ``sandbox.world``, held as compact records and rendered as they are read.
May import: ``canonical``, ``sandbox.world``, the writers in ``sandbox.tally``.
Start at: ``live.py`` (the books and their companies), ``objects.py`` (what a request sees), ``editing.py`` (edits).
"""

from sandbox.tally.books.drafts import BillDraft, EntryDraft, GoodsDraft, VoucherDraft, master_tree
from sandbox.tally.books.errors import BooksRefused, ReportUnknown, UnknownKind
from sandbox.tally.books.histories import EDIT_NAMES, History, Step
from sandbox.tally.books.live import LiveBooks, LiveCompany, build_books, group_of, specs_for, twin_of
from sandbox.tally.books.objects import LiveObject, Scope
from sandbox.tally.books.values import Amount, Day, Empty, Logical, Number, Quantity, Rate, Scalar, Text

__all__ = [
    "EDIT_NAMES",
    "Amount",
    "BillDraft",
    "BooksRefused",
    "Day",
    "Empty",
    "EntryDraft",
    "GoodsDraft",
    "History",
    "LiveBooks",
    "LiveCompany",
    "LiveObject",
    "Logical",
    "Number",
    "Quantity",
    "Rate",
    "ReportUnknown",
    "Scalar",
    "Scope",
    "Step",
    "Text",
    "UnknownKind",
    "VoucherDraft",
    "build_books",
    "group_of",
    "master_tree",
    "specs_for",
    "twin_of",
]
