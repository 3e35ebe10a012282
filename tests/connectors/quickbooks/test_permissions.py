"""What a user who may not see everything comes to: which entity, what to do; and what is read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from canonical.errors import CredentialError, KhataError
from connectors.quickbooks.faults import judge
from connectors.quickbooks.oauth import AUTHORISATION, REMARK_INDIA
from connectors.sdk.census import Settlement
from connectors.sdk.oauth import Web
from connectors.sdk.tokens import Tokens
from tests.connectors.quickbooks.api import Api, api
from tests.connectors.quickbooks.test_faults import answer, fault
from tests.connectors.quickbooks.test_tap import Held, read


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Api]:
    with api(tmp_path) as made:
        yield made


def refused(address: str, code: str, status: int = 403, kind: str = "ValidationFault") -> KhataError:
    made = answer(status, fault(code, kind))
    made.request = requests.Request("GET", f"https://quickbooks.api.intuit.com/v3/company/123/{address}").prepare()
    found = judge(made, "shop")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("address", "what"),
    [
        ("query?query=SELECT+%2A+FROM+Invoice+STARTPOSITION+1", "Invoice"),
        ("query?query=select count(*) from Bill", "Bill"),
        ("reports/AgedReceivableDetail?x=1", "reports/AgedReceivableDetail"),
        ("preferences", "preferences"),
        ("cdc?entities=Invoice", "what changed"),
    ],
)
def test_a_refused_call_names_what_was_asked_the_scope_and_the_remedy(address: str, what: str) -> None:
    error = refused(address, "5020")
    assert (error.code, error.facts["module"]) == ("quickbooks.permission", what)
    for said in (what, "com.intuit.quickbooks.accounting", "khata connect quickbooks --name shop"):
        assert said in error.message


@pytest.mark.parametrize(
    ("code", "status", "kind", "ours"),
    [
        ("5030", 403, "ValidationFault", "quickbooks.not_in_plan"),
        ("", 403, "AuthorizationFault", "quickbooks.permission"),
        ("3100", 403, "AUTHORIZATION", "quickbooks.realm_refused"),
        ("120", 401, "AUTHORIZATION", "quickbooks.access_lost"),
        ("3200", 401, "AUTHENTICATION", "quickbooks.sign_in"),
    ],
)
def test_what_is_refused_is_told_apart(code: str, status: int, kind: str, ours: str) -> None:
    assert refused("query?query=select * from Bill", code, status, kind).code == ours


def test_an_entity_the_user_may_not_see_is_said_and_the_others_are_read(served: Api) -> None:
    served.live.select.hidden = {"Bill", "Estimate"}
    served.live.select.not_in_plan = {"Class"}
    mine = Held()
    read(served, mine)
    done = mine.extracted
    told = {issue.message.split()[0]: issue.code for issue in done.issues}
    assert told == {
        "Bill": "quickbooks.entity.refused",
        "Estimate": "quickbooks.entity.left_out",
        "Class": "quickbooks.entity.left_out",
    }
    assert done.settlement is Settlement.UNSURE
    assert mine.ids("invoices") == {str(row.document["Id"]) for row in served.live.company.records("Invoice")}
    assert mine.ids("bills") == set()
    assert mine.retired == []


def test_what_was_refused_is_read_from_where_it_was_left_once_it_is_open(served: Api) -> None:
    mine = Held()
    state = read(served, mine)
    bills = mine.ids("bills")
    served.live.select.hidden = {"Bill"}
    served.work(30)
    state = read(served, mine, state)
    settlements = [mine.extracted.settlement]
    assert mine.ids("bills") == bills
    served.live.select.hidden = set()
    read(served, mine, state)
    settlements.append(mine.extracted.settlement)
    assert settlements == [Settlement.UNSURE, Settlement.SETTLED]
    for stream, entity in (("bills", "Bill"), ("invoices", "Invoice"), ("payments", "Payment")):
        assert mine.ids(stream) == {str(row.document["Id"]) for row in served.live.company.records(entity)}


def tokens_for(served: Api) -> tuple[Tokens, Web]:
    web = Web(session=requests.Session(), now=served.clock)
    held = Tokens(access_token="", refresh_token=served.refresh_token, access_expires_at=served.clock())
    return AUTHORISATION.refresh(served.config(), held, web=web), web


def test_the_doctor_finds_what_the_user_may_not_see_in_a_few_calls(served: Api) -> None:
    served.live.select.hidden = {"Bill", "JournalEntry"}
    served.live.select.not_in_plan = {"Class"}
    tokens, web = tokens_for(served)
    before, taken = served.calls(), list[int]()
    (found,) = AUTHORISATION.permissions(served.config(), tokens, web=web, take=lambda: taken.append(1))
    assert (found.is_open, found.closed) == (True, ("Bill", "JournalEntry"))
    assert "Invoice" in found.opens
    assert "Bill" not in found.opens
    assert served.calls() - before == len(taken) <= 3
    served.live.select.hidden = set()
    (found,) = AUTHORISATION.permissions(served.config(), tokens, web=web, take=lambda: None)
    assert (found.is_open, found.closed) == (True, ())


@pytest.mark.parametrize(("country", "remark"), [("IN", REMARK_INDIA), ("IND", REMARK_INDIA), ("US", "")])
def test_a_company_that_says_it_is_indian_is_told_what_ended(
    served: Api, monkeypatch: pytest.MonkeyPatch, country: str, remark: str
) -> None:
    monkeypatch.setattr(
        "connectors.quickbooks.oauth._company_info", lambda *told: {"CompanyName": "Asha", "Country": country}
    )
    tokens, web = tokens_for(served)
    (company,) = AUTHORISATION.companies(served.config(), tokens, web=web)
    assert (company.name, company.remark) == ("Asha", remark)


def test_a_sign_in_for_another_company_is_no_matter_of_age(served: Api) -> None:
    tokens, web = tokens_for(served)
    other = Tokens(
        access_token=tokens.access_token,
        refresh_token="",
        access_expires_at=tokens.access_expires_at,
        facts={"realm_id": "999"},
    )
    with pytest.raises(CredentialError) as caught:
        AUTHORISATION.companies(served.config(), other, web=web)
    assert caught.value.code == "quickbooks.realm_refused"
