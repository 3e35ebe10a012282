"""Compare two source parties step by step; every step is named, so a match can be explained to an accountant.

The steps, in the order they are shown: GSTIN, PAN, name, legal form, unit, number, city, state, phone, email. The score
is for ranking proposals only: no score merges anything.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from rapidfuzz import fuzz

from canonical.crosswalk import MatchStep, Outcome
from harmonizer.party_keys import PartyKeys
from harmonizer.party_name import PartyName, forms_conflict

NAME_AGREES_PERCENT = 92
"""Measured on listed-company names against 25-character broker names: above it, most pairs are one issuer."""
NAME_RESEMBLES_PERCENT = 80
"""Below it, two names under one GSTIN or PAN are worth a look."""


@lru_cache(maxsize=200_000)
def name_percent(left: tuple[str, ...], right: tuple[str, ...]) -> int:
    """Score two lists of folded words from 0 to 100; order and blanks between words do not matter.

    >>> name_percent(("sharma", "traders"), ("traders", "sharma")), name_percent(("tech", "mart"), ("techmart",))
    (100, 100)
    """
    if not left or not right:
        return 0
    by_words = fuzz.token_sort_ratio(" ".join(left), " ".join(right))
    return int(max(by_words, fuzz.ratio("".join(left), "".join(right))))


def compare(left: PartyKeys, right: PartyKeys) -> tuple[MatchStep, ...]:
    """Explain how far two source parties agree."""
    return (
        _sets("gstin", left.gstins, right.gstins),
        _texts("pan", left.pan, right.pan, differs=Outcome.VETO),
        _name(left.name, right.name),
        *_name_marks(left.name, right.name),
        _sets("state", sorted(left.state_codes), sorted(right.state_codes)),
        _sets("phone", sorted(left.phones), sorted(right.phones)),
        _sets("email", sorted(left.emails), sorted(right.emails)),
    )


def has_veto(steps: tuple[MatchStep, ...]) -> bool:
    """Say whether any step forbids the match."""
    return any(step.outcome is Outcome.VETO for step in steps)


def agrees(steps: tuple[MatchStep, ...], name: str) -> bool:
    """Say whether one named step agrees."""
    return any(step.step == name and step.outcome is Outcome.AGREES for step in steps)


def render_steps(steps: tuple[MatchStep, ...]) -> str:
    """Write an explanation for people, one line a step; steps on which a side is silent are left out."""
    return "\n".join(
        f"{step.step}: {step.outcome.value}"
        + (f" ({step.left})" if step.left == step.right else f" ({step.left or '-'} / {step.right or '-'})")
        + (f", {step.note}" if step.note else "")
        for step in steps
        if step.outcome is not Outcome.ABSENT
    )


def _name(left: PartyName, right: PartyName) -> MatchStep:
    percent = name_percent(left.words, right.words)
    outcome = Outcome.AGREES if percent >= NAME_AGREES_PERCENT else Outcome.DIFFERS
    return MatchStep(step="name", outcome=outcome, left=left.key, right=right.key, note=f"{percent} % alike")


def _name_marks(left: PartyName, right: PartyName) -> Iterator[MatchStep]:
    """The attributes that were taken off the names."""
    forms = (left.legal_form, right.legal_form)
    yield _step("legal form", *forms, Outcome.VETO if forms_conflict(*forms) else Outcome.AGREES, all(forms))
    units = (left.unit, right.unit)
    yield _step("unit", *units, Outcome.VETO if units[0] != units[1] else Outcome.AGREES, any(units))
    numbers = (" ".join(sorted(left.numbers)), " ".join(sorted(right.numbers)))
    yield _step("number", *numbers, Outcome.VETO if numbers[0] != numbers[1] else Outcome.AGREES, any(numbers))
    yield _texts("city", left.city, right.city, differs=Outcome.DIFFERS)


def _texts(name: str, left: str, right: str, differs: Outcome) -> MatchStep:
    return _step(name, left, right, Outcome.AGREES if left == right else differs, bool(left and right))


def _sets(name: str, left: list[str] | tuple[str, ...], right: list[str] | tuple[str, ...]) -> MatchStep:
    shared = sorted(set(left) & set(right))
    if shared:
        return MatchStep(step=name, outcome=Outcome.AGREES, left=shared[0], right=shared[0])
    return _step(name, " ".join(left), " ".join(right), Outcome.DIFFERS, bool(left and right))


def _step(name: str, left: str, right: str, outcome: Outcome, is_said: object) -> MatchStep:
    return MatchStep(step=name, outcome=outcome if is_said else Outcome.ABSENT, left=str(left), right=str(right))
