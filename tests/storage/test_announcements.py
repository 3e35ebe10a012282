"""Announcements: each object once, settled by number, so that a later word is never settled with an earlier one."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from storage import Store
from storage.repositories.announcements import Announcement, NamedObject
from storage.repositories.deliveries import NOBODY
from tests.storage.test_sign_ins import AT, connection_of


def named(key: str = "7", stream: str = "invoices", *, gone: bool = False) -> NamedObject:
    return NamedObject(stream=stream, key=key, is_deletion=gone)


def keys(found: tuple[Announcement, ...]) -> list[str]:
    return [one.named.key for one in found]


def test_an_object_is_kept_once_and_counted(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    assert books.announcements.note(shop, [named(), named(), named("8")], at=AT) == 2
    books.announcements.note(shop, [named()], at=AT + timedelta(hours=1))
    one, other = sorted(books.announcements.waiting(shop), key=lambda found: found.named.key)
    assert (one.times, one.first_at, one.last_at) == (2, AT, AT + timedelta(hours=1))
    assert other.times == 1
    assert books.announcements.count_waiting(shop) == 2
    assert books.announcements.note(shop, [], at=AT) == 0


def test_what_was_announced_again_meanwhile_goes_on_waiting(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    books.announcements.note(shop, [named("1"), named("2")], at=AT)
    taken = books.announcements.waiting(shop)
    books.announcements.note(shop, [named("2")], at=AT)
    assert books.announcements.settle(shop, dict.fromkeys(taken, "read"), run_id=5) == 1
    assert keys(books.announcements.waiting(shop)) == ["2"]
    found = {one.named.key: (one.outcome, one.run_id) for one in books.announcements.list(shop)}
    assert found == {"1": ("read", 5), "2": ("", None)}
    assert books.announcements.settle(shop, dict.fromkeys(taken, "gone"), run_id=6) == 0, "settled once"


def test_a_deletion_stays_one_until_it_was_looked_for(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    books.announcements.note(shop, [named(gone=True)], at=AT)
    books.announcements.note(shop, [named()], at=AT)
    (one,) = books.announcements.waiting(shop)
    assert one.named.is_deletion
    books.announcements.settle(shop, {one: "gone"}, run_id=1)
    books.announcements.note(shop, [named()], at=AT)
    (again,) = books.announcements.waiting(shop)
    assert not again.named.is_deletion
    assert again.outcome == ""


def test_a_thousand_of_one_delivery_are_noted_and_taken_in_turns(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    books.announcements.note(shop, [named(str(number)) for number in range(1200)], at=AT)
    first = books.announcements.waiting(shop)
    assert len(first) == 1000
    books.announcements.settle(shop, dict.fromkeys(first, "absent"), run_id=None)
    assert len(books.announcements.waiting(shop)) == 200


def test_tenants_and_connections_do_not_see_each_others(store: Store) -> None:
    store.tenants.create("other", created_at=AT)
    ours, theirs = store.tenant(), store.tenant("other")
    shop, second = connection_of(ours), connection_of(ours, "second")
    ours.announcements.note(shop, [named()], at=AT)
    assert ours.announcements.waiting(second) == ()
    assert theirs.announcements.waiting(shop) == ()
    (one,) = ours.announcements.waiting(shop)
    assert theirs.announcements.settle(shop, {one: "gone"}, run_id=None) == 0
    assert theirs.announcements.forget_before(AT + timedelta(days=1)) == 0


def test_they_go_with_their_connection_and_with_time(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    books.announcements.note(shop, [named("1")], at=AT)
    books.announcements.note(shop, [named("2")], at=AT + timedelta(days=2))
    assert books.announcements.forget_before(AT + timedelta(days=1)) == 1
    assert keys(books.announcements.list(shop)) == ["2"]
    books.connections.remove("shop")
    assert books.announcements.list(shop) == ()


def test_of_deliveries_about_nobody_only_the_newest_are_kept(store: Store) -> None:
    books = store.tenant()
    shop = connection_of(books)
    books.deliveries.keep(shop, b"mine", [], at=AT)
    for number in range(5):
        books.deliveries.keep(NOBODY, b"%d" % number, [], at=AT + timedelta(minutes=number))
    assert books.deliveries.forget_beyond(NOBODY, 2) == 3
    assert [one.body for one in books.deliveries.list(NOBODY)] == [b"4", b"3"]
    assert [one.body for one in books.deliveries.list(None)] == [b"4", b"3", b"mine"]


NAMES = count()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(story=st.lists(st.tuples(st.sampled_from(["note", "take", "settle"]), st.sampled_from("ab")), max_size=25))
def test_nothing_announced_after_it_was_taken_is_ever_settled(store: Store, story: list[tuple[str, str]]) -> None:
    """The law: whatever comes in which order, an object waits exactly if its last word was not taken before it."""
    books = store.tenant()
    shop = connection_of(books, f"shop-{next(NAMES)}")
    taken: tuple[Announcement, ...] = ()
    words: dict[str, int] = {}
    seen: dict[str, int] = {}
    settled: dict[str, int] = {}
    for what, key in story:
        if what == "note":
            books.announcements.note(shop, [named(key)], at=AT)
            words[key] = words.get(key, 0) + 1
        elif what == "take":
            taken = books.announcements.waiting(shop)
            seen = {one.named.key: words[one.named.key] for one in taken}
        else:
            books.announcements.settle(shop, dict.fromkeys(taken, "read"), run_id=1)
            settled |= seen
    waiting = set(keys(books.announcements.waiting(shop)))
    assert waiting == {key for key, number in words.items() if settled.get(key, 0) < number}
