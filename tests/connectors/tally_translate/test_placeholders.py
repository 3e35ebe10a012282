"""Ledgers and parties that only vouchers name."""

from __future__ import annotations

from canonical.ledger import Ledger
from canonical.party import Party, PartyRole
from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_translate.support import bill_xml, entry, of_type, translate, translator, voucher_xml

SALE = voucher_xml(
    entry("Asha Traders", "-118", bill_xml("S/1", "New Ref", "-118")) + entry("Goods Sold", "118"),
    PARTYLEDGERNAME="Asha Traders",
    PARTYGSTIN="27AAGFA5678L1ZX",
    GSTREGISTRATIONTYPE="Regular",
    STATENAME="Maharashtra",
)


def parties(text: str, using: TallyTranslator | None = None) -> list[Party]:
    return of_type(translate(text, using), Party)


def test_each_unknown_ledger_gets_one_placeholder_keyed_by_name() -> None:
    learned = translator()
    first = of_type(translate(SALE, learned), Ledger)
    assert [(item.key, item.name, item.is_placeholder) for item in first] == [
        ("asha traders", "Asha Traders", True),
        ("goods sold", "Goods Sold", True),
    ]
    assert str(first[0].source).endswith(":ledgers:name:asha traders")
    again = voucher_xml(entry("ASHA  TRADERS", "-5") + entry("Bank", "5"), VOUCHERTYPENAME="Journal", GUID="g-2")
    assert [item.key for item in of_type(translate(again, learned), Ledger)] == ["bank"]


def test_a_known_ledger_needs_no_placeholder() -> None:
    learned = translator()
    masters = '<LEDGER NAME="Asha Traders"><PARENT>Sundry Debtors</PARENT></LEDGER><LEDGER NAME="Goods Sold"/>'
    translate(masters, learned)
    assert [type(item).__name__ for item in translate(SALE, learned).records] == ["Voucher"]


def test_a_party_is_inferred_with_what_its_document_says() -> None:
    (party,) = parties(SALE)
    assert (party.key, party.roles_inferred) == ("asha traders", True)
    assert party.roles == {PartyRole.CUSTOMER}
    assert (party.gstin, party.pan, party.registrations[0].state_code) == ("27AAGFA5678L1ZX", "AAGFA5678L", "27")
    assert party.addresses[0].state == "Maharashtra"


def test_roles_widen_as_vouchers_show_them() -> None:
    learned = translator()
    assert parties(SALE, learned)[0].roles == {PartyRole.CUSTOMER}
    assert parties(SALE, learned) == []
    body = entry("Asha Traders", "50", bill_xml("P/1", "New Ref", "50")) + entry("Goods Bought", "-50")
    (widened,) = parties(voucher_xml(body, VOUCHERTYPENAME="Purchase", GUID="g-2"), learned)
    assert widened.roles == {PartyRole.CUSTOMER, PartyRole.SUPPLIER}
    assert widened.gstin == "27AAGFA5678L1ZX"


def test_a_journal_that_moves_a_bill_shows_a_party_without_a_role() -> None:
    body = entry("Asha Traders", "50", bill_xml("S/1", "Agst Ref", "50")) + entry("Discount", "-50")
    (party,) = parties(voucher_xml(body, VOUCHERTYPENAME="Journal"))
    assert (party.roles, party.roles_inferred) == (frozenset(), True)


def test_a_bill_may_belong_to_a_ledger_that_is_not_the_vouchers_party() -> None:
    body = (
        entry("Asha Traders", "-118")
        + entry("Transporter", "18", bill_xml("T1", "New Ref", "18"))
        + entry("Goods", "100")
    )
    found = {
        party.key: party
        for party in parties(voucher_xml(body, PARTYLEDGERNAME="Asha Traders", PARTYGSTIN="27AAGFA5678L1ZX"))
    }
    assert found.keys() == {"asha traders", "transporter"}
    assert found["transporter"].gstin == ""


def test_cash_and_banks_are_not_parties() -> None:
    cash_sale = voucher_xml(entry("Cash", "-118") + entry("Goods", "118"), PARTYLEDGERNAME="Cash")
    assert parties(cash_sale) == []
    receipt = voucher_xml(
        entry("Demo Bank", "-5") + entry("Interest", "5"), VOUCHERTYPENAME="Receipt", PARTYLEDGERNAME="Demo Bank"
    )
    assert parties(receipt) == []


def test_an_order_names_a_party_though_it_posts_nothing() -> None:
    done = translate(voucher_xml("", VOUCHERTYPENAME="Sales Order", PARTYLEDGERNAME="Asha Traders"))
    assert [(type(item).__name__, item.key) for item in done.records if isinstance(item, Ledger | Party)] == [
        ("Ledger", "asha traders"),
        ("Party", "asha traders"),
    ]


def test_a_stored_inference_is_widened_and_a_stored_party_left_alone() -> None:
    (inferred,) = parties(SALE)
    learned = translator()
    learned.remember(inferred)
    assert parties(SALE, learned) == []
    known = translator()
    translate('<LEDGER NAME="Asha Traders"><PARENT>Sundry Creditors</PARENT></LEDGER>', known)
    assert parties(SALE, known) == []


def test_a_ledger_whose_master_shows_no_party_is_one_once_it_keeps_bills() -> None:
    learned = translator()
    translate(
        '<LEDGER NAME="Asha Traders"><PARENT>Branch Ledgers</PARENT></LEDGER><LEDGER NAME="Goods Sold"/>', learned
    )
    (party,) = parties(SALE, learned)
    assert party.roles_inferred


def test_the_master_that_comes_later_makes_vouchers_translate_again() -> None:
    learned = translator()
    translate(SALE, learned)
    assert learned.outdated_streams == frozenset()
    translate('<LEDGER NAME="Asha Traders"><PARENT>Sundry Debtors</PARENT></LEDGER>', learned)
    assert learned.outdated_streams == {"vouchers"}


def test_a_placeholder_never_hides_a_real_ledger() -> None:
    placeholder = of_type(translate(SALE), Ledger)[0]
    learned = translator()
    translate('<LEDGER NAME="Asha Traders"><PARENT>Sundry Debtors</PARENT></LEDGER>', learned)
    learned.remember(placeholder)
    assert not learned.learned.ledgers["asha traders"].is_placeholder
