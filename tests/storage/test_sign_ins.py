"""Sign-ins, throttles and deliveries: what survives, what is counted once, what goes with its connection."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from canonical.errors import InvariantError
from storage import Store, TenantStore
from storage.repositories.throttles import Throttle
from storage.turn import TurnTaken

AT = datetime(2026, 11, 2, 6, 30, tzinfo=UTC)


def connection_of(books: TenantStore, name: str = "shop") -> int:
    return books.connections.save(name, "zoho", {}, at=AT).connection_id


def test_tokens_are_replaced_and_a_refusal_lasts_until_the_next_ones(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)
    assert books.sign_ins.find(one) is None
    books.sign_ins.save(one, {"sealed": "a"}, at=AT)
    books.sign_ins.refuse(one, "oauth.refused", at=AT + timedelta(hours=1))
    refused = books.sign_ins.find(one)
    assert refused is not None
    assert (refused.renewals, refused.refusal, refused.refused_at) == (1, "oauth.refused", AT + timedelta(hours=1))
    books.sign_ins.save(one, {"sealed": "b"}, at=AT + timedelta(hours=2))
    anew = books.sign_ins.find(one)
    assert anew is not None
    assert (anew.sealed, anew.renewals, anew.refusal, anew.refused_at) == ({"sealed": "b"}, 2, "", None)


def test_a_mark_is_another_after_every_change_of_what_is_sealed(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)
    assert books.sign_ins.mark(one) is None
    books.sign_ins.save(one, {"sealed": "a"}, at=AT)
    first = books.sign_ins.mark(one)
    assert first == books.sign_ins.mark(one) is not None
    books.sign_ins.reseal(one, {"sealed": "a2"})
    second = books.sign_ins.mark(one)
    books.sign_ins.refuse(one, "oauth.refused", at=AT)
    third = books.sign_ins.mark(one)
    books.sign_ins.save(one, {"sealed": "b"}, at=AT)
    marks = [first, second, third, books.sign_ins.mark(one)]
    assert all(marks[at] != marks[later] for at in range(4) for later in range(at))


def test_tokens_are_not_saved_inside_a_transaction_that_may_still_be_undone(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)
    with pytest.raises(InvariantError), books.transaction():
        books.sign_ins.save(one, {"sealed": "a"}, at=AT)


def test_tenants_do_not_see_each_others_sign_ins(store: Store) -> None:
    store.tenants.create("other", created_at=AT)
    ours, theirs = store.tenant(), store.tenant("other")
    one = connection_of(ours)
    ours.sign_ins.save(one, {"sealed": "a"}, at=AT)
    assert theirs.sign_ins.find(one) is None
    assert theirs.sign_ins.list() == ()


def test_one_at_a_time_changes_a_sign_in(store: Store) -> None:
    books = store.tenant()
    one, other = connection_of(books), connection_of(books, "other")
    with books.sign_in_turn(one):
        with pytest.raises(TurnTaken), books.sign_in_turn(one):
            pass
        with books.sign_in_turn(other):
            pass
        with books.turn(one):  # a sync of the connection renews its tokens: the two turns are apart
            pass


def test_workers_count_on_top_of_each_other(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)
    assert books.throttles.get(one) == Throttle()

    def work() -> None:
        for _ in range(20):
            books.throttles.change(one, lambda found: replace(found, used=found.used + 1, day="2026-11-02"))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert books.throttles.get(one) == Throttle(used=80, day="2026-11-02")


def test_a_change_that_fails_changes_nothing(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)

    def refuse(found: Throttle) -> Throttle:
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        books.throttles.change(one, refuse)
    assert books.throttles.get(one) == Throttle()


def test_a_delivery_is_kept_as_it_came_once_however_often_it_is_repeated(store: Store) -> None:
    books = store.tenant()
    one, other = connection_of(books), connection_of(books, "other")
    body = b'{"invoice": "\xff\x00"}'
    assert books.deliveries.keep(one, body, [{"key": "7"}], at=AT)
    assert not books.deliveries.keep(one, body, [{"key": "7"}], at=AT + timedelta(minutes=1))
    assert books.deliveries.keep(other, body, [], at=AT)
    (kept,) = books.deliveries.list(one)
    assert (kept.body, list(kept.events), kept.times) == (body, [{"key": "7"}], 2)
    assert (kept.received_at, kept.last_at) == (AT, AT + timedelta(minutes=1))


def test_old_deliveries_are_forgotten(store: Store) -> None:
    books = store.tenant()
    one = connection_of(books)
    books.deliveries.keep(one, b"old", [], at=AT)
    books.deliveries.keep(one, b"new", [], at=AT + timedelta(days=2))
    assert books.deliveries.forget_before(AT + timedelta(days=1)) == 1
    assert [kept.body for kept in books.deliveries.list(one)] == [b"new"]


def test_what_belongs_to_a_connection_goes_with_it(store: Store) -> None:
    books = store.tenant()
    one, other = connection_of(books), connection_of(books, "other")
    for connection_id in (one, other):
        books.sign_ins.save(connection_id, {"sealed": "a"}, at=AT)
        books.throttles.change(connection_id, lambda found: replace(found, used=1))
        books.deliveries.keep(connection_id, b"body", [], at=AT)
    books.connections.remove("shop")
    assert (books.sign_ins.find(one), books.throttles.get(one), books.deliveries.list(one)) == (None, Throttle(), ())
    assert books.sign_ins.find(other) is not None
    assert len(books.deliveries.list(other)) == 1
