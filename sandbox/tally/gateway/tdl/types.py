"""Words that name a type of objects."""

from __future__ import annotations

from sandbox.tally.books.catalogue import class_of
from sandbox.tally.books.errors import UnknownKind


def is_type(word: str) -> bool:
    """Whether Tally has a class of objects called so."""
    try:
        class_of(word)
    except UnknownKind:
        return False
    return True
