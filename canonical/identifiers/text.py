"""Cleaning that all identifiers share: what people and spreadsheets put between the characters.

Numbers arrive from masters typed by hand: full-width digits, non-breaking blanks, zero-width marks pasted from web
pages, typographic dashes. None of it carries meaning, so every ``compact`` begins here.
"""

from __future__ import annotations

import unicodedata

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−﹘﹣－"), "-")


def plain(text: str) -> str:
    r"""Fold digits of any script, compatibility characters, dashes and invisible marks; outer blanks go.

    >>> plain("\u200b२७ \u2013 A\xa0B ")
    '27 - A B'
    """
    if text.isascii() and text.isprintable():
        return text.strip()
    folded = unicodedata.normalize("NFKC", text.translate(_DASHES))
    return "".join(map(_ascii_digit, filter(_is_visible, folded))).strip()


def without(text: str, separators: str) -> str:
    """Return the plain text in upper case without blanks and the given separators.

    >>> without("27 aapfu-0939f", "-")
    '27AAPFU0939F'
    """
    kept = "".join(char for char in plain(text) if not char.isspace() and char not in separators)
    if kept.isascii():
        return kept.upper()
    return unicodedata.normalize("NFKC", kept.upper())  # what stood apart may now compose


def is_ascii_digits(text: str) -> bool:
    """Say whether the text is one or more of 0-9 and nothing else (``str.isdigit`` lets superscripts pass)."""
    return text.isascii() and text.isdigit()


def _is_visible(char: str) -> bool:
    return char.isspace() or unicodedata.category(char) not in {"Cf", "Cc"}


def _ascii_digit(char: str) -> str:
    return str(unicodedata.decimal(char)) if char.isdecimal() else char
