"""Whose books: GUIDs speak, names help, and what is assumed is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonical.errors import ConfigurationError
from connectors.tally.export.reader import Export
from tests.connectors.tally.writing import (
    COMPANY,
    NAME,
    OTHER_COMPANY,
    bare_voucher,
    codes,
    export,
    keys,
    master,
    messages,
    read,
    read_text,
    voucher,
)

REMOTE = (
    f'<COMPANY><REMOTECMPINFO.LIST MERGE="Yes"><NAME>{COMPANY}</NAME><REMOTECMPNAME>{NAME}</REMOTECMPNAME>'
    "<REMOTECMPSTATE>Karnataka</REMOTECMPSTATE></REMOTECMPINFO.LIST></COMPANY>"
)
GATEWAY_COMPANY = (
    f'<COMPANY NAME="{NAME}"><GUID TYPE="String">{COMPANY}</GUID><BOOKSFROM TYPE="Date">20240401</BOOKSFROM></COMPANY>'
)


def books(found: Export) -> list[tuple[str, str]]:
    return [(book.identity, book.name) for book in found.resolution.companies]


def owners(found: Export, stream: str = "vouchers") -> list[str]:
    return [record["company_guid"] for record in found.records(stream)]


def write(folder: Path, **texts: str) -> list[Path]:
    paths = [folder / f"{name}.xml" for name in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text)
    return paths


def test_the_envelope_names_the_company_of_the_guids(tmp_path: Path) -> None:
    found = read_text(tmp_path, export(voucher(1)))
    assert (books(found), codes(found)) == ([(COMPANY, NAME)], [])
    (record,) = found.records("companies")
    assert (record["key"], record["guid"], record["name"], record["object"]) == (
        COMPANY,
        COMPANY,
        NAME,
        {"@NAME": NAME},
    )


@pytest.mark.parametrize("text", [export(voucher(1), REMOTE, name=""), export(GATEWAY_COMPANY, voucher(1), name="")])
def test_a_company_element_names_it_too(text: str, tmp_path: Path) -> None:
    assert books(read_text(tmp_path, text)) == [(COMPANY, NAME)]


def test_what_the_company_element_says_is_kept(tmp_path: Path) -> None:
    (record,) = read_text(tmp_path, export(GATEWAY_COMPANY, voucher(1))).records("companies")
    assert record["object"]["BOOKSFROM"] == {"@TYPE": "Date", "#text": "20240401"}


def test_a_file_without_a_name_does_not_rename_the_company(tmp_path: Path) -> None:
    found = read_text(tmp_path, export(voucher(1), name=""))
    assert (books(found), codes(found)) == ([(COMPANY, f"Company {COMPANY[:8]}")], ["tally.company.unnamed"])
    (record,) = found.records("companies")
    assert record["object"] == {}


def test_the_buyer_is_not_the_company(tmp_path: Path) -> None:
    text = export(voucher(1, extra="<BASICBUYERNAME>Somebody Else</BASICBUYERNAME>"), name="")
    assert "Somebody Else" not in str(books(read_text(tmp_path, text)))


@pytest.mark.parametrize("one_file", [True, False])
@pytest.mark.parametrize("one_envelope", [True, False])
def test_two_companies_are_kept_apart(one_file: bool, one_envelope: bool, tmp_path: Path) -> None:
    ours, theirs = [voucher(1), voucher(2)], [voucher(1, company=OTHER_COMPANY)]
    if one_file and one_envelope:
        texts = {"a": export(*ours, *theirs)}
    elif one_file:
        texts = {"a": export(*ours) + export(*theirs, name="Other & Co")}
    else:
        texts = {"a": export(*ours), "b": export(*theirs, name="Other & Co")}
    found = read(*write(tmp_path, **texts))
    assert owners(found) == [COMPANY, COMPANY, OTHER_COMPANY]
    names = dict(books(found))
    assert names[COMPANY] == NAME
    if not (one_file and one_envelope):
        assert names[OTHER_COMPANY] == "Other & Co"


def test_masters_without_guid_belong_to_the_envelope_around_them(tmp_path: Path) -> None:
    text = export(voucher(1), master("UNIT", "Nos")) + export(
        master("UNIT", "Nos"), voucher(1, company=OTHER_COMPANY), name="Other"
    )
    assert owners(read_text(tmp_path, text), "units") == [COMPANY, OTHER_COMPANY]


def test_a_few_masters_with_another_guid_stay_with_the_books(tmp_path: Path) -> None:
    strays = [master("LEDGER", "Synced", 1, company=OTHER_COMPANY)]
    found = read_text(tmp_path, export(*strays, *(voucher(n) for n in range(1, 20))))
    assert (set(owners(found, "ledgers")), codes(found)) == ({COMPANY}, ["tally.company.foreign_guid"])


def test_a_single_voucher_of_another_company_is_kept_apart(tmp_path: Path) -> None:
    texts = [voucher(n) for n in range(1, 40)]
    found = read_text(tmp_path, export(*texts, voucher(1, company=OTHER_COMPANY)))
    assert (owners(found).count(OTHER_COMPANY), len(books(found))) == (1, 2)


def test_masters_of_two_companies_are_kept_apart(tmp_path: Path) -> None:
    text = export(
        *(master("LEDGER", f"A{n}", n) for n in range(5)),
        *(master("LEDGER", f"B{n}", n, company=OTHER_COMPANY) for n in range(4)),
    )
    assert len(books(read_text(tmp_path, text))) == 2


def test_without_guids_the_envelopes_name_is_the_identity(tmp_path: Path) -> None:
    found = read_text(tmp_path, export(bare_voucher("1"), name="  Kaveri   TRADERS "))
    assert books(found) == [("name:kaveri traders", "Kaveri   TRADERS")]
    assert "tally.company.assumed" in codes(found)


def test_without_anything_the_files_name_is_the_identity(tmp_path: Path) -> None:
    found = read_text(tmp_path, messages([bare_voucher("1")]), name="April.xml")
    assert books(found) == [("name:april", "April")]
    assert "tally.company.assumed" in codes(found)


def test_the_configured_name_is_the_identity_of_files_without(tmp_path: Path) -> None:
    (path,) = write(tmp_path, april=messages([bare_voucher("1")]))
    assert books(read(path, company="Kaveri Traders")) == [("name:kaveri traders", "Kaveri Traders")]
    assert books(read(path, company="Kaveri Traders", company_guid=COMPANY)) == [(COMPANY, "Kaveri Traders")]


@pytest.mark.parametrize("order", [("a", "b"), ("b", "a")])
@pytest.mark.parametrize("name", ["", NAME, NAME.upper()])
def test_files_without_guids_join_the_company_read_with_them(order: tuple[str, str], name: str, tmp_path: Path) -> None:
    texts = {"a": export(voucher(1)), "b": export(master("LEDGER", "Asha Stores"), name=name)}
    paths = dict(zip(texts, write(tmp_path, **texts), strict=True))
    found = read(*(paths[key] for key in order))
    assert (books(found), owners(found, "ledgers")) == ([(COMPANY, NAME)], [COMPANY])


def test_a_file_that_names_another_company_does_not_join(tmp_path: Path) -> None:
    found = read(*write(tmp_path, a=export(voucher(1)), b=export(master("LEDGER", "Asha"), name="Other")))
    assert owners(found, "ledgers") == ["name:other"]


def test_a_request_saved_by_mistake_names_nobody(tmp_path: Path) -> None:
    assert books(read_text(tmp_path, export(voucher(1), name="##SVCurrentCompany")))[0][1] == f"Company {COMPANY[:8]}"


def test_the_configured_name_names_a_single_company(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=export(voucher(1)))
    found = read(path, company="Kaveri (Mysuru)")
    assert books(found) == [(COMPANY, "Kaveri (Mysuru)")]
    assert books(read(path, company=NAME.upper())) == [(COMPANY, NAME)]
    (record,) = found.records("companies")
    assert record["object"] == {"@NAME": "Kaveri (Mysuru)"}


def test_the_configured_name_picks_one_of_several(tmp_path: Path) -> None:
    paths = write(tmp_path, a=export(voucher(1)), b=export(voucher(2, company=OTHER_COMPANY), name="Other"))
    found = read(*paths, company="other")
    assert (books(found), owners(found)) == ([(OTHER_COMPANY, "Other")], [OTHER_COMPANY])
    assert codes(found) == ["tally.company.left_out"]
    assert owners(read(*paths, company_guid=COMPANY.upper())) == [COMPANY]


@pytest.mark.parametrize(("name", "guid"), [("Third", ""), ("", "0" * 8 + COMPANY[8:])])
def test_another_companys_files_are_refused(name: str, guid: str, tmp_path: Path) -> None:
    paths = write(tmp_path, a=export(voucher(1)), b=export(voucher(2, company=OTHER_COMPANY), name="Other"))
    with pytest.raises(ConfigurationError) as caught:
        read(*paths, company=name, company_guid=guid)
    assert caught.value.code == "tally.company.other"
    assert NAME in caught.value.message


def test_a_known_identity_never_takes_another_companys_vouchers(tmp_path: Path) -> None:
    (path,) = write(tmp_path, a=export(voucher(1)))
    with pytest.raises(ConfigurationError):
        read(path, company="Other", company_guid=OTHER_COMPANY)


def test_companies_of_a_company_list(tmp_path: Path) -> None:
    other = GATEWAY_COMPANY.replace(COMPANY, OTHER_COMPANY).replace(NAME, "Other")
    found = read_text(
        tmp_path, f"<ENVELOPE><BODY><DATA><COLLECTION>{GATEWAY_COMPANY}{other}</COLLECTION></DATA></BODY></ENVELOPE>"
    )
    assert books(found) == [(COMPANY, NAME), (OTHER_COMPANY, "Other")]
    assert keys(found, "companies") == [COMPANY, OTHER_COMPANY]


def test_invented_guids_do_not_make_a_company_each(tmp_path: Path) -> None:
    invented = [voucher(n, company=f"{n:08x}{COMPANY[8:]}") for n in range(1, 60)]
    found = read_text(tmp_path, export(*invented))
    assert (books(found), len(keys(found))) == ([("name:kaveri traders", NAME)], 59)
    assert codes(found) == ["tally.company.guids_made_up", "tally.company.assumed"]


def test_a_flood_of_companies_is_bounded(tmp_path: Path) -> None:
    flood = "".join(export(f'<COMPANY NAME="C{n}"/>', bare_voucher(str(n)), name=f"N{n}") for n in range(2500))
    found = read_text(tmp_path, flood)
    assert len(found.resolution.companies) <= 1001
    assert len(keys(found)) == 2500
