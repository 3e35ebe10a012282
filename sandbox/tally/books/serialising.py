"""Tally does one thing at a time: edits wait for a request that is being answered, and the other way round.

Who reads over several calls (the gateway, for a whole answer) holds ``books.lock``; every edit takes it by itself.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar, cast

from sandbox.tally.books.company import Ledgerbook

Edit = TypeVar("Edit", bound=Callable[..., Any])


class _Editor(Protocol):
    """Something that edits one company."""

    books: Ledgerbook


def serialised(edit: Edit) -> Edit:
    """Let an edit, a method of something with ``books``, wait until nobody reads."""

    @wraps(edit)
    def waiting(editor: _Editor, *args: Any, **kwargs: Any) -> Any:
        with editor.books.lock:
            return edit(editor, *args, **kwargs)

    return cast("Edit", waiting)
