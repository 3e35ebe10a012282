"""Years joined though codes change, rows staged with their signs, sessions lent and given back."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canonical.errors import SourceUnavailable
from connectors.busy.database.failure import DatabaseFailures
from connectors.busy.database.joined import Joined
from connectors.busy.database.reading import DatabaseReader
from connectors.busy.database.records import Recorder
from connectors.busy.database.settings import Kind
from connectors.busy.database.spool import Spool
from connectors.busy.database.tables import Row
from connectors.busy.database.year import MasterFact, Year
from connectors.busy.staging import AccountRow, VoucherRow
from connectors.busy.translate.from_tables import stage
from connectors.busy.translate.routes import RawObject, UnreadableField
from connectors.sdk.odbc.pool import SessionPool
from connectors.sdk.odbc.session import DatabaseSession, ReadLimits, Target
from tests.connectors.busy_db.servers import mariadb_config
from tests.connectors.tally_odbc.fake_tally import Script, child_command
from tests.support.mariadb import write

ACCOUNT, SERIES = 2, 21
NO_READER: Any = None
NO_SPOOL: Any = None


def year(first: int, masters: dict[tuple[int, int], MasterFact]) -> Year:
    return Year(first, NO_READER, NO_SPOOL, masters=masters)


def account(name: str, gstin: str = "") -> MasterFact:
    return MasterFact(name, gstin=gstin)


def test_a_master_is_found_by_name_then_by_its_gstin() -> None:
    joined = Joined(
        [
            year(2024, {(ACCOUNT, 10): account("Asha"), (ACCOUNT, 11): account("Old Name", "G1")}),
            year(2025, {(ACCOUNT, 11): account(" ASHA "), (ACCOUNT, 30): account("New Name", "G1")}),
        ]
    )
    assert [one.places for one in joined.identities] == [
        {2024: (ACCOUNT, 10), 2025: (ACCOUNT, 11)},
        {2024: (ACCOUNT, 11), 2025: (ACCOUNT, 30)},
    ]
    assert joined.name(2024, (ACCOUNT, 11)) == "New Name"
    assert joined.name(2025, (ACCOUNT, 99)) == ""


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ([("A", "G1"), ("B", "G1")], [("C", "G1")]),  # two branches of one registration
        ([("A", "G1")], [("C", "G1"), ("D", "G1")]),
        ([("A", "G1")], [("A", "G1"), ("C", "G1")]),  # the name is still there: the other is new
        ([("A", "")], [("C", "")]),
    ],
)
def test_a_gstin_that_does_not_decide_joins_nothing(
    before: list[tuple[str, str]], after: list[tuple[str, str]]
) -> None:
    years = [
        year(first, {(ACCOUNT, number): account(*one) for number, one in enumerate(held, start=1)})
        for first, held in ((2024, before), (2025, after))
    ]
    renamed = [one for one in Joined(years).identities if len(one.places) == 2 and one.fact.name == "C"]
    assert not renamed


def test_one_name_for_two_series_stays_two() -> None:
    masters = {(SERIES, 258): MasterFact("Main"), (SERIES, 263): MasterFact("Main")}
    assert len(Joined([year(2024, masters), year(2025, masters)]).identities) == 2


names = st.text("abc ", min_size=1, max_size=4).map(lambda text: f"x{text}")


@settings(max_examples=50, deadline=None)
@given(st.lists(st.dictionaries(st.integers(1, 9), names, max_size=6), max_size=4))
def test_every_master_of_every_year_is_in_just_one_identity(held: list[dict[int, str]]) -> None:
    years = [
        year(2020 + number, {(ACCOUNT, code): account(name) for code, name in masters.items()})
        for number, masters in enumerate(held)
    ]
    joined = Joined(years)
    places = [place for one in joined.identities for place in one.places.items()]
    assert sorted(places) == sorted((one.first, master) for one in years for master in one.masters)
    for one in years:
        for master in one.masters:
            found = joined.of(one.first, master)
            assert found is not None
            assert found.places[one.first] == master


class Rows:
    """A reader of rows in memory."""

    label, can_filter = "memory", False

    def __init__(self, tables: dict[str, list[Row]]) -> None:
        self.tables = tables

    def has(self, table: str) -> bool:
        return table in self.tables

    def rows(self, table: str) -> Any:
        return iter(self.tables.get(table, []))

    def rows_by(self, table: str, column: str, codes: Any) -> Any:
        return (row for row in self.rows(table) if row[column] in codes)

    def count(self, table: str) -> int:
        return len(self.tables.get(table, []))


TABLES: dict[str, list[Row]] = {
    "Master1": [
        {"Code": 116, "MasterType": 1, "Name": "Sundry Debtors", "ParentGrp": 102},
        {"Code": 1201, "MasterType": 2, "Name": "Asha", "ParentGrp": 116},
        {"Code": 4, "MasterType": 2, "Name": "Sales", "ParentGrp": 123},
    ],
    "Folio1": [{"MasterCode": 1201, "MasterType": 2, "D1": -1180.0000000002}],
    "Tran1": [{"VchCode": 7, "VchType": 9, "Date": "2025-04-05T00:00:00", "VchNo": " 12 ", "VchAmtBaseCur": 100.1}],
    "Tran2": [
        {"RecType": 1, "VchCode": 7, "MasterCode1": 1201, "SrNo": 1, "Value1": -100.1},
        {"RecType": 1, "VchCode": 7, "MasterCode1": 4, "SrNo": 2, "Value1": "100.10"},
        {"RecType": 2, "VchCode": 7, "MasterCode1": 9, "SrNo": 1, "Value1": -2, "Value3": 100.1, "D6": 50.05},
    ],
    "Tran3": [
        {"RefCode": 1, "RecType": 1, "Method": 1, "VchCode": 0, "MasterCode1": 1201, "No": "OLD", "Value1": -1180,
         "Date": "2025-02-10T00:00:00", "DueDate": "2025-03-12T00:00:00"},
        {"RefCode": 1, "RecType": 1, "Method": 2, "VchCode": 7, "MasterCode1": 1201, "No": "typed otherwise",
         "Value1": -100.1, "Date": "2025-04-05T00:00:00", "DueDate": "1899-12-30T00:00:00"},
    ],
}  # fmt: skip


def records(folder: Path, tables: dict[str, list[Row]]) -> tuple[RawObject, RawObject]:
    """An account and the voucher, as the translator gets them."""
    made = Year(2025, Rows(tables), Spool(folder))
    made.check()
    made.read_masters()
    made.read_headers()
    made.read_lines()
    joined = Joined([made])
    recorder = Recorder(company="a", name="A", joined=joined)
    party = next(one for one in joined.identities if one.fact.name == "Asha")
    told = [recorder.master(party, {2025: made}, 1), recorder.voucher(made, 7, 1)]
    made.spool.close()
    first, second = (
        RawObject(
            stream=stream,
            key=record["key"],
            year_from=date(2025, 4, 1),
            element=record["element"],
            company_name="A",
            body=record["object"],
        )
        for stream, record in zip(("accounts", "vouchers"), told, strict=True)
    )
    return first, second


def test_signs_end_and_noise_goes_when_rows_are_staged(tmp_path: Path) -> None:
    party, sale = (stage(one) for one in records(tmp_path, TABLES))
    assert isinstance(party, AccountRow)
    assert (party.opening, party.group_name, party.is_bill_wise) == (Decimal("1180.00"), "Sundry Debtors", True)
    assert [(bill.ref, bill.amount, bill.due) for bill in party.bills] == [("OLD", Decimal(1180), date(2025, 3, 12))]
    assert isinstance(sale, VoucherRow)
    assert (sale.number, sale.total) == ("12", Decimal("100.10"))
    assert [(leg.account_name, leg.amount) for leg in sale.legs] == [
        ("Asha", Decimal("100.10")),
        ("Sales", Decimal("-100.10")),
    ]
    (line,) = sale.items
    assert (line.quantity, line.is_inward, line.amount, line.price) == (
        Decimal(2),
        False,
        Decimal("100.10"),
        Decimal("50.05"),
    )
    assert [(bill.ref, bill.amount, bill.due) for bill in sale.bills] == [("OLD", Decimal("100.10"), date(2025, 3, 12))]


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [("Tran1", "Date", None), ("Tran2", "Value1", "a lot"), ("Tran2", "Value1", "nan"), ("Tran3", "Method", 7)],
)
def test_a_field_that_decides_a_figure_is_never_guessed(table: str, column: str, value: Any, tmp_path: Path) -> None:
    spoilt = {**TABLES, table: [{**row, column: value} for row in TABLES[table]]}
    _, sale = records(tmp_path, spoilt)
    with pytest.raises(UnreadableField):
        stage(sale)


def test_the_order_of_rows_says_nothing(tmp_path: Path) -> None:
    backwards = {table: rows[::-1] for table, rows in TABLES.items()}
    assert [one.body for one in records(tmp_path, TABLES)] == [one.body for one in records(tmp_path, backwards)]


def test_sessions_are_kept_lent_once_and_ended_when_there_are_too_many(tmp_path: Path) -> None:
    command = child_command(tmp_path, Script(tables={"Ledger": [{"Name": "A"}]}))
    opened: list[DatabaseSession] = []

    def open_(target: Target) -> DatabaseSession:
        opened.append(DatabaseSession(target, ReadLimits(), DatabaseFailures(), clock=time.monotonic, command=command))
        return opened[-1]

    pool = SessionPool(open_, open_max=1)
    first, second = Target(label="1", text="A=1"), Target(label="2", text="A=2")
    for target in (first, first, second, first):
        with pool.lend(target) as session:
            session.columns("Ledger")
    assert len(opened) == 3
    assert [one.is_open for one in opened] == [False, False, True]
    with pool.lend(first) as one, pool.lend(first) as other:
        assert one is not other
    pool.close()
    assert not any(one.is_open for one in opened)


def test_a_driver_that_hangs_or_crashes_is_ended(tmp_path: Path) -> None:
    for script, code in (
        (Script(tables={"T": [{"A": 1}]}, hang_connect=True), "busy.database.timed_out"),
        (Script(tables={"T": [{"A": 1}]}, crash="T"), "busy.database.crashed"),
    ):
        limits = ReadLimits(connect_timeout_s=0.5, answer_timeout_s=5.0)
        session = DatabaseSession(
            Target(label="x", text="A=1"),
            limits,
            DatabaseFailures(),
            clock=time.monotonic,
            command=child_command(tmp_path, script),
        )
        with pytest.raises(SourceUnavailable) as failed:
            list(session.read("SELECT $A FROM T").batches)
        assert failed.value.code == code
        assert not session.is_open


def test_codes_are_asked_for_a_hundred_at_a_time() -> None:
    write(
        ("DROP DATABASE IF EXISTS busycodes", []),
        ("CREATE DATABASE busycodes", []),
        ("CREATE TABLE busycodes.Tran2 (VchCode INT)", []),
        ("INSERT INTO busycodes.Tran2 VALUES (?)", [[number] for number in range(300)]),
    )
    from connectors.busy.database.dialects import server_target
    from connectors.busy.database.settings import parse_settings

    parsed = parse_settings(mariadb_config("busycodes")["database"])
    pool = SessionPool(lambda target: DatabaseSession(target, parsed.limits, DatabaseFailures(), clock=time.monotonic))
    reader = DatabaseReader(pool, server_target(parsed, "busycodes", "test"), Kind.MYSQL)
    wanted = list(range(0, 300, 2))
    assert [row["VchCode"] for row in reader.rows_by("Tran2", "VchCode", wanted)] == wanted
    pool.close()
