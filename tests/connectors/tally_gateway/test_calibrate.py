"""Calibration: each way a Tally is known to behave is measured as what it is, and survives being stored."""

from __future__ import annotations

import json
from typing import Any

import pytest

from canonical.errors import ConfigurationError, SourceError
from connectors.tally.gateway.calibrate import calibrate
from connectors.tally.gateway.companies import Edition, list_companies
from connectors.tally.gateway.endpoint import Charset
from connectors.tally.gateway.profile import CapabilityProfile, PeriodBehaviour, Route, parse_profile
from sandbox.tally.gateway import PeriodRule, Running
from tests.connectors.tally_gateway.conftest import MakeClient


def measured(tally: Running, make_client: MakeClient, **faults: Any) -> CapabilityProfile:
    client = make_client()
    company = list_companies(client)[0]
    for name, value in faults.items():
        setattr(tally.faults, name, value)
    return calibrate(client, company)


def test_a_healthy_tally(tally: Running, make_client: MakeClient) -> None:
    profile = measured(tally, make_client)
    assert profile == CapabilityProfile(
        charset=Charset.UTF16,
        mirrored=True,
        product=profile.product,
        release="7.0",
        edition=profile.edition,
        period=PeriodBehaviour.HONOURED,
        only_education_days=False,
        literal_dates=True,
        alter_id_filter=True,
        group_by=True,
        curated_bills=True,
        undotted_lists=True,
        json=True,
        route=Route.COLLECTION,
        screen_from=profile.screen_from,
        screen_to=profile.screen_to,
        books_from=profile.books_from,
        vouchers_seen=400,
    )
    assert profile.screen_from is not None
    assert profile.advice == ()
    assert len(tally.requests) < 25
    assert sum(item.bytes for item in tally.requests) < 2_000_000


@pytest.mark.parametrize(
    ("faults", "expected"),
    [
        ({"period": PeriodRule.IGNORED}, {"period": PeriodBehaviour.IGNORED, "literal_dates": True}),
        ({"period": PeriodRule.WIDENED}, {"period": PeriodBehaviour.IGNORED, "only_education_days": False}),
        ({"period": PeriodRule.YEAR_START}, {"period": PeriodBehaviour.WIDENED, "only_education_days": False}),
        ({"period": PeriodRule.CURRENT_YEAR}, {"period": PeriodBehaviour.CURRENT_YEAR}),
        (
            {"period": PeriodRule.EDUCATIONAL, "educational": True},
            {"period": PeriodBehaviour.WIDENED, "only_education_days": True, "edition": Edition.EDUCATION},
        ),
        ({"curated_bills_corrupted": True}, {"curated_bills": False, "undotted_lists": True}),
        ({"variable_filter_inert": True}, {"period": PeriodBehaviour.HONOURED, "literal_dates": True}),
        ({"json": False}, {"json": False}),
        ({"unmirrored": True}, {"charset": Charset.UTF16, "vouchers_seen": 400}),
    ],
)
def test_each_way_it_can_behave(
    tally: Running, make_client: MakeClient, faults: dict[str, Any], expected: dict[str, Any]
) -> None:
    profile = measured(tally, make_client, **faults)
    assert {name: getattr(profile, name) for name in expected} == expected


@pytest.mark.parametrize("rule", [PeriodRule.CURRENT_YEAR, PeriodRule.COLLAPSED])
def test_hidden_years_come_with_advice(tally: Running, make_client: MakeClient, rule: PeriodRule) -> None:
    assert any("Alt+F2" in sentence for sentence in measured(tally, make_client, period=rule).advice)


def test_letters_lost_on_the_way_are_noticed(tally: Running, make_client: MakeClient) -> None:
    profile = measured(tally, make_client, unmirrored=True)
    assert profile.mirrored is False
    assert any("come as '?'" in sentence for sentence in profile.advice)


def test_a_tally_that_refuses_utf16_is_asked_in_utf8(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    company = list_companies(client)[0]
    tally.faults.script = {len(tally.requests) + 1: {"unknown_request": True}}
    profile = calibrate(client, company)
    assert (profile.charset, client.endpoint.charset) == (Charset.UTF8, Charset.UTF8)
    assert (profile.vouchers_seen, profile.literal_dates, profile.curated_bills) == (400, True, True)
    assert any("come as '?'" in sentence for sentence in profile.advice)


def test_books_that_are_too_large_at_once_are_measured_by_a_part(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    company = list_companies(client)[0]
    before = len(tally.requests)
    tally.faults.script = {number: {"truncate_after_bytes": 900} for number in (before + 5, before + 6)}
    profile = calibrate(client, company)
    assert next(note for note in profile.notes if "truncated" in note).startswith("summary of")
    assert profile.group_by is True
    assert 0 < (profile.vouchers_seen or 0) < 400
    assert profile.literal_dates is True


def test_a_tally_that_cannot_summarise_is_asked_for_a_list(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    company = list_companies(client)[0]
    before = len(tally.requests)
    tally.faults.script = {before + 5: {"empty": True}}
    profile = calibrate(client, company)
    assert (profile.group_by, profile.literal_dates, profile.alter_id_filter) == (False, True, True)


def test_a_measurement_that_is_refused_leaves_its_answer_open(tally: Running, make_client: MakeClient) -> None:
    client = make_client()
    company = list_companies(client)[0]
    tally.faults.script = {number: {"line_error": "Not today"} for number in range(3, 100)}
    profile = calibrate(client, company)
    assert (profile.period, profile.literal_dates, profile.route) == (PeriodBehaviour.UNKNOWN, None, None)
    assert any(note.startswith("summary of") and "refused" in note for note in profile.notes)


def test_a_stuck_tally_ends_it(tally: Running, make_client: MakeClient) -> None:
    client = make_client(answer_timeout_s=0.3, drain_min_s=0.3, drain_max_s=0.4)
    company = list_companies(client)[0]
    tally.faults.dialog = "Incorrect Object Type!"
    with pytest.raises(SourceError) as caught:
        calibrate(client, company)
    assert caught.value.code == "tally.gateway.dialog_suspected"


def test_a_profile_survives_being_stored(tally: Running, make_client: MakeClient) -> None:
    profile = measured(tally, make_client)
    assert parse_profile(json.loads(json.dumps(profile.to_json()))) == profile
    assert parse_profile({}) == CapabilityProfile()
    assert parse_profile({"of a later version": 1}) == CapabilityProfile()
    with pytest.raises(ConfigurationError):
        parse_profile({"period": "sometimes"})


def test_entry_lists_are_asked_for_as_measured() -> None:
    assert CapabilityProfile(undotted_lists=True).entry_list("AllLedgerEntries") == "AllLedgerEntries"
    assert CapabilityProfile().entry_list("AllLedgerEntries") == "AllLedgerEntries.*"
