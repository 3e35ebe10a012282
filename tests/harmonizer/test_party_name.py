from __future__ import annotations

import doctest
from types import ModuleType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harmonizer import comparison, party_name, places, sound, words
from harmonizer.party_name import LegalForm, find_veto, parse_name

ONE_NAME_TWENTY_WAYS = [
    "Sharma Traders",
    "SHARMA  TRADERS",
    "M/s Sharma Traders",
    "M/S. Sharma Traders",
    "M/s.SHARMA TRADERS",
    "Messrs Sharma Traders",
    "Sharma Traders (P) Ltd",
    "Sharma Traders P. Ltd.",
    "Sharma Traders Pvt Ltd",
    "Sharma Traders Pvt.Ltd.",
    "Sharma Traders Private Limited",
    "Sharma Traders LLP",
    "Sharma Traders (OPC) Pvt Ltd",
    "Sharma Traders (India) Pvt. Ltd.",
    "Sharma Traders HUF",
    "Sharma Traders, Indore",
    "Sharma Traders - Indore",
    "Sharma Traders (Prop. R K Sharma)",
    "Sharma Traders (Unit-II)",
    "Sharma Traders & Co",
    "Sharma Trdrs.",
    "Sharma Traders A/c",
    "Sharma Traders (Debtor)",
    "Sharma Traders, Unit No. 2, Indore (M.P.)",
]


@pytest.mark.parametrize("written", ONE_NAME_TWENTY_WAYS)
def test_spellings_of_one_name_have_one_key(written: str) -> None:
    assert parse_name(written).key == "sharma traders"


@pytest.mark.parametrize(
    ("written", "attribute", "value"),
    [
        ("M/s Sharma Traders", "title", "m/s"),
        ("Mrs. Asha Sharma", "title", "mrs"),
        ("Sharma Traders (P) Ltd", "legal_form", LegalForm.PRIVATE_LIMITED),
        ("Sharma Traders Ltd", "legal_form", LegalForm.LIMITED),
        ("Sharma Traders (OPC) Private Limited", "legal_form", LegalForm.OPC),
        ("Sharma Traders L.L.P.", "legal_form", LegalForm.LLP),
        ("R.K. Sharma (HUF)", "legal_form", LegalForm.HUF),
        ("Sharma Traders (Prop. R K Sharma)", "legal_form", LegalForm.PROPRIETORSHIP),
        ("Sharma Traders (Prop. R K Sharma)", "proprietor", "rk sharma"),
        ("Sharma Traders Prop: R.K. Sharma", "proprietor", "rk sharma"),
        ("Sharma Traders (India) Ltd", "country", "india"),
        ("Sharma Traders (I) Ltd", "country", "india"),
        ("Sharma Traders, Bombay", "city", "mumbai"),
        ("Sharma Traders Navi Mumbai", "city", "navi mumbai"),
        ("Sharma Traders Unit-II", "unit", "unit 2"),
        ("Sharma Traders (Unit No. 2)", "unit", "unit 2"),
        ("Sharma Traders - Branch", "unit", "branch"),
        ("Sharma Traders (Cr)", "role", "creditor"),
        ("Sharma Traders & Company", "is_and_company", True),
    ],
)
def test_what_is_taken_off_is_kept_as_an_attribute(written: str, attribute: str, value: object) -> None:
    assert getattr(parse_name(written), attribute) == value


@pytest.mark.parametrize(
    ("written", "key"),
    [
        ("State Bank of India", "state bank of india"),
        ("Bank of Baroda", "bank of baroda"),
        ("Hotel Delhi", "hotel delhi"),
        ("Coal India Ltd", "coal india"),
        ("Sharma & Co", "sharma"),
        ("Sharma, Gupta & Associates", "sharma gupta and associates"),
        ("Sharma Traders (Cash)", "sharma traders cash"),
        ("R. K. Sharma", "rk sharma"),
        ("The Leela", "the leela"),
        ("L & T Ltd", "l and t"),
        ("Shree Ganesh Enterprise", "shree ganesh enterprises"),
        ("शर्मा ट्रेडर्स", "शर्मा ट्रेडर्स"),
        ("Indore", "indore"),
        ("Unit 2", "unit 2"),
        ("", ""),
        ("...", ""),
    ],
)
def test_what_belongs_to_the_name_stays(written: str, key: str) -> None:
    assert parse_name(written).key == key


def test_a_town_of_the_partys_own_address_is_a_place() -> None:
    assert parse_name("Sharma Traders, Badnawar").key == "sharma traders badnawar"
    name = parse_name("Sharma Traders, Badnawar", ("Badnawar",))
    assert (name.key, name.city) == ("sharma traders", "badnawar")


@pytest.mark.parametrize(
    ("left", "right", "veto"),
    [
        ("Sharma Traders LLP", "Sharma Traders Pvt Ltd", "legal form"),
        ("R K Sharma HUF", "R K Sharma (Prop. R K Sharma)", "legal form"),
        ("Sharma Traders Unit-II", "Sharma Traders", "unit"),
        ("Sharma Traders Unit-II", "Sharma Traders Unit III", "unit"),
        ("Sharma Traders 21", "Sharma Traders 22", "number"),
        ("Sharma Traders Ltd", "Sharma Traders Pvt Ltd", None),
        ("Sharma Traders OPC Pvt Ltd", "Sharma Traders Private Limited", None),
        ("Sharma Traders LLP", "Sharma Traders", None),
        ("Sharma Traders Unit-II", "Sharma Traders Unit 2", None),
    ],
)
def test_form_unit_and_number_veto(left: str, right: str, veto: str | None) -> None:
    assert find_veto(parse_name(left), parse_name(right)) == veto
    assert find_veto(parse_name(right), parse_name(left)) == veto


@given(st.text(max_size=60))
def test_any_text_has_a_key_if_it_has_a_letter_or_digit(text: str) -> None:
    name = parse_name(text)
    assert name.text == text
    assert bool(name.words) or not any(char.isalnum() for char in name.compact_key)
    assert name.compact_key == "".join(name.key.split())


@given(
    st.sampled_from(ONE_NAME_TWENTY_WAYS),
    st.sampled_from([str.upper, str.lower, str.title]),
    st.sampled_from(["", " ", "\u200b", "\xa0 "]),
)
def test_case_and_blanks_do_not_matter(written: str, case: object, blank: str) -> None:
    spelled = case(written).replace(" ", f"{blank} ")  # type: ignore[operator]
    assert parse_name(spelled).key == "sharma traders"


@pytest.mark.parametrize("module", [party_name, comparison, sound])
def test_the_examples_in_the_docstrings_hold(module: ModuleType) -> None:
    outcome = doctest.testmod(module)
    assert outcome.attempted > 0
    assert outcome.failed == 0


def test_the_word_tables_do_not_contradict_themselves() -> None:
    chains = {spelling: word for spelling, word in words.SPELLINGS.items() if word in words.SPELLINGS}
    assert not chains
    assert all(places.CITIES[city] == city for city in places.CITIES.values())
