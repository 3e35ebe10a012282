"""Names of Indian parties: the part that identifies, and what was taken off to find it.

"M/s. Sharma Traders (P) Ltd, Indore" and "SHARMA TRADERS PVT LTD" are one name; "Sharma Traders LLP" and "Sharma
Traders (Unit-II)" are other parties. So nothing is thrown away: title, legal form, place, unit, proprietor and role
marks become attributes, and a legal form or unit that differs vetoes a match (``find_veto``). Words after the first
are folded to one spelling (Engg -> engineering; the first is a name, as in Tech Mart). The key only ever proposes:
parties are never merged on a name.

>>> name = parse_name("M/s. Sharma Traders (P) Ltd., Indore")
>>> name.key, name.legal_form.value, name.city
('sharma traders', 'private_limited', 'indore')
>>> parse_name("Sharma Traders (Unit-II)").unit
'unit 2'
>>> find_veto(parse_name("Sharma Traders LLP"), name)
'legal form'
"""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from canonical.identifiers import state
from canonical.identifiers.text import plain
from harmonizer.places import CITIES
from harmonizer.words import AND_COMPANY, JOINING, ROLE_MARKS, ROMAN, SPELLINGS, TITLES, UNIT_WORDS


class LegalForm(StrEnum):
    """The legal form a name shows."""

    UNKNOWN = ""
    PRIVATE_LIMITED = "private_limited"
    LIMITED = "limited"
    """Public limited, or "Pvt" left out: compatible with private limited."""
    OPC = "opc"
    """One person company."""
    LLP = "llp"
    HUF = "huf"
    PROPRIETORSHIP = "proprietorship"

    @property
    def family(self) -> str:
        """Forms of one family do not contradict each other."""
        return "company" if self in _COMPANIES else self.value


_COMPANIES = frozenset({LegalForm.PRIVATE_LIMITED, LegalForm.LIMITED, LegalForm.OPC})

_FORMS: tuple[tuple[tuple[str, ...], LegalForm], ...] = tuple(
    (tuple(phrase.split()), form)
    for form, phrases in (
        (LegalForm.OPC, ("opc private limited", "opc pvt limited", "opc p limited", "opc limited", "opc")),
        (LegalForm.PRIVATE_LIMITED, ("private limited", "pvt limited", "p limited", "pvt", "private")),
        (LegalForm.LLP, ("limited liability partnership", "llp", "l l p")),
        (LegalForm.LIMITED, ("limited",)),
        (LegalForm.HUF, ("huf", "h u f", "hindu undivided family")),
    )
    for phrase in phrases
)
"""Longest first where one ends another; ``ltd`` is folded to ``limited`` before."""

_BRACKETS = re.compile(r"[(\[{]([^()\[\]{}]*)[)\]}]")
_PROPRIETOR = re.compile(r"\bprop(?:rietor(?:ship)?|rietrix)?\b[\s.:-]*(?:of\b)?\s*(.*)", re.IGNORECASE)
_SEGMENTS = re.compile(r"\s*,\s*|\s+-+\s+|\s*;\s*")
_TITLE = re.compile(r"^(?:m\s*/\s*s|messers|messrs)\b[\s.,:-]*", re.IGNORECASE)
_ACCOUNT = re.compile(r"\b[a]\s*/\s*c\b\.?", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class PartyName:
    """A name taken apart.

    Attributes:
        text: as written.
        words: what identifies, folded; never empty unless the text holds no letter or digit.
        legal_form: as shown; the name need not show one.
        unit: ``unit 2``, ``branch``: a part of the party with its own books or registration.
        city: place added to the name, one spelling.
        proprietor: the person behind it, folded.
        country: ``india`` where the name says so outside its words.
        title: ``m/s`` and the like.
        role: ``debtor``, ``creditor``: mark of a bookkeeper who keeps two ledgers for one party.
        is_and_company: the name ends in "& Co".
    """

    text: str
    words: tuple[str, ...] = ()
    legal_form: LegalForm = LegalForm.UNKNOWN
    unit: str = ""
    city: str = ""
    proprietor: str = ""
    country: str = ""
    title: str = ""
    role: str = ""
    is_and_company: bool = False

    @property
    def key(self) -> str:
        """The words, joined."""
        return " ".join(self.words)

    @property
    def compact_key(self) -> str:
        """The words without blanks: "Tech Mart" and "Techmart" meet here."""
        return "".join(self.words)

    @property
    def numbers(self) -> frozenset[str]:
        """Words that are or hold numbers; parties that differ in one are different ("Shop 1", "Shop 2")."""
        return frozenset(word for word in self.words if any(map(str.isdigit, word)))


@dataclass(slots=True)
class _Draft:
    """What is found while a name is taken apart."""

    words: list[str] = field(default_factory=list)
    found: dict[str, str] = field(default_factory=dict)
    form: LegalForm = LegalForm.UNKNOWN

    def note(self, name: str, value: str) -> None:
        self.found.setdefault(name, value)


@lru_cache(maxsize=100_000)
def parse_name(text: str, places: tuple[str, ...] = ()) -> PartyName:
    """Take a party's name apart.

    Args:
        text: as written in the master.
        places: cities of the party's own addresses; they are recognised besides the known ones.
    """
    own = {_fold(place): _fold(place) for place in places if place.strip()}
    draft = _Draft()
    rest = _take_marks(plain(text), draft, own)
    segments = [segment for segment in _SEGMENTS.split(rest) if segment.strip()]
    while len(segments) > 1 and _take_segment(segments[-1], draft, own):
        segments.pop()
    draft.words = _fold_words(" ".join(segments))
    while _take_suffix(draft, own):
        pass
    words = _join_initials(draft.words) or _join_initials(_fold_words(plain(text)))
    return _finish(text, (*words[:1], *(SPELLINGS.get(word, word) for word in words[1:])), draft)


def find_veto(left: PartyName, right: PartyName) -> str | None:
    """Name the attribute that says the two are different parties however alike the words are, None if there is none.

    A legal form counts only where both names show one; a unit counts also where one shows none, because Unit-II of a
    party is not the party. Veto of a *name* match; equal registrations or PANs are judged by ``clustering``.
    """
    if forms_conflict(left.legal_form, right.legal_form):
        return "legal form"
    if left.unit != right.unit:
        return "unit"
    if left.numbers != right.numbers:
        return "number"
    return None


def forms_conflict(left: LegalForm, right: LegalForm) -> bool:
    """Say whether two legal forms cannot be one party's; an unknown form contradicts nothing."""
    return bool(left and right) and left.family != right.family


def _finish(text: str, words: tuple[str, ...], draft: _Draft) -> PartyName:
    found = draft.found
    if found.get("proprietor") and not draft.form:
        draft.form = LegalForm.PROPRIETORSHIP
    return PartyName(
        text=text,
        words=words,
        legal_form=draft.form,
        unit=found.get("unit", ""),
        city=found.get("city", ""),
        proprietor=found.get("proprietor", ""),
        country=found.get("country", ""),
        title=found.get("title", ""),
        role=found.get("role", ""),
        is_and_company="and_company" in found,
    )


def _take_marks(text: str, draft: _Draft, own: dict[str, str]) -> str:
    """Take off title, account mark, brackets and proprietor."""
    if _TITLE.match(text):
        draft.note("title", "m/s")
        text = _TITLE.sub("", text)
    text = _ACCOUNT.sub(" ", text)
    text = _BRACKETS.sub(lambda match: _bracket(match[1], draft, own), text)
    match = _PROPRIETOR.search(text)
    if match and match.start() > 0:
        draft.note("proprietor", _fold(match[1]) or "proprietor")
        text = text[: match.start()].rstrip(" ,-:;")
    return text


def _bracket(content: str, draft: _Draft, own: dict[str, str]) -> str:
    match = _PROPRIETOR.fullmatch(content.strip())
    if match:
        draft.note("proprietor", _fold(match[1]) or "proprietor")
        return " "
    abbreviation = _fold(content)
    if abbreviation == "p":  # (P) Ltd
        return " pvt "
    if abbreviation == "i":  # (I) Ltd
        draft.note("country", "india")
        return " "
    return " " if _take_segment(content, draft, own) else f" {content} "


def _take_segment(segment: str, draft: _Draft, own: dict[str, str]) -> bool:
    """Note a bracket or the part behind a comma if it is wholly form, place, unit or mark."""
    words = _fold_words(segment)
    if not words:
        return True
    part = _Draft(words=["", "", *words])  # two words stay in front, as they must before a bare city
    while _take_suffix(part, own):
        pass
    if part.words != ["", ""]:
        return False
    for name, value in part.found.items():
        draft.note(name, value)
    if part.form:
        draft.form = part.form
    return True


def _take_suffix(draft: _Draft, own: dict[str, str]) -> bool:
    """Take one mark off the end (or a title off the start); False when nothing is left to take."""
    return _take_title(draft) or _take_form(draft) or _take_company(draft) or _take_end(draft, own)


def _take_title(draft: _Draft) -> bool:
    if len(draft.words) > 2 and draft.words[0] == "the":  # noqa: PLR2004 - "The Leela" keeps its article
        draft.words.pop(0)
        return True
    if len(draft.words) < 2 or draft.words[0] not in TITLES:  # noqa: PLR2004 - a title needs a name behind it
        return False
    draft.note("title", draft.words.pop(0))
    return True


def _take_form(draft: _Draft) -> bool:
    for phrase, form in _FORMS:
        start = len(draft.words) - len(phrase)
        if start > 0 and tuple(draft.words[start:]) == phrase:
            del draft.words[start:]
            if draft.form in {LegalForm.UNKNOWN, LegalForm.LIMITED}:  # "(OPC) Ltd", "Pvt. Ltd" split by a bracket
                draft.form = form
            return True
    return False


def _take_company(draft: _Draft) -> bool:
    words = draft.words
    if len(words) > 2 and words[-2] == "and" and words[-1] in AND_COMPANY:  # noqa: PLR2004 - a name, "and", "co"
        del words[-2:]
        draft.note("and_company", "yes")
        return True
    return False


def _take_end(draft: _Draft, own: dict[str, str]) -> bool:
    """Take a role mark, unit, country or city off the end."""
    words = draft.words
    if len(words) > 1 and words[-1] in ROLE_MARKS:
        draft.note("role", ROLE_MARKS[words.pop()])
        return True
    unit = _find_unit(words)
    if unit:
        draft.note("unit", unit[0])
        del words[-unit[1] :]
        return True
    for size in (2, 1):
        place = " ".join(words[-size:])
        left = words[:-size]
        if len(left) < 2 or left[-1] in JOINING:  # noqa: PLR2004 - "Hotel Delhi", "Bank of India" keep their place
            continue
        if place in {"india", "bharat"}:
            draft.note("country", "india")
        elif place in own or place in CITIES or (size == 2 and state.find_code(place)):  # noqa: PLR2004 - as above
            draft.note("city", own.get(place) or CITIES.get(place, place))
        else:
            continue
        del words[-size:]
        return True
    return False


def _find_unit(words: list[str]) -> tuple[str, int] | None:
    """Return the unit at the end, one spelling, and how many words it takes."""
    if len(words) > 1 and words[-1] in UNIT_WORDS:
        return words[-1], 1
    for size in (2, 3):
        tail = words[-size:]
        if len(words) <= size or tail[0] not in UNIT_WORDS or (size == 3 and tail[1] != "no"):  # noqa: PLR2004
            continue
        label = ROMAN.get(tail[-1], tail[-1])
        if label.isdigit() or len(label) == 1 or label in CITIES:
            return f"{tail[0]} {label}", size
    return None


def _fold_words(text: str) -> list[str]:
    """Lower case words; the few spellings that forms and units hang on are made one."""
    spaced = text.casefold().replace("&", " and ").replace("+", " and ").replace("'s", "s").replace("’s", "s")
    words = "".join(char if _in_word(char) else " " for char in spaced).split()
    return [_MARKS.get(word, word) for word in words]


def _in_word(char: str) -> bool:
    return char.isalnum() or unicodedata.category(char).startswith("M")  # vowel signs of Indian scripts are marks


_MARKS = {
    "ltd": "limited",
    "lim": "limited",
    "pte": "pvt",
    "div": "division",
    "br": "branch",
    "n": "and",
}


def _fold(text: str) -> str:
    return " ".join(_join_initials(_fold_words(plain(text))))


def _join_initials(words: list[str]) -> list[str]:
    """Write "r k sharma" as "rk sharma", as half the world does."""
    joined: list[str] = []
    initials = ""
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            initials += word
            continue
        joined += [part for part in (initials, word) if part]
        initials = ""
    return joined
