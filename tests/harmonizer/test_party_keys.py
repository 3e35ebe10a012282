from __future__ import annotations

from datetime import date

import pytest

from canonical.identifiers import PanHolder, gstin
from canonical.party import Address, Contact
from canonical.tax import GstRegistration
from harmonizer.party_keys import read_keys
from tests.harmonizer.parties import member, registration

PAN = "AAACS1234K"


def codes(party: object) -> list[str]:
    return [issue.code for issue in read_keys(party)[1]]  # type: ignore[arg-type]


def test_the_pan_comes_out_of_the_gstin() -> None:
    keys, issues = read_keys(member("a", number=registration(PAN).lower()))
    assert (keys.gstin, keys.pan, keys.holder) == (registration(PAN), PAN, PanHolder.COMPANY)
    assert not issues


def test_a_mistyped_gstin_is_no_key_and_is_said() -> None:
    wrong = registration(PAN)[:-1] + ("1" if registration(PAN)[-1] != "1" else "2")
    party = member("a", number=wrong)
    keys, issues = read_keys(party)
    assert (keys.gstins, keys.pan) == ((), "")
    assert [issue.code for issue in issues] == ["harmonizer.party.gstin_invalid"]
    assert issues[0].source == party.source
    assert wrong in issues[0].message
    assert issues[0].hint


def test_a_given_pan_counts_where_no_gstin_holds_one() -> None:
    assert read_keys(member("a", pan=" aaacs 1234k "))[0].pan == PAN
    foreign = gstin.with_check_digit("0717UNO12345UN")
    keys, _ = read_keys(member("a", number=foreign, pan=PAN))
    assert (keys.gstin, keys.pan) == (foreign, PAN)


def test_the_gstin_outweighs_a_pan_that_differs() -> None:
    party = member("a", number=registration(PAN), pan="AAACT9999Z")
    assert read_keys(party)[0].pan == PAN
    assert codes(party) == ["harmonizer.party.pan_differs"]


def test_an_invalid_pan_is_no_key() -> None:
    party = member("a", pan="PANAPPLIED")
    assert read_keys(party)[0].pan == ""
    assert codes(party) == ["harmonizer.party.pan_invalid"]


def test_the_latest_legal_entity_counts() -> None:
    dated = (
        GstRegistration(gstin=registration("AAAPS1234K"), applicable_from=date(2017, 7, 1)),
        GstRegistration(gstin=registration(PAN, "27"), applicable_from=date(2022, 4, 1)),
        GstRegistration(gstin=registration(PAN, "23"), applicable_from=date(2024, 4, 1)),
    )
    party = member("a", registrations=dated)
    assert read_keys(party)[0].gstins == (registration(PAN, "23"), registration(PAN, "27"))
    assert codes(party) == ["harmonizer.party.entity_changed"]


@pytest.mark.parametrize(
    ("name", "pan", "differs"),
    [
        ("Sharma Traders LLP", "AAAFS1234K", False),
        ("Sharma Traders LLP", "AAACS1234K", True),
        ("Sharma Traders Pvt Ltd", "AAACS1234K", False),
        ("Sharma Traders (Prop. R Sharma)", "AAAPS1234K", False),
        ("Sharma Traders HUF", "AAAPS1234K", True),
        ("Sharma Traders", "AAAPS1234K", False),
    ],
)
def test_a_name_whose_form_contradicts_the_pan_is_said(name: str, pan: str, differs: bool) -> None:
    assert (codes(member("a", name, pan=pan)) == ["harmonizer.party.holder_differs"]) is differs


def test_weak_hints_are_folded_and_fillers_left_out() -> None:
    contacts = (
        Contact(mobile="98260 12345", email=" Accounts@Sharma.example "),
        Contact(phone="0731-2512345 / 9999999999", email="n/a"),
    )
    keys, _ = read_keys(member("a", contacts=contacts, addresses=(Address(state="Madhya Pradesh"),)))
    assert keys.phones == {"+919826012345", "+917312512345"}
    assert keys.emails == {"accounts@sharma.example"}
    assert keys.state_codes == {"23"}
