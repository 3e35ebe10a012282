"""Which column means which field: by the header's words, by what its values look like, each column and field once.

Every proposal carries its confidence and its reason, because a person decides. What is not sure enough is left
unmapped: a column too few is asked for, a column wrong goes into the books.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from rapidfuzz import fuzz

from connectors.spreadsheet.headers import words_of
from connectors.spreadsheet.patterns import TELLING, is_running_balance, share_like

CONFIDENCE_MIN = 70
"""Below it a column stays unmapped."""
EXACT, OWN_WORDS = 96, 98
_FUZZY_MAX = 90
_FUZZY_MIN = 78
_VALUES_ONLY = 75
_AGREES, _DISAGREES = 0.8, 0.3
_BONUS, _PENALTY = 4, 40
_BALANCE = 97
_SHARED = frozenset("date number amount name code id value total of the".split())


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One thing a column can mean."""

    name: str
    kind: str
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """One column as it was found."""

    header: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What one column may mean.

    Attributes:
        field: empty if nothing is sure enough.
        confidence: 0 to 100.
        reason: for people.
    """

    header: str
    field: str
    confidence: int
    reason: str


@cache
def fields_of(document: str) -> tuple[Field, ...]:
    """Return the fields of a kind of list.

    Raises:
        KeyError: there is no such kind.
    """
    return tuple(
        Field(name=name, kind=str(told["kind"]), words=tuple(told["words"]))
        for name, told in _table()[document].items()
    )


def document_kinds() -> tuple[str, ...]:
    """Kinds of lists there are fields for."""
    return tuple(_table())


def propose(document: str, columns: Sequence[Column]) -> tuple[Proposal, ...]:
    """Propose a field for each column, in the order of the columns.

    Columns with the same header are told apart by their place: the first takes the field.
    """
    fields = fields_of(document)
    scored = [(score, -place, field.name, reason) for place, column in enumerate(columns) for field in fields
              for score, reason in [_score(field, column)] if score >= CONFIDENCE_MIN]  # fmt: skip
    scored += _balances(fields, columns)
    found: dict[int, tuple[str, int, str]] = {}
    taken: set[str] = set()
    for score, place, name, reason in sorted(scored, key=lambda one: (-one[0], -one[1], one[2])):
        if -place not in found and name not in taken:
            found[-place] = (name, score, reason)
            taken.add(name)
    return tuple(
        Proposal(header=column.header, field=name, confidence=score, reason=reason)
        for place, column in enumerate(columns)
        for name, score, reason in [found.get(place, ("", 0, "no field is like it"))]
    )


def guess_document(columns: Sequence[Column]) -> str:
    """Choose the kind of list whose needed fields are there with the most confidence."""
    return max(document_kinds(), key=lambda document: (_fit(document, propose(document, columns)), document))


_TELLING_FIELDS: Mapping[str, Mapping[str, int]] = {
    "ledger": {"debit": 3, "credit": 3, "entry_date": 1, "running_balance": 1},
    "outstanding": {"balance_due": 3, "invoice_number": 2, "party_name": 1, "overdue_days": 2, "due_date": 1},
    "register": {"invoice_number": 2, "total_amount": 1, "taxable_amount": 2, "line_amount": 1, "item_name": 2,
                 "cgst_amount": 1, "tax_amount": 1, "invoice_date": 1},
    "party": {"name": 2, "address_line1": 2, "pincode": 2, "mobile": 1, "email": 1, "group": 1, "opening_balance": 1},
}  # fmt: skip


def _fit(document: str, proposals: Sequence[Proposal]) -> int:
    weights = _TELLING_FIELDS[document]
    return sum(weights.get(one.field, 0) * one.confidence for one in proposals)


def _score(field: Field, column: Column) -> tuple[int, str]:
    score, reason = max(_by_words(field, words_of(part)) for part in _parts(column.header))
    share = share_like(field.kind, column.values)
    if share is None:
        return score, reason
    if share >= _AGREES:
        if score:
            return min(score + _BONUS, 100), f"{reason}; its values are like {field.kind}"
        if field.kind in TELLING and field.kind != "date":
            return _VALUES_ONLY, f"its values are like {field.kind}"
    if share < _DISAGREES:
        return max(score - _PENALTY, 0), f"{reason}, but its values are not like {field.kind}"
    return score, reason


def _parts(header: str) -> tuple[str, ...]:
    """A header as a whole, and the end of one that is a path: ``billing_address.city``."""
    end = header.rpartition(".")[2].strip()
    is_path = bool(end) and header.strip() != end and " " not in header.strip()
    return (header, end) if is_path else (header,)


def _by_words(field: Field, words: str) -> tuple[int, str]:
    if not words:
        return 0, ""
    if words == field.words[0]:
        return OWN_WORDS, f"called {field.words[0]!r}"
    if words in field.words:
        return EXACT - min(field.words.index(words), 10), f"{words!r} is a word for it"
    best, alike = max((_likeness(words, one), one) for one in field.words)
    if best < _FUZZY_MIN:
        return 0, ""
    return min(round(best), _FUZZY_MAX) - 8, f"{words!r} is like {alike!r}"


def _likeness(words: str, other: str) -> float:
    """How alike two headers are, 0 to 100; words that many headers share must not make them so."""
    ours, theirs = (" ".join(word for word in one.split() if word not in _SHARED) for one in (words, other))
    if not ours or not theirs or fuzz.token_sort_ratio(ours, theirs) < _FUZZY_MIN:
        return 0
    return fuzz.token_sort_ratio(words, other)


def _balances(fields: Sequence[Field], columns: Sequence[Column]) -> list[tuple[int, int, str, str]]:
    """Find a column that adds up as a running balance of debit and credit, whatever its header."""
    if "running_balance" not in {field.name for field in fields}:
        return []
    debit, credit = (_values_of(columns, name) for name in ("debit", "credit"))
    return [
        (_BALANCE, -place, "running_balance", "each is the one before, plus debit, less credit")
        for place, column in enumerate(columns)
        if debit and credit and is_running_balance(column.values, debit, credit)
    ]


def _values_of(columns: Sequence[Column], word: str) -> tuple[str, ...]:
    return next((column.values for column in columns if word in words_of(column.header).split()), ())


@cache
def _table() -> dict[str, dict[str, dict[str, list[str] | str]]]:
    text = resources.files("connectors.spreadsheet").joinpath("fields.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)
