"""Files whose debits are credits: refused by evidence, never by one voucher."""

from __future__ import annotations

from collections.abc import Iterable

import pytest

from canonical.issue import Issue, IssueLevel
from canonical.record import RawRecord
from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_translate.support import bill_xml, entry, load, records, translate, translator, voucher_xml
from tests.support.samples import sample, samples_dir

BANK = "<BANKALLOCATIONS.LIST><TRANSACTIONTYPE>Cheque</TRANSACTIONTYPE></BANKALLOCATIONS.LIST>"


def preflight(raw: Iterable[RawRecord], using: TallyTranslator | None = None) -> tuple[Issue, ...]:
    return (using or translator()).preflight(raw)


def sales(count: int, sign: int, **header: str) -> str:
    body = entry("Asha", f"{-118 * sign}") + entry("Goods", f"{100 * sign}") + entry("Tax", f"{18 * sign}")
    return "".join(voucher_xml(body, GUID=f"{sign}-{index}", **header) for index in range(count))


def test_ten_inverted_sales_refuse_the_file() -> None:
    (issue,) = preflight(records(sales(10, -1)))
    assert (issue.code, issue.level) == ("tally.file.signs_inverted", IssueLevel.REJECTED)
    assert issue.facts == {"votes": 10, "inverted": 10}
    assert "negative amounts" in issue.hint


@pytest.mark.parametrize(("inverted", "right"), [(9, 0), (10, 2), (0, 50), (8, 1)])
def test_fewer_than_ten_votes_or_nine_in_ten_do_not(inverted: int, right: int) -> None:
    assert preflight(records(sales(inverted, -1) + sales(right, 1))) == ()


def test_nine_in_ten_do() -> None:
    assert len(preflight(records(sales(18, -1) + sales(2, 1)))) == 1


def test_what_tally_itself_wrote_is_a_warning_to_the_owner() -> None:
    (issue,) = preflight(records(sales(10, -1, ALTERID="7")))
    assert (issue.code, issue.level) == ("tally.file.signs_suspect", IssueLevel.ACTION_REQUIRED)


def votes(body: str, using: TallyTranslator | None = None, **header: str) -> bool:
    """Whether ten such vouchers refuse a file."""
    text = "".join(voucher_xml(body, GUID=f"g{index}", **header) for index in range(10))
    return bool(preflight(records(text), using))


@pytest.mark.parametrize(
    ("kind", "debited"), [("Sales", True), ("Payment", True), ("Purchase", False), ("Receipt", False)]
)
def test_the_marked_party_votes_by_its_kind(kind: str, debited: bool) -> None:
    wrong, other = ("5", "-5") if debited else ("-5", "5")
    party = "<ISPARTYLEDGER>Yes</ISPARTYLEDGER>"
    assert votes(entry("Asha", wrong, party) + entry("X", other), VOUCHERTYPENAME=kind)
    assert votes(entry("Asha", wrong) + entry("X", other), VOUCHERTYPENAME=kind, PARTYLEDGERNAME="asha")
    assert not votes(entry("Asha", other, party) + entry("X", wrong), VOUCHERTYPENAME=kind)


def test_the_bank_votes_on_receipts_whatever_the_header_calls_the_party() -> None:
    body = entry("Demo Bank", "-5", BANK) + entry("Asha", "5")
    assert not votes(body, VOUCHERTYPENAME="Receipt", PARTYLEDGERNAME="Demo Bank")
    assert votes(entry("Demo Bank", "5", BANK) + entry("Asha", "-5"), VOUCHERTYPENAME="Receipt", PARTYLEDGERNAME="Asha")


def test_a_line_that_settles_bills_is_the_party() -> None:
    body = entry("Some Bank", "-5") + entry("Asha", "5", bill_xml("B", "Agst Ref", "5"))
    assert not votes(body, VOUCHERTYPENAME="Receipt", PARTYLEDGERNAME="Some Bank")


def test_the_bank_is_known_by_its_master() -> None:
    learned = translator()
    translate('<LEDGER NAME="Current"><PARENT>Bank Accounts</PARENT></LEDGER>', learned)
    assert votes(entry("Current", "5") + entry("Asha", "-5"), learned, VOUCHERTYPENAME="Receipt")


def test_two_lines_without_a_mark_say_nothing() -> None:
    assert not votes(entry("A", "118") + entry("B", "-118"))


def test_journals_and_unknown_types_have_no_vote() -> None:
    assert preflight(records(sales(20, -1, VOUCHERTYPENAME="Journal"))) == ()
    assert preflight(records(sales(20, -1, VOUCHERTYPENAME="Bespoke"))) == ()


def test_the_kind_is_found_through_the_masters() -> None:
    learned = translator()
    translate('<VOUCHERTYPE NAME="Bespoke"><PARENT>Sales</PARENT></VOUCHERTYPE>', learned)
    assert len(preflight(records(sales(20, -1, VOUCHERTYPENAME="Bespoke")), learned)) == 1


def test_a_voucher_with_an_unreadable_amount_has_no_vote() -> None:
    assert not votes(entry("Asha", "x", "<ISPARTYLEDGER>Yes</ISPARTYLEDGER>") + entry("X", "-5"))


def test_the_synthetic_file_with_turned_signs_is_refused() -> None:
    (issue,) = preflight(load(sample("tally/darsh_services_vouchers_synthetic_wrong_sign.xml")))
    assert issue.code == "tally.file.signs_inverted"
    assert issue.facts["inverted"] == issue.facts["votes"]


DAMAGED = ("bridge_sim_malformed.xml", "bridge_sim_truncated.xml")
"""Deliberately not XML."""


def real_captures() -> list[str]:
    folder = samples_dir()
    if folder is None:
        return []
    found = (path.name for path in (folder / "tally").glob("*.xml"))
    return sorted(
        name for name in found if name.startswith(("bridge_", "fileexport_", "mbng_")) and name not in DAMAGED
    )


@pytest.mark.parametrize("name", real_captures())
def test_no_real_capture_is_refused(name: str) -> None:
    assert preflight(load(sample(f"tally/{name}"))) == ()
