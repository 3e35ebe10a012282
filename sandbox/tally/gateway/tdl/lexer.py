"""Tokens of a TDL expression."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum


class TdlError(ValueError):
    """An expression or definition that Tally would refuse with a modal window."""


class Kind(StrEnum):
    """Kinds of tokens."""

    TEXT = "text"
    NUMBER = "number"
    FUNCTION = "function"
    VARIABLE = "variable"
    FORMULA = "formula"
    FIELD = "field"
    METHOD = "method"
    WORD = "word"
    OPERATOR = "operator"
    END = "end"


@dataclass(frozen=True, slots=True)
class Token:
    """One token: kind, its text without sigils and quotes, where it began."""

    kind: Kind
    text: str
    at: int


_PATTERN = re.compile(
    r"""\s*(?:
      (?P<text>"(?:[^"]|"")*"|'(?:[^']|'')*')
    | (?P<number>\d+(?:\.\d+)?)
    | \$\$(?P<function>\w+)
    | \#\#(?P<variable>\w+)
    | @@?(?P<formula>\w+)
    | \#(?P<field>\w+)
    | \$(?P<method>(?:\.\.|\.)?\w+|(?=\())
    | (?P<operator><=|>=|<>|!=|\.\.|[-+*/=<>():,\[\].%{}])
    | (?P<word>[\w\u0080-\uffff]+)
    )""",
    re.VERBOSE,
)


def read_tokens(source: str) -> list[Token]:
    """Split an expression into tokens, an END token last.

    Raises:
        TdlError: A character that begins no token, or a text that is not closed.
    """
    tokens: list[Token] = []
    at = 0
    end = len(source.rstrip())
    while at < end:
        match = _PATTERN.match(source, at)
        if match is None or match.lastgroup is None:
            raise TdlError(f"cannot read {source[at : at + 20]!r} in {source!r}")
        kind = Kind(match.lastgroup)
        text = match[match.lastgroup]
        tokens.append(Token(kind, _unquote(text) if kind is Kind.TEXT else text, match.start(match.lastgroup)))
        at = match.end()
    tokens.append(Token(Kind.END, "", end))
    return tokens


def _unquote(text: str) -> str:
    quote = text[0]
    return text[1:-1].replace(quote * 2, quote)
