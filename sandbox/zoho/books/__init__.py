"""Live books as Zoho Books keeps them: organisations built from the world, edited as people edit, with exact truth.

What it is: records, double entry, what is open, business edits, and what everything must come to.
May import: ``canonical``, ``sandbox.world``, ``sandbox.web`` (the clock).
Start at: ``live.py`` (``build_books``), ``editing.py`` and ``paying.py`` (the edits), ``truth.py``.
"""

from sandbox.zoho.books import editing, paying, recording
from sandbox.zoho.books.company import Books, Event, Facts
from sandbox.zoho.books.errors import BooksRefused, Missing
from sandbox.zoho.books.live import LiveBooks, build_books, specs_for
from sandbox.zoho.books.paying import Share
from sandbox.zoho.books.records import ContactType, DocumentKind, State
from sandbox.zoho.books.truth import Truth, trial_balance, truth_of

__all__ = [
    "Books",
    "BooksRefused",
    "ContactType",
    "DocumentKind",
    "Event",
    "Facts",
    "LiveBooks",
    "Missing",
    "Share",
    "State",
    "Truth",
    "build_books",
    "editing",
    "paying",
    "recording",
    "specs_for",
    "trial_balance",
    "truth_of",
]
