"""Tables of a real MariaDB through the real driver: several branches, deletions, what is absent, who is refused."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest

from canonical.errors import ConfigurationError, KhataError, SourceRejected, SourceUnavailable
from canonical.money import ZERO
from connectors.marg.tables.session import Address, Session, address_of
from connectors.sdk.conformance import Collected
from sandbox.marg import build_branches
from sandbox.marg.branch import Branch
from sandbox.marg.tables import table_statements
from sandbox.world.paise import render_paise
from tests.connectors.marg.support import ede, extract, translated
from tests.support.mariadb import find_driver, server_port

pyodbc = pytest.importorskip("pyodbc")
DATABASE = "MargTest"
SECRET = "planted-password-3a7c"


def database(**more: Any) -> dict[str, Any]:
    return {
        "driver": str(find_driver()),
        "server": "127.0.0.1",
        "port": server_port(),
        "name": DATABASE,
        "user": "khata",
        "password": SECRET,
        **more,
    }


def executed(*statements: tuple[str, list[tuple[Any, ...]]], name: str = DATABASE) -> None:
    connection = pyodbc.connect(address_of(database(name=name)).connection_text(), autocommit=True)
    try:
        cursor = connection.cursor()
        for sql, rows in statements:
            if rows:
                cursor.executemany(sql, rows)
            else:
                cursor.execute(sql)
    finally:
        connection.close()


@pytest.fixture(scope="module")
def branches() -> Iterator[list[Branch]]:
    """Two branches in one database."""
    server_port()
    executed((f"CREATE DATABASE IF NOT EXISTS {DATABASE}", []), name="")
    built = build_branches(2, vouchers=100)
    executed(*table_statements(built))
    yield built
    executed((f"DROP DATABASE {DATABASE}", []), name="")


def read(built: list[Branch], **more: Any) -> Collected:
    gstins = {str(one.number): one.world.masters.company.gstin for one in built}
    return extract({"database": database(), "branch_gstins": gstins, **more})


def test_both_branches_hold_the_truth(branches: list[Branch]) -> None:
    found = translated(read(branches).records)
    assert list(found) == ["tables/9001", "tables/9002"]
    for branch, books in zip(branches, found.values(), strict=True):
        assert not [issue for issue in books.issues if issue.level == "rejected"]
        closings = books.closings(until=branch.truth.as_of)
        for name, row in branch.truth.trial_balance.items():
            assert closings.get(branch.codes.ledgers[name].casefold(), ZERO) == Decimal(render_paise(row.closing)), name


def test_tables_and_web_api_say_the_same(branches: list[Branch]) -> None:
    """The same world through both ways gives the same vouchers, line for line."""
    tables = translated(read(branches).records)["tables/9001"]
    with ede(vouchers=100) as source:
        api = translated(source.extract().records)["ede/9001"]
    ours, theirs = ({one.source.key: one for one in books.vouchers} for books in (tables, api))
    assert ours.keys() == theirs.keys()
    for key, one in ours.items():
        other = theirs[key]
        assert (one.kind, one.day, one.number, one.postings, one.items) == (
            other.kind,
            other.day,
            other.number,
            other.postings,
            other.items,
        )


def test_reading_twice_gives_the_same_digests_and_a_sure_census(branches: list[Branch]) -> None:
    first, second = read(branches), read(branches)
    assert [one.digest for one in first.records] == [one.digest for one in second.records]
    assert [census.corroborated for census in first.censuses] == [True, True]
    assert first.extracted.settlement.value == "settled"


def test_a_deleted_document_is_missing_from_the_census(branches: list[Branch]) -> None:
    header = branches[0].of("MDis")[0]
    before = {member.key for member in read(branches, branches=["9001"]).censuses[0].members}
    number = header["Voucher"]
    executed(
        *(
            (f"DELETE FROM {name} WHERE CompanyID = 9001 AND Voucher = '{number}'", [])
            for name in ("MDis", "Dis", "Account")
        )
    )
    try:
        after = {member.key for member in read(branches, branches=["9001"]).censuses[0].members}
    finally:
        executed(*table_statements(branches))
    assert before - after == {f"2025-26/{header['Type']}/{number}"}


def test_tables_that_are_absent_or_called_otherwise(branches: list[Branch]) -> None:
    executed(("RENAME TABLE Stock TO tblStock, Account TO tblLegs", []))
    try:
        partly = read(branches)
        assert {issue.code for issue in partly.extracted.issues} == {"marg.tables.left_out"}
        named = read(branches, tables={"Stock": "tblStock", "Account": f"{DATABASE}.tblLegs"})
        assert not [one for one in named.extracted.issues if "Stock" in one.message or "Account" in one.message]
        executed(("RENAME TABLE Dis TO tblLines", []))
        with pytest.raises(SourceRejected) as refused:
            read(branches)
        assert refused.value.code == "marg.tables.absent"
    finally:
        executed(*table_statements(branches))


def test_nothing_but_a_table_is_put_into_a_statement(branches: list[Branch]) -> None:
    with pytest.raises(ConfigurationError):
        read(branches, tables={"Dis": "Dis; DROP TABLE MDis"})


def test_what_goes_wrong_names_no_password() -> None:
    server_port()
    for told in (database(port=1), database(driver="No Such Driver"), database(name="Absent")):
        with pytest.raises(KhataError) as failed, Session(address_of(told)):
            pass
        assert SECRET not in str(failed.value)
        assert failed.value.__cause__ is None
    with pytest.raises(SourceUnavailable), Session(address_of(database(port=1))):
        pass


def test_values_cannot_end_themselves() -> None:
    address = Address(options={"DRIVER": "X"}, user="a;UID=root", password="p}w;d")
    assert address.connection_text() == "DRIVER=X;UID={a;UID=root};PWD={p}}w;d};"
    assert "p}w" not in repr(address)
    with pytest.raises(ConfigurationError):
        address_of({"server": "here"})
