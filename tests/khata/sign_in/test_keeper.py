"""The hub's keeper: sealed, saved before used, asked for once, and quiet after a refusal."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping
from pathlib import Path

import pytest

from canonical.errors import CredentialError, SourceUnavailable
from canonical.record import JsonValue
from connectors.sdk.tokens import Tokens
from khata.sign_in.keeper import HubKeeper
from khata.vault import Vault, rotate
from tests.khata.sign_in.conftest import PLANTED_ACCESS, PLANTED_REFRESH, Desk, tokens_at


def never(stale: Tokens) -> Tokens:
    raise AssertionError


def reopened(keeper: HubKeeper, desk: Desk) -> HubKeeper:
    """The keeper another process would make."""
    from khata.sign_in.surroundings import keeper_of

    return keeper_of(desk.hub, "default", keeper.connection)


def test_tokens_come_back_as_they_were_saved(desk: Desk) -> None:
    keeper = desk.connect()
    assert keeper.current() == tokens_at(desk.now[0])


def test_a_connection_without_tokens_says_how_to_get_some(desk: Desk) -> None:
    keeper = desk.connect()
    keeper.books.sign_ins.forget(keeper.connection.connection_id)
    with pytest.raises(CredentialError, match="khata connect zoho --name shop") as caught:
        keeper.current()
    assert caught.value.code == "oauth.not_connected"


def test_rotated_tokens_are_in_the_store_before_anybody_has_them(desk: Desk) -> None:
    keeper = desk.connect()
    fresh = tokens_at(desk.now[0], "access-2", "refresh-2")
    assert keeper.renew(keeper.current(), lambda stale: fresh) == fresh
    assert reopened(keeper, desk).current() == fresh


def test_what_cannot_be_saved_is_not_used(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    keeper = desk.connect()

    def fails(*args: object, **named: object) -> None:
        raise SourceUnavailable("the disk is full")

    monkeypatch.setattr(keeper.books.sign_ins, "save", fails)
    with pytest.raises(SourceUnavailable):
        keeper.renew(keeper.current(), lambda stale: tokens_at(desk.now[0], "access-2", "refresh-2"))


def test_whoever_comes_late_gets_what_was_renewed_already(desk: Desk) -> None:
    keeper = desk.connect()
    stale = keeper.current()
    fresh = keeper.renew(stale, lambda _: tokens_at(desk.now[0], "access-2", "refresh-2"))
    assert reopened(keeper, desk).renew(stale, never) == fresh


def test_a_call_opens_no_tokens_that_were_opened_before(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every call of a product asks for them; what is sealed is opened again only when it is another."""
    keeper, opened = desk.connect(), list[str]()
    other, unsealed = reopened(keeper, desk), Vault.open

    def counted(self: Vault, sealed: Mapping[str, JsonValue], place: str) -> str:
        opened.append(place)
        return unsealed(self, sealed, place)

    monkeypatch.setattr(Vault, "open", counted)
    assert [keeper.current() for _ in range(5)] == [tokens_at(desk.now[0])] * 5
    assert len(opened) == 1
    fresh = other.renew(other.current(), lambda _: tokens_at(desk.now[0], "access-2", "refresh-2"))
    assert keeper.current() == fresh, "another process has renewed them"
    keeper.books.sign_ins.forget(keeper.connection.connection_id)
    with pytest.raises(CredentialError):
        keeper.current()
    keeper.save(tokens_at(desk.now[0], "access-3", "refresh-3"))
    assert keeper.current().access_token == "access-3", "at the same moment, with the same count of renewals"
    assert PLANTED_ACCESS not in repr(keeper)
    assert "access-3" not in repr(keeper)


def test_many_workers_ask_once(desk: Desk) -> None:
    keeper = desk.connect()
    keepers = [reopened(keeper, desk) for _ in range(8)]
    asked, got = [], []
    stale = keeper.current()

    def ask(newest: Tokens) -> Tokens:
        asked.append(newest.refresh_token)
        time.sleep(0.3)
        return tokens_at(desk.now[0], "access-2", "refresh-2")

    def work(one: HubKeeper) -> None:
        got.append(one.renew(stale, ask).access_token)

    threads = [threading.Thread(target=work, args=(one,)) for one in keepers]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert (asked, got) == ([PLANTED_REFRESH], ["access-2"] * 8)


def test_a_new_consent_is_saved_after_the_renewal_that_is_under_way(desk: Desk) -> None:
    keeper = desk.connect()
    consent = tokens_at(desk.now[0], "access-new", "refresh-new")
    asking = threading.Event()

    def ask(newest: Tokens) -> Tokens:
        asking.set()
        time.sleep(0.3)
        return tokens_at(desk.now[0], "access-2", "refresh-2")

    renewing = threading.Thread(target=keeper.renew, args=(keeper.current(), ask))
    renewing.start()
    assert asking.wait(5)
    reopened(keeper, desk).replace(consent)
    renewing.join(5)
    assert keeper.current() == consent


def test_a_refusal_is_remembered_until_somebody_connects_again(desk: Desk) -> None:
    keeper = desk.connect()

    def refused(stale: Tokens) -> Tokens:
        raise CredentialError("revoked", code="oauth.refused")

    with pytest.raises(CredentialError):
        keeper.renew(keeper.current(), refused)
    with pytest.raises(CredentialError) as caught:
        reopened(keeper, desk).current()
    assert caught.value.code == "oauth.refused"
    keeper.save(tokens_at(desk.now[0]))
    assert reopened(keeper, desk).current() == tokens_at(desk.now[0])


def test_a_failure_that_passes_is_not_remembered(desk: Desk) -> None:
    keeper = desk.connect()

    def down(stale: Tokens) -> Tokens:
        raise SourceUnavailable("down")

    with pytest.raises(SourceUnavailable):
        keeper.renew(keeper.current(), down)
    assert keeper.current().access_token == PLANTED_ACCESS


def test_tokens_stand_sealed_in_the_database_and_open_in_their_place_only(desk: Desk) -> None:
    keeper, other = desk.connect(), desk.connect("other")
    held = b"".join(path.read_bytes() for path in Path(desk.folder).glob("khata.db*"))
    assert PLANTED_ACCESS.encode() not in held
    assert PLANTED_REFRESH.encode() not in held
    moved = keeper.books.sign_ins.find(keeper.connection.connection_id)
    assert moved is not None
    keeper.books.sign_ins.save(other.connection.connection_id, moved.sealed, at=desk.now[0])
    with pytest.raises(CredentialError) as caught:
        other.current()
    assert caught.value.code == "khata.secrets.cannot_open"


def test_changing_the_key_seals_tokens_anew(desk: Desk) -> None:
    keeper = desk.connect()
    before = keeper.books.sign_ins.find(keeper.connection.connection_id)
    assert rotate(desk.hub.settings, desk.hub.store).connections == 1
    after = keeper.books.sign_ins.find(keeper.connection.connection_id)
    assert before is not None
    assert after is not None
    assert before.sealed != after.sealed
    assert reopened(keeper, desk).current() == tokens_at(desk.now[0])
