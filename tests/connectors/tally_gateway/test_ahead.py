"""A question put before its answer is needed is no second one in Tally's hands."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonical.errors import InvariantError, SourceUnavailable
from connectors.tally.gateway.ahead import Coming
from connectors.tally.gateway.allowed import ObjectType
from connectors.tally.gateway.answer import Answer
from connectors.tally.gateway.companies import list_companies
from connectors.tally.gateway.requests import collection
from tests.connectors.tally_gateway.scripted import Thinker, companies, hang_up, playing, say

LEDGERS = collection(ObjectType.LEDGER, company="Asha Traders", fetch=("Name", "Parent"))


def test_whatever_is_asked_meanwhile_waits(tmp_path: Path) -> None:
    thinker = Thinker(0.2, companies("Asha Traders"))
    with playing(thinker.act, thinker.act, thinker.act) as tally:
        client = tally.client(tmp_path)
        coming = client.begin(LEDGERS)
        assert [item.name for item in list_companies(client)] == ["Asha Traders"]
        assert not coming.has_failed()
        with coming.answer() as answer:
            assert len(list(answer.iter_objects("COMPANY"))) == 1
    assert thinker.in_hand_max == 1


def test_its_failure_shows_where_it_is_wanted(tmp_path: Path) -> None:
    with playing(hang_up, say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        coming = client.begin(LEDGERS)
        assert coming.has_failed()
        with pytest.raises(SourceUnavailable):
            coming.answer()
        assert client.troubles == 1


def test_what_nobody_wants_is_waited_for_and_leaves_nothing(tmp_path: Path) -> None:
    with playing(say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        coming = client.begin(LEDGERS)
        coming.drop()
        assert not coming.has_failed()
        assert client.in_flight() == ""


def test_they_are_asked_in_order(tmp_path: Path) -> None:
    names = ("Asha Traders", "Bela Stores", "Chitra Mills")
    questions = [collection(ObjectType.LEDGER, company=name, fetch=("Name",)) for name in names]
    thinker = Thinker(0.05, companies("Asha Traders"))
    with playing(thinker.act) as tally:
        client = tally.client(tmp_path)
        coming: list[Coming[Answer]] = []
        for question in questions:
            coming.append(client.begin(question, after=coming[-1] if coming else None))
        for one in coming:
            one.answer().close()
    assert [name for heard in tally.heard for name in names if name in heard.text] == list(names)
    assert thinker.in_hand_max == 1


def test_nothing_is_asked_behind_one_that_failed(tmp_path: Path) -> None:
    with playing(hang_up, say(companies("Asha Traders"))) as tally:
        client = tally.client(tmp_path)
        failed = client.begin(LEDGERS)
        behind = client.begin(LEDGERS, after=failed)
        last = client.begin(LEDGERS, after=behind)
        assert last.has_failed()
        assert behind.has_failed()
        last.drop()
        assert len(tally.heard) == 1
        with pytest.raises(InvariantError):
            behind.answer()
        anew = client.begin(LEDGERS)
        assert not anew.has_failed()
        anew.drop()
