"""Leaves out what says nothing before the parser sees it: fields that were asked for and are empty.

A gateway sends every field that was fetched, for every object, whether there is anything in it or not; of a voucher
that is more than 40 % of the text. The tree keeps no such element (``tree.py``), so dropping them here changes
nothing but the time it takes. Only an element written exactly so goes: a TYPE, no other attribute, nothing inside.
"""

from __future__ import annotations

import re

from connectors.tally.export.sanitiser import Sanitiser

_EMPTY_FIELD = re.compile(rb'<([^ <>]++) TYPE="[^"<>]++"></\1>\s*+')
_TEXT_AS_IT_IS = b"<![CDATA["


class SparingSanitiser(Sanitiser):
    """Sanitises an answer and drops its empty fields; one that is cut by the end of a chunk stays, and is harmless."""

    _may_drop = True

    def feed(self, chunk: bytes) -> bytes:
        """Take the next chunk."""
        text = super().feed(chunk)
        if self._may_drop and _TEXT_AS_IT_IS in text:  # what looks like an element may be text from here on
            self._may_drop = False
        return _EMPTY_FIELD.sub(b"", text) if self._may_drop else text
