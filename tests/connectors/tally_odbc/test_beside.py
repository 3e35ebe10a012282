"""ODBC beside the gateway: it never disturbs a sync, says what differs, and stands in only where it is asked to."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import msgspec
import pytest

from canonical.company import Company
from canonical.errors import SourceError, SourceRejected, SourceUnavailable
from canonical.issue import Issue, IssueLevel
from canonical.proof import ReportKind
from canonical.record import JsonValue, RawRecord, SourceRef
from connectors.sdk.base import ProgressEvent
from connectors.sdk.census import Census, CensusMember, CensusVerdict, HeldDay, Settlement
from connectors.sdk.source import Record
from connectors.tally.odbc.beside import BesideOdbc
from connectors.tally.odbc.opinion import NO_PERIOD, OTHER_PERIOD, REPORT_TITLE, Opinion, derived_ledgers
from connectors.tally.odbc.settings import OdbcUse
from connectors.tally.odbc.source import OdbcSource
from connectors.tally.reports.read import read_report
from connectors.tally.reports.record import ReportRecord
from connectors.tally.translate import TallyTranslator
from tests.connectors.tally_odbc.books import NAME, OTHER, books, company, guid
from tests.connectors.tally_odbc.conftest import Open
from tests.connectors.tally_odbc.fake_tally import COMPANY, Script

LEDGERS = {
    "Cash": ("Cash-in-Hand", "-500.00", "-1250.25"),
    "Asha Stores": ("South Debtors", "-100.10", "-250.30"),
    "Sales": ("Sales Accounts", "", "1500.55"),
    "Capital": ("Capital Account", "600.10", "0.00"),
}
GROUPS = {"Current Assets": "", "Sundry Debtors": "Current Assets", "South Debtors": "Sundry Debtors"}


def record(element: str, number: int, name: str, **tags: str) -> Record:
    held = {tag: text for tag, text in tags.items() if text}
    key = guid(number)
    return {
        "company_guid": COMPANY,
        "company_name": NAME,
        "key": key,
        "guid": key,
        "name": name,
        "element": element,
        "object": {"@NAME": name, "GUID": key, **held},
        "file": "tally at localhost:9000",
        "position": number,
        "alter_id": number,
    }


def trial_balance(**closings: str) -> Record:
    """The gateway's, ledger by ledger; ledgers without balance are not in it."""
    rows: list[tuple[str, JsonValue]] = []
    for name, (_, _, closing) in LEDGERS.items():
        text = closings.get(name, closing)
        if text and Decimal(text):
            rows.append(("DSPACCNAME", {"DSPDISPNAME": name}))
            column = "DSPCLDRAMT" if text.startswith("-") else "DSPCLCRAMT"
            rows.append(("DSPACCINFO", {column: {f"{column}A": text}}))
    asked = ReportRecord(rows=rows, report="Trial Balance").to_object() | {"to": "2026-03-31", "from": "2025-04-01"}
    return {**record("REPORT", 1, "Trial Balance"), "key": "Trial Balance", "object": asked}


@dataclass
class Gateway:
    """The inner source, scripted.

    Attributes:
        fails: the error by stream, after so many records.
    """

    ledgers: Mapping[str, tuple[str, str, str]] = field(default_factory=lambda: LEDGERS)
    reports: Sequence[Record] = field(default_factory=lambda: [trial_balance()])
    plan: str = "everything"
    companies: Sequence[tuple[str, str]] = ((COMPANY, NAME),)
    fails: Mapping[str, tuple[int, SourceError]] = field(default_factory=dict)
    encoded: bool = False
    closed: bool = False

    def prepare(self) -> None:
        pass

    def records(self, stream: str) -> Iterator[Record]:
        count, error = self.fails.get(stream, (10**6, None))
        for number, held in enumerate(self._records(stream)):
            if number >= count:
                break
            is_encoded = self.encoded and stream in ("groups", "ledgers")  # as the hub has masters; reports never are
            yield {**held, "object": msgspec.Raw(msgspec.json.encode(held["object"]))} if is_encoded else held
        if error is not None:
            raise error

    def _records(self, stream: str) -> Iterator[Record]:
        if stream == "companies":
            for identity, name in self.companies:
                yield {**record("COMPANY", 1, name), "company_guid": identity, "company_name": name, "key": identity}
        elif stream == "groups":
            yield from (record("GROUP", n, name, PARENT=p) for n, (name, p) in enumerate(GROUPS.items(), start=1))
        elif stream == "ledgers":
            for number, (name, (parent, opening, closing)) in enumerate(self.ledgers.items(), start=10):
                yield record("LEDGER", number, name, PARENT=parent, OPENINGBALANCE=opening, CLOSINGBALANCE=closing)
        elif stream == "vouchers":
            yield record("VOUCHER", 99, "Sales 1")
        elif stream == "reports":
            yield from self.reports

    @property
    def issues(self) -> tuple[Issue, ...]:
        return ()

    settlement = Settlement.SETTLED

    def file_facts(self) -> list[dict[str, JsonValue]]:
        return [{"company": identity, "plan": self.plan} for identity, _ in self.companies]

    def close(self) -> None:
        self.closed = True


@dataclass
class Tap:
    """What the source may ask of the tap."""

    embedded: bool = False
    progress: Callable[[ProgressEvent], None] | None = None
    whole_state: dict[str, Any] = field(default_factory=lambda: {"companies": {COMPANY: {"alt_master_id": 40}}})
    checkpoints: list[str] = field(default_factory=list)

    def bookmark_of(self, stream: str) -> dict[str, JsonValue]:
        return {"stream": stream}

    def checkpoint(self, stream: str) -> None:
        self.checkpoints.append(stream)

    def emit_aside(self, stream: str, record: Mapping[str, JsonValue]) -> None:
        pass


@dataclass
class Hub:
    """The hub's memory: keys by stream."""

    held: Mapping[str, set[str]]

    def compare(self, census: Census) -> CensusVerdict:
        assert not census.corroborated, "ODBC retires nothing"
        keys = {member.key for member in census.members}
        held = self.held.get(census.stream, set())
        return CensusVerdict(missing=tuple(keys - held), gone=tuple(held - keys))

    def held_by_day(self, company: str, stream: str) -> Mapping[Any, HeldDay]:
        return {}

    def values_of(self, company: str, stream: str, keys: Sequence[str], field: str) -> frozenset[str]:
        return frozenset()

    def changes_allowed(self, company: str) -> int:
        return 0

    def is_another_day(self, company: str) -> bool:
        return False

    def outdated(self, company: str, stream: str) -> tuple[CensusMember, ...]:
        return ()


Beside = Callable[..., BesideOdbc]
ORDER = ("companies", "groups", "ledgers", "stock_items", "vouchers", "reports")


@pytest.fixture
def beside(open_session: Open) -> Beside:
    def make(gateway: Gateway, script: Script, tap: Tap | None = None, **more: Any) -> BesideOdbc:
        def open_odbc(identity: str, name: str) -> OdbcSource:
            return OdbcSource(open_session(script), company_guid=identity, company_name=name)

        return BesideOdbc(gateway, open_odbc, tap or Tap(), **more)

    return make


def read(source: BesideOdbc) -> dict[str, list[Record]]:
    return {stream: list(source.records(stream)) for stream in ORDER}


def codes(source: BesideOdbc) -> dict[str, Issue]:
    return {issue.code: issue for issue in source.issues}


def oracle(records: dict[str, list[Record]]) -> Any:
    """The record of the stream reports, as the translator makes an oracle of it."""
    (found,) = [one for one in records["reports"] if one["name"] == REPORT_TITLE]
    translator = TallyTranslator(Company(source=SourceRef("tally", COMPANY, "companies", COMPANY), name=NAME))
    ref = SourceRef("tally", COMPANY, "reports", REPORT_TITLE)
    payload = msgspec.json.encode({name: value for name, value in found.items() if name != "file"})
    return translator.report(RawRecord(ref, payload, b"", datetime(2026, 4, 1, tzinfo=UTC)))


@pytest.mark.parametrize("encoded", [False, True])
def test_books_that_agree_are_said_to_agree_and_give_an_oracle(beside: Beside, encoded: bool) -> None:
    source = beside(Gateway(encoded=encoded), books())
    records = read(source)
    assert [one["name"] for one in records["ledgers"]] == list(LEDGERS), "the gateway's records pass untouched"
    found = codes(source)
    assert "tally.odbc.differs" not in found
    assert "ODBC agrees on 4 ledgers" in found["tally.odbc.agrees"].message
    report = oracle(records)
    assert (report.kind, str(report.as_of), report.is_refused) == (ReportKind.TRIAL_BALANCE, "2026-03-31", False)
    assert report.oracle == "tally:ODBC ledgers, 2025-04-01 to 2026-03-31"
    assert {line.name: line.net for line in report.lines}["Asha Stores"] == Decimal("250.30")


def test_what_the_gateway_lost_or_changed_is_found(beside: Beside) -> None:
    ledgers = {
        "Cash": ("Cash-in-Hand", "-500.00", "-1250.25"),
        "???? Stores": ("South Debtors", "-100.10", "-250.30"),
        "Sales": ("Indirect Incomes", "", "1500.55"),
        "Capital": ("Capital Account", "600.11", "0.00"),
    }
    source = beside(Gateway(ledgers=ledgers), books())
    read(source)
    issue = codes(source)["tally.odbc.differs"]
    assert issue.level is IssueLevel.WARNING
    assert "ledger: ???? Stores" in issue.message
    assert issue.facts["differences"] == 6


def test_another_period_on_tally_s_screen_is_no_oracle_and_no_alarm_about_the_books(beside: Beside) -> None:
    source = beside(Gateway(reports=[trial_balance(Cash="-999.00", Sales="1249.30")]), books())
    report = oracle(read(source))
    assert (report.is_refused, report.note) == (True, OTHER_PERIOD)
    issue = codes(source)["tally.odbc.differs"]
    assert "closing balance: Cash (gateway 999.00, ODBC 1250.25)" in issue.message
    assert "Alt+F2" in issue.hint


def test_ledgers_that_tally_derives_are_left_aside() -> None:
    """The result and stock: by design no trial balance agrees with their masters."""
    groups = [
        {"@NAME": "Goods", "PARENT": "Current Assets", "@RESERVEDNAME": "Stock-in-Hand"},
        {"@NAME": "Finished", "PARENT": "Goods"},
        {"@NAME": "A", "PARENT": "B"},
        {"@NAME": "B", "PARENT": "A"},
    ]
    ledgers = [
        {"@NAME": "Profit & Loss A/c"},
        {"@NAME": "Ergebnis", "@RESERVEDNAME": "Profit & Loss A/c"},
        {"@NAME": "Soap", "PARENT": "Finished"},
        {"@NAME": "Circle", "PARENT": "A"},
        {"@NAME": "Cash", "PARENT": "Cash-in-Hand"},
    ]
    assert derived_ledgers(ledgers, groups) == {"profit & loss a/c", "ergebnis", "soap"}
    assert derived_ledgers([{"@NAME": "Soap", "PARENT": "Stock-in-Hand"}], []) == {"soap"}
    rows = [("ODBCLEDGER", {"@NAME": "Soap", "CLOSINGBALANCE": "-5.00"})]
    ((_, marked),) = Opinion().to_object([dict(rows[0][1])], {"soap"})["rows"]
    assert read_report(ReportRecord(rows=[("ODBCLEDGER", marked)]), "").lines == ()
    assert len(read_report(ReportRecord(rows=rows), "").lines) == 1


def test_without_a_trial_balance_the_period_is_unknown(beside: Beside) -> None:
    report = oracle(read(beside(Gateway(reports=[]), books())))
    assert (report.is_refused, report.note) == (True, NO_PERIOD)


def test_after_an_incremental_read_only_what_passed_is_compared(beside: Beside) -> None:
    source = beside(Gateway(ledgers={"Cash": LEDGERS["Cash"]}, plan="changes"), books())
    read(source)
    assert "tally.odbc.agrees" in codes(source)


def test_with_a_hub_its_memory_tells_what_only_one_side_has(beside: Beside) -> None:
    held = {"ledgers": {guid(10), guid(11), guid(12), guid(77)}, "groups": {guid(1), guid(2), guid(3)}}
    source = beside(Gateway(ledgers={}, plan="changes"), books(), memory=Hub(held))
    read(source)
    message = codes(source)["tally.odbc.differs"].message
    assert "ledger: Capital (gateway 0, ODBC 1)" in message
    assert f"ledger: {guid(77)} (gateway 1, ODBC 0)" in message


@pytest.mark.parametrize(
    "script",
    [
        books(states={"connect": ("IM014", "architecture mismatch")}),
        books(states={"connect": ("08001", "no server")}),
        books(states={"Ledger": ("HY000", "general error")}),
        books(crash="Groups"),
    ],
)
def test_an_odbc_that_fails_never_fails_the_sync(beside: Beside, script: Script) -> None:
    source = beside(Gateway(), script)
    records = read(source)
    assert len(records["ledgers"]) == 4
    assert [one["name"] for one in records["reports"]] == ["Trial Balance"]
    assert codes(source)["tally.odbc.no_opinion"].level is IssueLevel.WARNING


def test_another_company_on_tally_s_screen_is_left_alone(beside: Beside) -> None:
    """The gateway reads by name; ODBC serves what is active. With several read, the active one is compared."""
    script = books()
    script.tables["Company"].append(company("Other & Co", OTHER))
    source = beside(Gateway(companies=((OTHER, "Other & Co"),)), script)
    records = read(source)
    assert [one["name"] for one in records["reports"]] == ["Trial Balance"]
    assert "make Other & Co the active company" in codes(source)["tally.odbc.no_opinion"].message
    both = beside(Gateway(companies=((OTHER, "Other & Co"), (COMPANY, NAME))), script)
    assert oracle(read(both)).is_refused is False
    neither = beside(Gateway(companies=((OTHER, "Other & Co"), (guid(5)[:36].replace("1", "2"), "Third"))), script)
    assert [one["name"] for one in read(neither)["reports"]] == ["Trial Balance"]
    assert f"serves {NAME}, but Other & Co, Third" in codes(neither)["tally.odbc.no_opinion"].message


def test_nothing_is_asked_when_nothing_was_read(beside: Beside) -> None:
    source = beside(Gateway(companies=(), reports=[], plan="nothing"), books(states={"connect": ("08001", "off")}))
    assert list(source.records("reports")) == []
    assert source.issues == ()


REFUSED = SourceRejected("no", code="tally.gateway.refused")


def test_a_second_opinion_never_stands_in(beside: Beside) -> None:
    with pytest.raises(SourceRejected):
        read(beside(Gateway(fails={"ledgers": (2, REFUSED)}), books()))


def test_a_way_round_hands_over_what_the_gateway_could_not(beside: Beside) -> None:
    tap = Tap()
    source = beside(Gateway(fails={"ledgers": (2, REFUSED)}), books(), tap, use=OdbcUse.FALLBACK)
    records = read(source)
    assert [(one["name"], one["alter_id"]) for one in records["ledgers"]] == [
        ("Cash", 10),
        ("Asha Stores", 11),
        ("Sales", None),
        ("Capital", None),
    ]
    assert "ALTERID" not in records["ledgers"][2]["object"]
    issue = codes(source)["tally.odbc.stood_in"]
    assert issue.facts == {"stream": "ledgers", "records": 2}
    assert tap.whole_state["companies"][COMPANY]["alt_master_id"] == 0, "the next sync reads the masters again"
    assert tap.checkpoints == ["vouchers"]


def test_a_way_round_replaces_nothing_the_hub_holds(beside: Beside) -> None:
    """What came over the gateway says more."""
    hub = Hub({"ledgers": {guid(10), guid(11), guid(12)}})
    source = beside(Gateway(fails={"ledgers": (0, REFUSED)}), books(), use=OdbcUse.FALLBACK, memory=hub)
    assert [one["name"] for one in read(source)["ledgers"]] == ["Capital"]


@pytest.mark.parametrize(
    ("gateway", "script"),
    [
        (Gateway(fails={"ledgers": (0, SourceUnavailable("busy", code="tally.gateway.busy"))}), books()),
        (Gateway(fails={"ledgers": (0, REFUSED)}), books(states={"connect": ("08001", "off")})),
        (Gateway(fails={"ledgers": (0, REFUSED)}, companies=((COMPANY, NAME), (OTHER, "Other & Co"))), books()),
        (Gateway(fails={"vouchers": (0, REFUSED)}), books()),
        (Gateway(fails={"stock_items": (0, REFUSED)}), Script(tables=books().tables | {"StockItem": []})),
    ],
    ids=["tally is stuck", "odbc is off", "several companies", "vouchers", "odbc has none"],
)
def test_where_odbc_cannot_help_the_gateway_s_error_stands(beside: Beside, gateway: Gateway, script: Script) -> None:
    with pytest.raises(SourceError) as stands:
        read(beside(gateway, script, use=OdbcUse.FALLBACK))
    assert stands.value.code.startswith("tally.gateway.")


def test_both_are_closed(beside: Beside) -> None:
    gateway = Gateway()
    source = beside(gateway, books())
    read(source)
    source.close()
    assert gateway.closed
    assert source._odbc is not None
    assert source._odbc._session._process is None
