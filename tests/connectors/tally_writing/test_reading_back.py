"""Finding one object by its name or GUID, whatever stands in the name."""

from __future__ import annotations

import pytest

from canonical.errors import SourceRejected
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import LoadedCompany
from connectors.tally.writing.reading_back import find_ledger, find_voucher
from connectors.tally.writing.target import name_of, read_target
from sandbox.tally.books import LiveCompany


def test_every_ledger_is_found_by_its_name_and_no_other(
    client: GatewayClient, company: LoadedCompany, books: LiveCompany
) -> None:
    names = [item.attributes["NAME"] for item in books.objects("Ledger")]
    assert any('"' in name for name in names)
    assert any("&" in name and "<" in name for name in names)
    assert any(not name.isascii() for name in names)
    for name in names:
        assert name_of(find_ledger(client, company, name)) == name
        assert name_of(find_ledger(client, company, f" {name.upper()} ")) == name
    for name in ("Cas", 'Cash" OR "1" = "1', "$Name", "", "Cash\n"):
        found = find_ledger(client, company, name)
        assert name_of(found) == ("Cash" if name == "Cash\n" else ""), name


def test_a_voucher_is_found_by_its_guid(client: GatewayClient, company: LoadedCompany, books: LiveCompany) -> None:
    for item in list(books.objects("Voucher"))[:5]:
        guid = item.method("Guid")
        assert guid is not None
        assert find_voucher(client, company, guid.wire)["GUID"]
    assert find_voucher(client, company, f"{company.guid}-ffffffff") == {}


def test_the_target_knows_where_ledgers_hang(client: GatewayClient, company: LoadedCompany) -> None:
    target = read_target(client, company, with_items=True, with_cost_centres=True)
    cash = target.ledger(" CASH ")
    assert cash is not None
    assert cash.reserved[0].value == "Cash-in-Hand"
    assert len(target.groups) >= 28
    custom = target.voucher_type("GST Sale Invoice")
    assert custom is not None
    assert custom.kind.value == "sales"
    assert target.items
    assert target.cost_centres


def test_another_companys_objects_are_refused(client: GatewayClient, company: LoadedCompany) -> None:
    from dataclasses import replace

    with pytest.raises(SourceRejected) as caught:
        read_target(client, replace(company, guid="00000000-0000-0000-0000-000000000000"))
    assert caught.value.code == "tally.gateway.company_mismatch"
