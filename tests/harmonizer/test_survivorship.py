from __future__ import annotations

from typing import Any

import pytest

from canonical.crosswalk import FieldOrigin, GoldenParty
from canonical.party import Address, BankDetails, Contact, MsmeStatus, PartyRole
from canonical.tax import GstRegistration
from harmonizer import CompanyParty, SurvivorshipPolicy, harmonize
from harmonizer.party_keys import read_keys
from harmonizer.survivorship import survive
from tests.harmonizer.parties import at, member, ref, registration

PAN = "AAACS1234K"


def golden(*members: CompanyParty, policy: SurvivorshipPolicy | None = None) -> GoldenParty:
    return survive(members, {m.source: read_keys(m)[0] for m in members}, policy)


def origin(party: GoldenParty, field: str) -> FieldOrigin:
    return next(o for o in party.origins if o.field == field)


def test_the_name_most_companies_use_survives_and_the_others_are_kept() -> None:
    party = golden(
        member("a", "Sharma Trading Depot", company="books-1", seen=9),
        member("b", "Sharma Traders", company="books-2"),
        member("c", "SHARMA TRADERS PVT LTD", company="books-3", seen=5),
    )
    assert party.name == "SHARMA TRADERS PVT LTD"
    assert (party.name_key, party.legal_form) == ("sharma traders", "private_limited")
    found = origin(party, "name")
    assert (found.source, found.rule) == (ref("c", "books-3"), "most companies")
    assert [c.value for c in found.competing] == ["Sharma Trading Depot"]
    assert set(party.aliases) == {"Sharma Traders", "Sharma Trading Depot"}


def test_a_value_repeated_within_one_company_counts_once() -> None:
    party = golden(
        member("a", company="books-1", legal_name="Wrong Name"),
        member("b", company="books-1", legal_name="Wrong Name"),
        member("c", company="books-2", legal_name="Right Name", seen=1),
    )
    assert party.legal_name == "Right Name"
    assert origin(party, "legal_name").rule == "most recent"


@pytest.mark.parametrize(
    ("connectors", "winner", "rule"),
    [(("zoho", "tally"), "Zoho Name", "preferred connector"), (("tally",), "Tally Name", "preferred connector")],
)
def test_a_tie_goes_to_the_preferred_connector(connectors: tuple[str, ...], winner: str, rule: str) -> None:
    party = golden(
        member("a", trade_name="Tally Name", connector="tally", seen=1),
        member("b", trade_name="Zoho Name", connector="zoho", seen=2),
        policy=SurvivorshipPolicy(connectors=connectors),
    )
    assert (party.trade_name, origin(party, "trade_name").rule) == (winner, rule)


def test_then_to_the_first_in_source_order() -> None:
    party = golden(member("a", trade_name="First"), member("b", trade_name="Second"))
    assert (party.trade_name, origin(party, "trade_name").rule) == ("First", "first in source order")


def test_invalid_numbers_do_not_survive() -> None:
    party = golden(member("a", tan="NOT A TAN", seen=9), member("b", company="books-2", tan="mumr12345b"))
    assert party.tan == "MUMR12345B"
    assert origin(party, "tan").rule == "only source"


def test_addresses_survive_whole() -> None:
    indore = Address(lines=("12 MG Road",), city="Indore", state="Madhya Pradesh", pincode="452001")
    same = Address(lines=("12, M G ROAD",), city="INDORE", state="Madhya Pradesh", pincode="452001")
    spelled = Address(lines=("12 mg road",), city="Indore", state="Madhya Pradesh", pincode="452001")
    pune = Address(lines=("4 FC Road",), city="Pune", state="Maharashtra", pincode="411004")
    party = golden(
        member("a", addresses=(indore,)), member("b", addresses=(spelled, pune)), member("c", addresses=(same,))
    )
    assert pune in party.addresses
    assert indore in party.addresses
    assert spelled not in party.addresses


def test_contacts_and_banks_are_collected_once_the_fullest_copy_of_each() -> None:
    thin, full = Contact(mobile="9826012345"), Contact(name="Asha", mobile="+91 98260 12345", is_default_whatsapp=True)
    bank = BankDetails(account_number="0012345678901", ifsc="SBIN0011569")
    named = BankDetails(account_number="0012345678901", ifsc="sbin0011569", holder="Sharma Traders")
    party = golden(member("a", contacts=(thin,), banks=(bank,)), member("b", contacts=(full,), banks=(named,)))
    assert party.contacts == (full,)
    assert party.banks == (named,)
    assert origin(party, "contacts[0]").source == ref("b")
    assert origin(party, "banks[0]").rule == "collected"


def test_registrations_are_kept_once_each_and_only_valid_ones() -> None:
    number = registration(PAN)
    party = golden(
        member("a", registrations=(GstRegistration(gstin=number), GstRegistration(gstin="not one"))),
        member("b", registrations=(GstRegistration(gstin=number.lower(), category="Regular", state="M.P."),)),
        member("c", number=registration(PAN, "27")),
    )
    assert [(r.gstin, r.category, r.state_code) for r in party.registrations] == [
        (number, "Regular", "23"),
        (registration(PAN, "27"), "", "27"),
    ]


def test_roles_are_united_and_udyam_survives_with_its_dates() -> None:
    msme = MsmeStatus(udyam_number="UDYAM-MP-23-0012345", enterprise_type="Micro")
    party = golden(
        member("a", roles=frozenset({PartyRole.CUSTOMER})),
        member("b", roles=frozenset({PartyRole.SUPPLIER}), msme=msme),
    )
    assert party.roles == {PartyRole.CUSTOMER, PartyRole.SUPPLIER}
    assert party.msme == msme


def test_every_field_that_survives_says_where_it_comes_from() -> None:
    one: dict[str, Any] = {"legal_name": "Sharma Traders Pvt Ltd", "pan": PAN, "number": registration(PAN)}
    result = harmonize([member("a", **one), member("b", company="books-2", pan=PAN)], _empty(), at(1))
    (party,) = result.golden
    sources = {m.source for m in [member("a"), member("b", company="books-2")]}
    assert {"name", "legal_name", "pan", "registrations[0]"} <= {o.field for o in party.origins}
    assert {o.source for o in party.origins} <= sources


def test_a_party_without_a_name_is_still_a_party() -> None:
    assert golden(member("a", "  ")).name == ""


def _empty() -> Any:
    from canonical.crosswalk import Crosswalk

    return Crosswalk()
