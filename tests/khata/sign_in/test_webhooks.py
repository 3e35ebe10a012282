"""Deliveries over HTTP: verified, stored as they came, answered at once, and the right syncs asked for."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import httpx
import pytest

from canonical.errors import SourceUnavailable
from connectors.zoho import webhooks as zoho_webhooks
from khata.api.app import create_app
from khata.api.starting import SyncStarter
from khata.configuration import load_settings
from khata.live.doctor import Finding
from khata.sign_in.connecting import COMPANY_KEY, Products, hub_part_of
from khata.sign_in.doctor import Examination, examine_all
from khata.sign_in.strangers import remedy_of, sentence_of, strangers
from khata.sign_in.webhooks import set_secret
from khata.wiring import open_hub
from storage.repositories.announcements import Announcements
from storage.repositories.deliveries import NOBODY
from tests.khata.running import run
from tests.khata.sign_in.conftest import NOW, Desk
from tests.khata.sign_in.product import NAME, Server, sign
from workflows.inputs import SyncRequest

SECRET = "planted-webhook-secret-0a9b"
BREATH_S = 0.05


@dataclass
class Office:
    """A hub's API with two connections, and the syncs it asked for."""

    desk: Desk
    started: list[str] = field(default_factory=list)
    is_down: bool = False

    def __post_init__(self) -> None:
        for name, company in (("traders", "60001"), ("exports", "60002")):
            self.desk.connect(name)
            books = self.desk.hub.tenant()
            books.connections.save(name, NAME, {"hub": {COMPANY_KEY: company}}, at=NOW)
            set_secret(self.desk.hub, "default", books.connections.get(name), SECRET)

    async def signal(self, request: SyncRequest) -> None:
        if self.is_down:
            raise SourceUnavailable("no server")
        assert (request.tenant, request.source, request.reason) == ("default", NAME, "event")
        self.started.append(request.connection)

    def deliver(self, *bodies: Mapping[str, Any], path: str = f"/webhooks/default/{NAME}", **how: Any) -> list[int]:
        """Deliver one after the other, and wait for what follows."""
        return [answer.status_code for answer in self.answers(bodies, path, **how)]

    def answers(
        self,
        bodies: Sequence[Mapping[str, Any]],
        path: str,
        *,
        secret: str = SECRET,
        pause_s: float = 0,
        breath_s: float = BREATH_S,
    ) -> list[httpx.Response]:
        app = create_app(self.desk.hub, self.signal)
        app.state.starter = SyncStarter(self.signal, breath_s)

        async def send() -> list[httpx.Response]:
            answers = []
            async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://hub.test") as client:
                for told in bodies:
                    body = json.dumps(told).encode()
                    answers.append(await client.post(path, content=body, headers={"X-Signature": sign(body, secret)}))
                    await asyncio.sleep(pause_s)
                await app.state.starter.settle()
            return answers

        return asyncio.run(send())

    def kept(self, name: str) -> list[tuple[bytes, int]]:
        books = self.desk.hub.tenant()
        found = books.deliveries.list(books.connections.get(name).connection_id)
        return [(one.body, one.times) for one in found]


@pytest.fixture
def office(desk: Desk, product: Server) -> Office:
    return Office(desk)


def at(delta: timedelta = timedelta(0)) -> str:
    return (NOW + delta).isoformat()


def test_a_delivery_is_stored_as_it_came_and_its_company_synced(office: Office) -> None:
    told = {"companies": ["60001"], "at": at()}
    assert office.deliver(told) == [200]
    assert office.started == ["traders"]
    assert office.kept("traders") == [(json.dumps(told).encode(), 1)]
    assert office.kept("exports") == []


def test_one_delivery_may_be_about_several_companies_and_about_none_of_ours(office: Office) -> None:
    assert office.deliver({"companies": ["60002", "99999", "60001"], "at": at()}) == [200]
    assert sorted(office.started) == ["exports", "traders"]
    assert office.deliver({"companies": ["99999"], "at": at()}) == [200]
    assert len(office.started) == 2


def test_a_delivery_that_does_not_say_whose_is_everybodys(office: Office) -> None:
    assert office.deliver({"companies": [""], "at": at()}) == [200]
    assert sorted(office.started) == ["exports", "traders"]


def test_a_burst_makes_one_sync(office: Office) -> None:
    burst = [{"companies": ["60001"], "at": at(timedelta(seconds=number))} for number in range(20)]
    assert set(office.deliver(*burst, breath_s=2)) == {200}
    assert office.started == ["traders"]
    assert len(office.kept("traders")) == 20


def test_what_comes_after_a_sync_was_started_starts_another(office: Office) -> None:
    told = [{"companies": ["60001"], "at": at(timedelta(seconds=number))} for number in range(2)]
    office.deliver(*told, pause_s=BREATH_S * 3)
    assert office.started == ["traders", "traders"]


def test_a_repeat_is_counted_and_starts_nothing(office: Office) -> None:
    told = {"companies": ["60001"], "at": at()}
    office.deliver(told)
    assert office.deliver(told, told) == [200, 200]
    assert office.started == ["traders"]
    assert office.kept("traders") == [(json.dumps(told).encode(), 3)]


def test_the_same_bytes_without_a_time_may_be_another_change(office: Office) -> None:
    told = {"companies": ["60001"]}
    office.deliver(told)
    office.deliver(told)
    assert office.started == ["traders", "traders"]


@pytest.mark.parametrize("age", [timedelta(days=4), timedelta(minutes=-30)])
def test_a_delivery_out_of_its_window_is_refused(office: Office, age: timedelta) -> None:
    assert office.deliver({"companies": ["60001"], "at": at(-age)}) == [403]
    assert (office.started, office.kept("traders")) == ([], [])


@pytest.mark.parametrize(
    "path",
    [
        f"/webhooks/nobody/{NAME}",
        "/webhooks/default/tally",
        "/webhooks/default/nothing",
        "/webhooks/default/sdk",
    ],
)
def test_an_unknown_address_looks_like_a_wrong_signature(office: Office, path: str) -> None:
    (unknown,) = office.answers([{"companies": ["60001"]}], path)
    (forged,) = office.answers([{"companies": ["60001"]}], f"/webhooks/default/{NAME}", secret="another")
    assert (unknown.status_code, forged.status_code) == (403, 403)
    assert {**unknown.json(), "request_id": ""} == {**forged.json(), "request_id": ""}
    assert office.started == []


def test_whoever_forges_is_slowed_down(office: Office) -> None:
    path = f"/webhooks/default/{NAME}"
    answers = office.answers([{"companies": ["60001"]}] * 70, path, secret="another")
    assert [answer.status_code for answer in answers].count(403) == 60
    assert answers[-1].status_code == 429


def test_other_tenants_connections_are_not_woken(office: Office) -> None:
    hub = office.desk.hub
    hub.store.tenants.create("other", created_at=NOW)
    theirs = hub.tenant("other").connections.save("theirs", NAME, {"hub": {COMPANY_KEY: "60001"}}, at=NOW)
    set_secret(hub, "other", theirs, SECRET)
    office.deliver({"companies": ["60001"], "at": at()})
    assert office.started == ["traders"]


def test_a_hub_without_an_engine_still_takes_and_keeps_deliveries(office: Office) -> None:
    office.is_down = True
    assert office.deliver({"companies": ["60001"], "at": at()}) == [200]
    assert len(office.kept("traders")) == 1


def test_old_deliveries_go_when_new_ones_come(office: Office) -> None:
    office.deliver({"companies": ["60001"], "at": at()})
    office.desk.now[0] += timedelta(days=31)
    office.deliver({"companies": ["60001"], "at": at(timedelta(days=31))})
    assert len(office.kept("traders")) == 1


def test_deliveries_are_answered_in_milliseconds(office: Office) -> None:
    told = [{"companies": ["60001"], "at": at(timedelta(seconds=number))} for number in range(40)]
    began = time.perf_counter()
    assert set(office.deliver(*told)) == {200}
    assert (time.perf_counter() - began) / len(told) < 0.1  # usually 5 ms; a busy machine is given its due


def test_the_secret_is_sealed_shown_once_and_the_address_told(product: Server, home: Path) -> None:
    with open_hub(load_settings(environ={"HOME": str(home)}), migrate=True) as hub:
        hub.tenant().connections.save("shop", NAME, {}, at=NOW)
    done = run(home, "webhooks", "set", "shop")
    assert done.code == 0, done.errors
    assert f"/webhooks/default/{NAME}" in done.output
    secret = done.output.split("(shown only now): ")[1].strip()
    assert len(secret) == 40
    assert secret.isalnum()
    with open_hub(load_settings(environ={"HOME": str(home)})) as hub:
        sealed = hub_part_of(hub.tenant().connections.get("shop").config)["webhook_secret"]
        assert list(sealed) == ["sealed"]
        assert secret not in str(sealed)
    given = home / "given"
    given.write_text("the-verifier-token\n", encoding="utf-8")
    again = run(home, "webhooks", "set", "shop", "--secret-file", str(given))
    assert "the-verifier-token" not in again.output + again.errors


def test_deliveries_are_listed(office: Office) -> None:
    office.deliver({"companies": ["60001"], "at": at()})
    seen = run(office.desk.folder, "webhooks", "list", "traders", "--db", office.desk.hub.settings.database_url)
    assert seen.code == 0, seen.errors
    assert "invoices 7 updated" in seen.output


# -- what a delivery names, and companies that are not connected -------------------------------------------------------


def named(office: Office, name: str) -> list[tuple[str, str, bool, int]]:
    books = office.desk.hub.tenant()
    waiting = books.announcements.waiting(books.connections.get(name).connection_id)
    return [(one.named.stream, one.named.key, one.named.is_deletion, one.times) for one in waiting]


def test_what_a_delivery_names_waits_for_the_sync_it_starts(office: Office) -> None:
    office.deliver({"companies": ["60001"], "operation": "deleted", "at": at()})
    assert named(office, "traders") == [("invoices", "7", True, 1)]
    assert named(office, "exports") == []


def test_a_repeat_names_nothing_anew_and_one_without_a_time_does(office: Office) -> None:
    timed, timeless = {"companies": ["60001"], "key": "1", "at": at()}, {"companies": ["60001"], "key": "2"}
    office.deliver(timed, timed, timeless, timeless)
    assert named(office, "traders") == [("invoices", "1", False, 1), ("invoices", "2", False, 2)]


def test_a_delivery_and_what_it_names_are_kept_in_one_commit(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a death between the two would make the vendor's repeat look like one that was taken."""
    told = {"companies": ["60001"], "at": at()}

    class Died(BaseException):
        pass

    def die(*_: object, **__: object) -> int:
        raise Died

    with monkeypatch.context() as patched:
        patched.setattr(Announcements, "note", die)
        with pytest.raises(BaseException):  # noqa: B017, PT011 - the process ends
            office.deliver(told)
    assert office.kept("traders") == []
    assert office.deliver(told) == [200]
    assert named(office, "traders") == [("invoices", "7", False, 1)]


def test_a_delivery_is_named_without_its_company_being_named_to_others(office: Office) -> None:
    office.deliver({"companies": ["60002"], "key": "../../etc", "at": at()})
    assert named(office, "traders") == []
    assert len(named(office, "exports")) == 1


def answered(office: Office, told: Mapping[str, Any], secret: str = SECRET) -> dict[str, Any]:
    (answer,) = office.answers([told], f"/webhooks/default/{NAME}", secret=secret)
    assert answer.status_code == 200, "a vendor repeats what is refused, and may give the address up"
    found: dict[str, Any] = answer.json()
    return found


def test_a_company_that_is_not_connected_is_kept_and_told(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {"companies": ["99999"], "at": at()}
    assert answered(office, told) == {"taken": True, "not_connected": 1}
    assert answered(office, {"companies": ["60001"], "at": at()}) == {"taken": True, "not_connected": 0}
    assert office.started == ["traders"]
    books = office.desk.hub.tenant()
    (kept,) = books.deliveries.list(NOBODY)
    assert kept.body == json.dumps(told).encode()
    assert named(office, "traders") == [("invoices", "7", False, 1)]

    url = ("--db", office.desk.hub.settings.database_url)
    listed = run(office.desk.folder, "webhooks", "list", *url)
    assert listed.code == 0, listed.errors
    assert "none: 99999" in listed.output
    assert "khata connect zoho --company 99999" in " ".join(listed.output.split())
    plain = run(office.desk.folder, "webhooks", "list", "--format", "json", *url)
    assert {row["connection"] for row in json.loads(plain.output)["deliveries"]} == {"none: 99999", "traders"}
    assert SECRET not in listed.output + plain.output
    products = Products(hub=office.desk.hub, tenant="default", connector=NAME)
    monkeypatch.setattr(Examination, "_sign_in", lambda *_: iter(()))  # they ask the product, which is not the matter
    monkeypatch.setattr(Examination, "_clock", lambda *_: Finding(what="clock", state="ok", sentence="right"))
    found = examine_all(Examination(products=products), products.list())
    (told_of,) = [one for one in found if one.what == "zoho, webhooks of 99999"]
    assert (told_of.state, told_of.is_usable) == ("not connected", True)
    assert "khata connect zoho --company 99999" in told_of.remedy
    (of_traders,) = [one for one in found if one.what == "connection traders, webhooks"]
    assert "1 objects that were named wait" in of_traders.sentence


def test_part_of_a_delivery_may_be_about_a_stranger(office: Office) -> None:
    assert answered(office, {"companies": ["60001", "99999", "99998"], "at": at()})["not_connected"] == 2
    assert office.started == ["traders"]
    found = strangers(office.desk.hub.tenant(), NAME)
    assert [(one.company, one.connection, one.deliveries) for one in found] == [("99999", "", 1), ("99998", "", 1)]


def test_whoever_is_connected_later_is_no_stranger_any_more(office: Office) -> None:
    answered(office, {"companies": ["99999"], "at": at()})
    books = office.desk.hub.tenant()
    assert len(strangers(books)) == 1
    books.connections.save("later", NAME, {"hub": {COMPANY_KEY: "99999"}}, at=NOW)
    assert strangers(books) == []


def test_a_delivery_signed_with_another_connections_secret_says_so(office: Office) -> None:
    books = office.desk.hub.tenant()
    set_secret(office.desk.hub, "default", books.connections.get("exports"), "another-secret-of-exports")
    assert answered(office, {"companies": ["60002"], "at": at()})["not_connected"] == 1
    assert office.started == []
    (told,) = strangers(books)
    assert (told.company, told.connection) == ("60002", "exports")
    assert "another connection's secret" in sentence_of(told)
    assert "khata webhooks set exports" in remedy_of(told)
    office.desk.now[0] += timedelta(minutes=1)
    answered(office, {"companies": ["60002"], "at": at()}, "another-secret-of-exports")
    assert strangers(books) == [], "its own secret works by now"


def test_strangers_are_kept_with_the_tenant_whose_secret_signed_and_only_so_many(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub = office.desk.hub
    hub.store.tenants.create("other", created_at=NOW)
    theirs = hub.tenant("other").connections.save("theirs", NAME, {"hub": {COMPANY_KEY: "99999"}}, at=NOW)
    set_secret(hub, "other", theirs, SECRET)
    monkeypatch.setattr("khata.sign_in.webhooks.STRANGERS_KEPT", 3)
    office.deliver(*({"companies": ["99999"], "at": at(timedelta(seconds=number))} for number in range(9)))
    assert len(hub.tenant().deliveries.list(NOBODY)) == 3
    assert hub.tenant("other").deliveries.list(None) == ()
    assert hub.tenant("other").announcements.waiting(theirs.connection_id) == ()


def test_a_delivery_about_nothing_is_kept_too(office: Office) -> None:
    assert answered(office, {"companies": []}) == {"taken": True, "not_connected": 0}
    assert len(office.desk.hub.tenant().deliveries.list(NOBODY)) == 1


@pytest.mark.parametrize(
    ("connector", "company", "expected"),
    [
        (
            "zoho",
            "60000000001",
            "https://books.example.in/webhooks/default/zoho?org=60000000001&module=invoice&event=deleted",
        ),
        ("quickbooks", "1185883450", "https://books.example.in/webhooks/default/quickbooks"),
    ],
)
def test_the_addresses_to_paste_are_printed_whole(home: Path, connector: str, company: str, expected: str) -> None:
    with open_hub(load_settings(environ={"HOME": str(home)}), migrate=True) as hub:
        hub.tenant().connections.save("shop", connector, {"hub": {COMPANY_KEY: company}}, at=NOW)
    done = run(home, "webhooks", "set", "shop", "--public-url", "https://books.example.in/")
    assert done.code == 0, done.errors
    secret = done.output.split("(shown only now): ")[1].strip()
    shown = run(home, "webhooks", "show", "shop", env={"KHATA_API__PUBLIC_URL": "https://books.example.in"})
    assert shown.code == 0, shown.errors
    assert secret not in shown.output
    for text in (done.output, shown.output):
        addresses = [line.split()[-1] for line in text.splitlines() if line.startswith("  ")]
        assert expected in addresses
        assert "YOUR-PUBLIC-HOST" not in text
    if connector == "zoho":
        asked = [parse_qsl(urlsplit(one).query) for one in addresses]
        for query in asked:  # the code that takes them understands each
            body = b"{}"
            signed = "".join(name + value for name, value in sorted(query)).encode() + body
            told = {"x-zoho-webhook-signature": hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()}
            (event,) = zoho_webhooks.WEBHOOKS.verify(told, body, secret, NOW, query=query)
            assert event.company == company
            assert event.stream
            assert event.operation in {"edited", "deleted"}
    unknown = run(home, "webhooks", "show", "shop")
    assert "https://YOUR-PUBLIC-HOST/webhooks/default/" in unknown.output
    assert "api.public_url" in unknown.output
