"""Leaves out what says nothing before anything else sees it: fields and lists that were asked for and are empty.

A gateway sends every field that was fetched, for every object, whether there is anything in it or not; of a voucher
that is half of the text. The tree keeps no such element (``tree.py``), so dropping them here changes nothing but the
time it takes. Only an element written exactly so goes: no attribute but a TYPE, nothing but blanks inside.
"""

from __future__ import annotations

import re

from connectors.tally.export.refusal import Place
from connectors.tally.export.sanitiser import Sanitiser

_EMPTY = re.compile(rb'<([^ <>/]++)(?: TYPE="[^"<>]++")?+>[ \t\r\n]*+</\1>[ \t\r\n]*+')
_DECLARED = b"<!"


class SparingSanitiser(Sanitiser):
    """Sanitises an answer without its empty fields; one that is cut by the end of a chunk stays, and is harmless."""

    def __init__(self, place: Place) -> None:
        super().__init__(place)
        self._may_drop = True
        self._last = b""

    def feed(self, chunk: bytes) -> bytes:
        """Take the next chunk."""
        if self._may_drop:
            # what looks like an element may be text from here on
            self._may_drop = not (b"!" in chunk and _DECLARED in self._last + chunk)
            self._last = chunk[-1:]
        return super().feed(_EMPTY.sub(b"", chunk) if self._may_drop else chunk)
