"""What a sign-in that lacks scopes comes to: which list, which scope, what to do; and what is read all the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
import requests

from canonical.errors import CredentialError, KhataError, RateLimited
from canonical.issue import IssueLevel
from canonical.proof import ProofStatus
from connectors.sdk.oauth import Web
from connectors.sdk.tokens import Tokens
from connectors.zoho.oauth import AUTHORISATION
from connectors.zoho.refusals import SCOPE_REFUSED, judge
from connectors.zoho.scopes import MODULES, SCOPES, covers, needed_by, path_of, sign_in_again
from connectors.zoho.streams import STREAMS
from sandbox.zoho import DEMO_CLIENT, Limits, Options
from sandbox.zoho.app import build_app
from tests.connectors.zoho.fake import Zoho, hub, zoho
from tests.connectors.zoho.test_plans import answer


@pytest.fixture(scope="module")
def server() -> Iterator[Zoho]:
    with zoho(vouchers=40) as made:
        yield made


def narrow(server: Zoho, *left_out: str) -> str:
    """A refresh token of somebody who did not agree to some modules."""
    scopes = ",".join(scope for scope in SCOPES if scope.split(".")[1] not in left_out)
    return server.running.app.accounts.issue_tokens(scopes)[1]


def tokens_of(server: Zoho, access: str, scopes: tuple[str, ...] = ()) -> Tokens:
    ends = server.clock() + timedelta(hours=1)
    return Tokens(access_token=access, refresh_token="", access_expires_at=ends, scopes=scopes)


def refused(method: str, path: str) -> KhataError:
    made = answer(401, {"code": 57, "message": "You are not authorized to perform this operation"})
    made.request = requests.Request(method, f"https://www.zohoapis.in/books/v3/{path}").prepare()
    found = judge(made)
    assert found is not None
    return found


def test_the_scope_of_every_call_is_the_one_the_product_asks_for(server: Zoho) -> None:
    """The fake's doors carry the scopes of Zoho's own description of the API."""
    app = build_app(server.running.books)
    for spec in STREAMS.values():
        (scope,) = app.doors["GET", f"/books/v3/{spec.path}"].scopes
        assert refused("GET", f"{spec.path}?page=1").facts["scope"] == scope
    for scope in SCOPES:
        assert app.doors["GET", f"/books/v3/{path_of(scope)}"].scopes == (scope,)


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "invoices/123", "ZohoBooks.invoices.READ"),
        ("PUT", "customerpayments", "ZohoBooks.customerpayments.UPDATE"),
        ("POST", "contacts", "ZohoBooks.contacts.CREATE"),
        ("GET", "settings/taxgroups/5", "ZohoBooks.settings.READ"),
        ("GET", "chartofaccounts/accounttransactions", "ZohoBooks.accountants.READ"),
        ("GET", "vendorcredits/7/refunds/8", "ZohoBooks.debitnotes.READ"),
    ],
)
def test_a_refused_call_names_what_was_asked_and_the_scope(method: str, path: str, scope: str) -> None:
    error = refused(method, path)
    assert (type(error), error.code) == (CredentialError, SCOPE_REFUSED)
    assert scope in error.message
    assert "khata connect zoho" in error.message


def test_an_unknown_address_names_no_scope() -> None:
    assert needed_by(requests.Request("GET", "https://www.zohoapis.in/books/v3/nothing").prepare()) == ("", "")
    assert "scope" in refused("GET", "nothing").message


def test_whole_access_and_all_of_a_module_are_enough() -> None:
    assert covers(["ZohoBooks.fullaccess.all"], "ZohoBooks.bills.READ")
    assert covers(["zohobooks.bills.all"], "ZohoBooks.bills.READ")
    assert not covers(["ZohoBooks.bills.CREATE"], "ZohoBooks.bills.READ")


@pytest.mark.parametrize(
    ("told", "missing", "command"),
    [
        ("", (), "khata connect zoho --name shop"),
        ("", ("ZohoBooks.bills.READ",), "khata connect zoho --name shop"),
        ("ZohoBooks.fullaccess.all", ("ZohoBooks.bills.CREATE",), "khata connect zoho --name shop"),
        ("ZohoBooks.settings.READ", ("ZohoBooks.bills.READ",), "khata connect zoho --name shop --set scopes="),
    ],
)
def test_one_command_grants_everything_that_is_read(told: str, missing: tuple[str, ...], command: str) -> None:
    assert sign_in_again({"scopes": told} if told else {}, "shop", missing) == command


def test_scopes_to_write_are_kept_when_others_are_granted() -> None:
    command = sign_in_again({"scopes": "ZohoBooks.contacts.CREATE"}, "shop", ("ZohoBooks.items.CREATE",))
    asked = command.partition("scopes=")[2].split(",")
    assert set(SCOPES) < set(asked)
    assert {"ZohoBooks.contacts.CREATE", "ZohoBooks.items.CREATE"} < set(asked)


def test_a_list_without_its_scope_is_said_the_rest_is_read_and_figures_are_held_back(server: Zoho) -> None:
    with hub(server, refresh_token=narrow(server, "bills", "banking", "salesorders")) as mine:
        summary = mine.sync()
        issues = mine.books.issues.page(run_id=summary.run_id).items
        told = {one.issue.message.split()[0]: one.issue for one in issues if one.issue.code == "zoho.stream.refused"}
        left_out = [one.issue.message for one in issues if one.issue.code == "zoho.stream.left_out"]
        proof = mine.proof()
    assert summary.status == "succeeded"
    assert summary.counts["invoices"] > 0
    assert "bills" not in summary.counts
    assert set(told) == {"Bills", "Banktransactions"}
    assert told["Bills"].level is IssueLevel.ACTION_REQUIRED
    assert "ZohoBooks.bills.READ" in told["Bills"].message
    assert "khata connect zoho" in told["Bills"].hint
    assert any("salesorders" in message for message in left_out)
    assert summary.publication == "held"
    (waits,) = [total for total in proof.totals if "wait for another sync" in total.name]
    assert waits.status is ProofStatus.DIFFERS
    assert not any("changed while" in use.reason for use in proof.oracles)
    assert any("not everything was read" in use.reason for use in proof.oracles)
    assert not any(use.is_used for use in proof.oracles if use.oracle.startswith("Zoho Books"))


def test_what_was_read_before_stays_when_its_scope_is_gone_and_comes_up_to_date_when_it_is_back() -> None:
    with zoho(vouchers=40) as server, hub(server) as mine:
        assert mine.sync().publication == "published"
        before = {key for key in mine.held() if key[1] == "bills"}
        mine.connect(refresh_token=narrow(server, "bills"))
        assert mine.sync().publication == "held"
        assert {key for key in mine.held() if key[1] == "bills"} == before
        mine.connect()
        assert mine.sync().publication == "published"


def test_many_missing_scopes_do_not_use_up_the_tokens_of_ten_minutes(server: Zoho) -> None:
    """Zoho gives ten access tokens in ten minutes; a refusal for scope alone must not cost one each."""
    refresh = narrow(server, *(module for module in MODULES if module not in ("settings", "accountants")))
    with hub(server, refresh_token=refresh) as mine:
        mine.sync()
    assert len(server.running.app.accounts.grants[refresh].minted) <= 3


def test_without_the_base_of_the_books_the_sync_ends_with_the_scope_it_needs(server: Zoho) -> None:
    for module in ("settings", "accountants"):
        with hub(server, refresh_token=narrow(server, module)) as mine, pytest.raises(CredentialError) as caught:
            mine.sync()
        assert f"ZohoBooks.{module}.READ" in caught.value.message


def test_a_sign_in_that_was_revoked_is_no_missing_scope_even_of_an_optional_list(server: Zoho) -> None:
    refresh = narrow(server)
    with hub(server, refresh_token=refresh) as mine:
        del server.running.app.accounts.grants[refresh]
        with pytest.raises(CredentialError) as caught:
            mine.sync()
    assert caught.value.code == "oauth.refused"


def test_a_sync_that_ends_on_purpose_logs_no_unhandled_error(server: Zoho, caplog: pytest.LogCaptureFixture) -> None:
    with hub(server) as mine, caplog.at_level("INFO"):
        asked = server.calls
        server.running.web.faults.script = {asked + at: {"rate_limited": "day"} for at in range(40, 60)}
        with pytest.raises(RateLimited):
            mine.sync()
        server.running.web.faults.script = {}
    assert "unhandled" not in caplog.text


def test_the_doctor_tries_every_scope_and_names_what_is_not_open(server: Zoho) -> None:
    taken: list[int] = []
    access, _ = server.running.app.accounts.issue_tokens(",".join(SCOPES[:-2]))
    web = Web(session=requests.Session(), now=server.clock)
    tokens = tokens_of(server, access)
    found = AUTHORISATION.permissions(server.config(), tokens, web=web, take=lambda: taken.append(1))
    closed = [one for one in found if one.is_open is False]
    assert [one.scope for one in found] == list(SCOPES)
    assert [one.scope for one in closed] == list(SCOPES[-2:])
    assert "journals" in closed[0].opens
    assert len(taken) == len(SCOPES)
    assert DEMO_CLIENT.secret not in str(found)


def test_scopes_that_a_token_answer_names_are_believed_when_they_are_missing() -> None:
    options = Options(limits=Limits(enforced=False), tells_scopes=True)
    with zoho(vouchers=10, options=options) as server:
        web = Web(session=requests.Session(), now=server.clock)
        held = Tokens(
            access_token="", refresh_token=narrow(server, "bills", "banking"), access_expires_at=server.clock()
        )
        tokens = AUTHORISATION.refresh(server.config(), held, web=web)
        before = server.calls
        found = AUTHORISATION.permissions(server.config(), tokens, web=web, take=lambda: None)
        asked = server.calls - before
    assert [one.scope for one in found if not one.is_open] == ["ZohoBooks.bills.READ", "ZohoBooks.banking.READ"]
    assert asked == len(SCOPES) - 2


def test_scopes_that_zoho_named_are_not_tried(server: Zoho) -> None:
    access, _ = server.running.app.accounts.issue_tokens()
    web = Web(session=requests.Session(), now=server.clock)
    before = server.calls
    tokens = tokens_of(server, access, scopes=("ZohoBooks.settings.READ", "ZohoBooks.bills.ALL"))
    found = AUTHORISATION.permissions(server.config(), tokens, web=web, take=lambda: None)
    assert {one.scope for one in found if one.is_open} == {"ZohoBooks.settings.READ", "ZohoBooks.bills.READ"}
    assert server.calls - before == 2
