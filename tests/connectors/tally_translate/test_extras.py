"""Unknown tags and user-defined fields: kept, and said once."""

from __future__ import annotations

from canonical.issue import IssueLevel
from canonical.ledger import Ledger
from canonical.voucher import Voucher
from tests.connectors.tally_translate.support import (
    bill_xml,
    codes,
    entry,
    of_type,
    one,
    translate,
    translator,
    voucher,
    voucher_xml,
)

BODY = entry("A", "-5") + entry("B", "5")
UDF = """<UDF_PCS.LIST DESC="`Pcs`" ISLIST="YES" TYPE="Number" INDEX="1008">
  <UDF_PCS DESC="`Pcs`"> 670</UDF_PCS></UDF_PCS.LIST>"""


def test_an_unknown_tag_is_kept_and_said_once_per_run() -> None:
    learned = translator()
    text = voucher_xml(BODY + "<NEWIN8>Swift</NEWIN8>", VOUCHERTYPENAME="Journal", GUID="1")
    text += voucher_xml(BODY + "<NEWIN8>Slow</NEWIN8>", VOUCHERTYPENAME="Journal", GUID="2")
    done = translate(text, learned)
    assert [item.extras for item in of_type(done, Voucher)] == [{"NEWIN8": "Swift"}, {"NEWIN8": "Slow"}]
    (issue,) = done.issues
    assert (issue.code, issue.level) == ("tally.tag.unknown", IssueLevel.INFO)
    assert (issue.facts["tag"], issue.facts["owner"]) == ("NEWIN8", "voucher")


def test_the_same_tag_of_another_element_is_another_fact() -> None:
    text = voucher_xml(
        entry("A", "-5", "<NEWIN8>x</NEWIN8>") + entry("B", "5") + "<NEWIN8>y</NEWIN8>", VOUCHERTYPENAME="Journal"
    )
    done = translate(text)
    assert codes(done.issues) == ["tally.tag.unknown", "tally.tag.unknown"]
    assert one(done, Voucher).postings[0].extras == {"NEWIN8": "x"}


def test_an_unknown_tag_at_its_default_says_nothing() -> None:
    body = BODY + "<NEWFLAG>No</NEWFLAG><NEWNONE>\ue004 Not Applicable</NEWNONE><NEWCOUNT> 0</NEWCOUNT><NEWEMPTY/>"
    done = translate(voucher_xml(body, VOUCHERTYPENAME="Journal"))
    assert (one(done, Voucher).extras, done.issues) == ({}, ())


def test_structures_are_kept_without_their_types() -> None:
    body = BODY + '<NEWLIST.LIST TYPE="String"><A TYPE="Number"> 5</A><B>x</B><B>y</B><C>No</C></NEWLIST.LIST>'
    extras = voucher(body, VOUCHERTYPENAME="Journal").extras
    assert extras == {"NEWLIST.LIST": {"A": "5", "B": ["x", "y"]}}


def test_a_user_defined_field_is_kept_by_description_and_index() -> None:
    done = translate(voucher_xml(BODY + UDF, VOUCHERTYPENAME="Journal"))
    assert one(done, Voucher).extras == {"udf": {"Pcs/1008": "670"}}
    assert codes(done.issues) == ["tally.tag.user_defined"]


def test_user_defined_fields_of_every_shape() -> None:
    body = """<UDF__UDF_7>bare</UDF__UDF_7>
    <UDF_MANY.LIST DESC="`Many`" INDEX="9"><UDF_MANY DESC="`Many`">a</UDF_MANY>
     <UDF_MANY DESC="`Many`">b</UDF_MANY></UDF_MANY.LIST>
    <UDF_SET.LIST DESC="`Set`" INDEX="10"><UDF_X.LIST DESC="`X`"><UDF_X>1</UDF_X></UDF_X.LIST>
     <UDF_Y>2</UDF_Y></UDF_SET.LIST>"""
    assert voucher(BODY + body, VOUCHERTYPENAME="Journal").extras["udf"] == {
        "_UDF_7": "bare",
        "Many/9": ["a", "b"],
        "Set/10": {"X.LIST": {"UDF_X": "1"}, "Y": "2"},
    }


def test_fields_inside_bills_banks_and_batches_reach_the_line() -> None:
    bank = f"<BANKALLOCATIONS.LIST><AMOUNT>5</AMOUNT>{UDF}</BANKALLOCATIONS.LIST>"
    bill = bill_xml("B", "New Ref", "-5", UDF)
    item = f"""<ALLINVENTORYENTRIES.LIST><STOCKITEMNAME>Rod</STOCKITEMNAME><AMOUNT>5</AMOUNT>
    <BATCHALLOCATIONS.LIST><AMOUNT>5</AMOUNT>{UDF}</BATCHALLOCATIONS.LIST></ALLINVENTORYENTRIES.LIST>"""
    found = voucher(entry("A", "-5", bill) + entry("Bank", "5", bank) + item, VOUCHERTYPENAME="Payment")
    assert found.postings[0].extras == {"bill": {"0": {"udf": {"Pcs/1008": "670"}}}}
    assert found.postings[1].extras == {"bank allocation": {"0": {"udf": {"Pcs/1008": "670"}}}}
    assert found.items[0].extras == {"batch": {"0": {"udf": {"Pcs/1008": "670"}}}}


def test_kept_tags_are_not_reported() -> None:
    done = translate('<LEDGER NAME="A"><ISTDSAPPLICABLE>Yes</ISTDSAPPLICABLE><WEBSITE>a.example</WEBSITE></LEDGER>')
    assert one(done, Ledger).extras == {"ISTDSAPPLICABLE": "Yes", "WEBSITE": "a.example"}
    assert done.issues == ()


def test_a_system_value_whose_mark_a_tool_damaged_is_still_no_name() -> None:
    found = voucher(
        BODY + "<PRICELEVEL>4; Not Applicable</PRICELEVEL><PLACEOFSUPPLY>4; Main Street</PLACEOFSUPPLY>",
        VOUCHERTYPENAME="Journal",
    )
    assert found.details is not None
    assert (found.details.price_level, found.details.place_of_supply) == ("", "4; Main Street")
