"""Which connections the hub looks at by schedule: running programs often, products seldom, signed-out ones never."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from khata.settings import Settings, SignInSettings, TallySettings
from khata.temporal import _poll_plans
from tests.khata.sign_in.conftest import NOW, Desk


def plans_of(desk: Desk, **minutes: int) -> list[tuple[set[str], set[str], timedelta | None]]:
    settings: Settings = replace(
        desk.hub.settings,
        tally=TallySettings(schedule_minutes=minutes.get("tally", 5)),
        sign_in=SignInSettings(schedule_minutes=minutes.get("sign_in", 60)),
    )
    plans = _poll_plans(settings, desk.hub.store, "default")
    return [({one.connection for one in plan.live}, set(plan.others), plan.every) for plan in plans]


def a_hub_with_everything(desk: Desk) -> None:
    books = desk.hub.tenant()
    books.connections.save("running", "tally", {"gateway": {"url": "http://localhost:9000"}}, at=NOW)
    books.connections.save("files", "tally", {"files": ["x"]}, at=NOW)
    desk.connect("online")
    refused = desk.connect("refused")
    books.sign_ins.refuse(refused.connection.connection_id, "oauth.refused", at=NOW)
    out = desk.connect("out")
    books.sign_ins.forget(out.connection.connection_id)


def test_each_kind_has_its_own_interval_and_leaves_the_other_alone(desk: Desk) -> None:
    a_hub_with_everything(desk)
    assert plans_of(desk) == [
        ({"running"}, {"files", "online"}, timedelta(minutes=5)),
        ({"online"}, {"files", "running"}, timedelta(minutes=60)),
    ]


def test_one_kind_may_be_switched_off(desk: Desk) -> None:
    a_hub_with_everything(desk)
    assert [every for _, _, every in plans_of(desk, sign_in=0)] == [timedelta(minutes=5), None]
