"""Which company is open: found by GUID, checked by number and start of the books, renamed without harm."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from canonical.errors import SourceRejected
from connectors.tally.gateway.companies import (
    Edition,
    LoadedCompany,
    find_company,
    list_books,
    read_company,
    verify_company,
)
from connectors.tally.gateway.endpoint import Charset, parse_endpoint
from tests.connectors.tally_gateway.scripted import OK_HEADER, playing, say


def row(name: str, guid: str = "g-1", number: str = "10000", books_from: str = "20240401", more: str = "") -> str:
    return (
        f'<COMPANY NAME="{name}"><NAME>{name}</NAME><GUID>{guid}</GUID><COMPANYNUMBER>{number}</COMPANYNUMBER>'
        f'<BOOKSFROM TYPE="Date">{books_from}</BOOKSFROM>{more}</COMPANY>'
    )


def listing(*rows: str) -> str:
    return (
        f"<ENVELOPE>{OK_HEADER.decode()}<BODY><DATA><COLLECTION>{''.join(rows)}</COLLECTION></DATA></BODY></ENVELOPE>"
    )


CONNECTED = LoadedCompany(name="Asha Traders", guid="g-1", number="10000", books_from=date(2024, 4, 1))


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([row("Deepa Stores", "g-2")], "company_not_loaded"),
        ([row("Asha Traders", "g-9")], "company_mismatch"),
        ([row("Asha Traders", number="10001")], "company_mismatch"),
        ([row("Asha Traders", books_from="20250401")], "company_mismatch"),
        ([row("Asha 2024"), row("Asha 2025", number="10002")], "company_mismatch"),
        ([], "no_company_open"),
    ],
)
def test_other_books_are_refused(tmp_path: Path, rows: list[str], code: str) -> None:
    with playing(say(listing(*rows))) as tally, pytest.raises(SourceRejected) as caught:
        verify_company(tally.client(tmp_path), CONNECTED)
    assert caught.value.code == f"tally.gateway.{code}"


def test_a_group_of_companies_has_no_books(tmp_path: Path) -> None:
    group = row("Asha Group", "g-0", more="<ISAGGREGATE>Yes</ISAGGREGATE>")
    with playing(say(listing(group, row("Asha Traders")))) as tally:
        assert [company.name for company in list_books(tally.client(tmp_path))] == ["Asha Traders"]
    with playing(say(listing(group))) as tally, pytest.raises(SourceRejected, match="Asha Group") as caught:
        list_books(tally.client(tmp_path))
    assert caught.value.code == "tally.gateway.only_groups_open"


def test_a_company_that_is_listed_twice_is_one(tmp_path: Path) -> None:
    rows = (row("Asha Traders"), row("Asha Traders"), row("Asha Traders", number="10001"))
    with playing(say(listing(*rows))) as tally:
        assert [company.number for company in list_books(tally.client(tmp_path))] == ["10000", "10001"]


def test_a_renamed_company_is_the_same(tmp_path: Path) -> None:
    with playing(say(listing(row("Asha Traders LLP"), row("Deepa", "g-2")))) as tally:
        assert verify_company(tally.client(tmp_path), CONNECTED).name == "Asha Traders LLP"


def test_of_two_with_one_guid_the_name_decides(tmp_path: Path) -> None:
    rows = (row("Asha Traders - (2024)", number="10001"), row("ASHA traders "))
    with playing(say(listing(*rows))) as tally:
        assert find_company(tally.client(tmp_path), "g-1", name="Asha Traders").number == "10000"


def test_what_tally_leaves_out_stays_empty() -> None:
    company = read_company({"@NAME": "Asha", "GUID": "g-1", "EDUMODE": "Yes", "ISACTIVECOMPANY": "1", "ENDINGAT": "x"})
    assert (company.name, company.edition, company.is_active) == ("Asha", Edition.EDUCATION, True)
    assert (company.books_from, company.ending_at, company.alter_voucher_id) == (None, None, 0)
    assert company.counts == {}


def test_addresses() -> None:
    assert parse_endpoint({}).url == "http://localhost:9000"
    assert parse_endpoint({"url": "https://tally.example/khata"}).url == "https://tally.example:443/khata"
    assert parse_endpoint({"url": "http://[::1]:9001/", "charset": "utf-8"}).charset is Charset.UTF8
    assert parse_endpoint({"url": "http://[::1]:9001/"}).key == "localhost-9001"


@pytest.mark.parametrize(
    "config",
    [
        {"url": "ftp://x"},
        {"url": "http://"},
        {"url": "http://h:99999"},
        {"url": "http://user:hunter2@h:9000"},
        {"url": "http://h:9000", "wait": 3},
        {"url": "http://h:9000", "charset": "latin"},
        {"url": "http://h:9000", "pause_s": "soon"},
        {"url": "http://h:9000", "pause_s": -1},
        {"url": "http://h:9000", "answer_timeout_s": "nan"},
        {"url": "http://h:9000", "host": "other"},
    ],
)
def test_bad_addresses_are_refused_without_telling_secrets(config: dict[str, object]) -> None:
    from canonical.errors import ConfigurationError

    with pytest.raises(ConfigurationError) as caught:
        parse_endpoint(config)
    assert "hunter2" not in caught.value.message
