from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.identifiers import pincode, state
from tests.support.samples import sample_json


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("Madhya Pradesh", "23"),
        ("MADHYA  PRADESH", "23"),
        ("M.P.", "23"),
        ("mp", "23"),
        ("Tamilnadu", "33"),
        ("Orissa", "21"),
        ("Pondicherry", "34"),
        ("Uttaranchal", "05"),
        ("Jammu & Kashmir", "01"),
        ("J&K", "01"),
        ("New Delhi", "07"),
        ("State of Goa", "30"),
        ("Maharashtra State", "27"),
        ("Andaman & Nicobar Islands", "35"),
        ("Dadra & Nagar Haveli and Daman & Diu", "26"),
        ("24-Gujarat", "24"),
        ("Gujarat (24)", "24"),
        ("06-HARYANA", "06"),
        ("28-Andhra Pradesh", "28"),
        ("37-Andhra Pradesh", "37"),
        ("Andhra Pradesh", "37"),
        ("7", "07"),
        ("97", "97"),
        ("Other Territory", "97"),
    ],
)
def test_states_are_read_however_they_are_written(written: str, code: str) -> None:
    assert state.find_code(written) == code


@pytest.mark.parametrize("written", ["", " - ", "Atlantis", "Ward 12", "452001", "24-Haryana", "40", "&#4; Any"])
def test_what_names_no_state_gives_none(written: str) -> None:
    assert state.find_code(written) is None


@given(st.sampled_from(state.STATES))
def test_name_letters_label_and_code_all_lead_back(found: state.State) -> None:
    for written in (found.name, found.name.upper(), found.code, found.label, *found.letters):
        assert state.find_code(written) == found.code
    assert state.info(found.current_code).successor == ""


def test_spellings_point_at_codes_that_exist() -> None:
    assert set(state.OTHER_SPELLINGS.values()) <= set(state.BY_CODE)
    assert len({s.code for s in state.STATES}) == len(state.STATES)


def test_the_table_equals_the_collected_list() -> None:
    rows = sample_json("gst/derived/states.json")
    assert [row["code"] for row in rows] == [s.code for s in state.STATES]
    for row in rows:
        ours = state.BY_CODE[row["code"]]
        assert (ours.levies_utgst, ours.is_gstin_prefix) == (row["utgst"], row["gstin_prefix"]), row
        assert (ours.is_place_of_supply, not ours.successor) == (row["pos"], row["live"]), row
        if "(p" not in row["name"] and "/" not in row["name"]:
            assert state.find_code(row["name"]) == row["code"]
        for first, last in row["pincode_first3_ranges"] or []:
            assert row["code"] in pincode.info(f"{first}001").state_codes
            assert row["code"] in pincode.info(f"{last}001").state_codes


@pytest.mark.parametrize(
    ("code", "states"),
    [("452001", ("23",)), ("500001", ("36", "37")), ("530001", ("37",)), ("160017", ("03", "04")), ("999999", ())],
)
def test_a_pincode_lists_every_state_it_may_lie_in(code: str, states: tuple[str, ...]) -> None:
    assert pincode.info(code).state_codes == states


@pytest.mark.parametrize("code", ["", "45200", "4520011", "052001", "45200A"])
def test_what_is_no_pincode_is_refused(code: str) -> None:
    assert not pincode.is_valid(code)
