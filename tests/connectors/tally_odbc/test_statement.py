"""What is sent: a closed list of names, and a connection text nothing can break out of."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError, InvariantError
from connectors.tally.export.streams import STREAMS
from connectors.tally.odbc.address import OdbcAddress, data_source_names, parse_address
from connectors.tally.odbc.settings import OdbcUse, parse_settings
from connectors.tally.odbc.statement import select
from connectors.tally.odbc.tables import CATALOGUE_TABLE, TABLES, find_table


def test_every_name_of_the_list_makes_a_statement() -> None:
    for table in TABLES:
        for name in table.names:
            sql = select(name, [spelling for method in table.methods for spelling in method.names])
            assert re.fullmatch(r"SELECT \$\w+(, \$\w+)* FROM \w+", sql, re.ASCII), sql
    assert select(CATALOGUE_TABLE, ["Name"]) == "SELECT $Name FROM ODBCTables"


def test_the_list_gives_streams_of_the_tap_and_no_vouchers() -> None:
    assert {table.stream for table in TABLES} < set(STREAMS)
    assert find_table("vouchers") is None
    assert find_table("reports") is None


@given(st.text(min_size=1))
def test_no_text_becomes_syntax(text: str) -> None:
    if re.fullmatch(r"_?[A-Za-z]\w{0,63}", text, re.ASCII):
        assert select("Ledger", [text]) == f"SELECT ${text} FROM Ledger"
        return
    with pytest.raises(InvariantError):
        select("Ledger", [text])
    with pytest.raises(InvariantError):
        select(f"{text} ;", ["Name"])


def test_a_statement_without_methods_is_ours_to_mend() -> None:
    with pytest.raises(InvariantError):
        select("Ledger", [])


ATTRIBUTE = re.compile(r"(?:DSN=([^;{}=]+);|DRIVER=\{([^{};]+)\};SERVER=([^;{}=]+);PORT=(\d+);)")


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40), st.integers(-1, 70_000))
def test_a_connection_text_holds_what_was_given_or_nothing(dsn: str, driver: str, server: str, port: int) -> None:
    """The driver manager splits at semicolons: no setting may add an attribute of its own."""
    try:
        address = OdbcAddress(data_source=dsn, driver=driver, server=server, port=port)
    except ConfigurationError:
        return
    match = ATTRIBUTE.fullmatch(address.connection_text())
    assert match is not None
    assert match.groups() == ((dsn, None, None, None) if dsn else (None, driver, server, str(port)))


@pytest.mark.parametrize(
    "config",
    [
        {"dsn": "TallyODBC64_9000;UID=sa"},
        {"dsn": "a{b"},
        {"dsn": " TallyODBC64_9000"},
        {"dsn": "x" * 33},
        {"driver": "Tally ODBC Driver64};SERVER=elsewhere"},
        {"server": "host;PORT=1"},
        {"server": "(remote)"},
        {"port": 0},
        {"port": "9000"},
        {"port": True},
    ],
)
def test_what_could_not_be_a_name_is_refused_and_named(config: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError) as refused:
        parse_address(config)
    assert refused.value.facts["field"] in config


def test_defaults_are_what_tally_registers() -> None:
    assert parse_address({}).connection_text() == "DRIVER={Tally ODBC Driver64};SERVER=(local);PORT=9000;"
    assert data_source_names(9001) == ("TallyODBC64_9001", "TallyODBC_9001")


def test_settings_are_read() -> None:
    settings = parse_settings({"dsn": "TallyODBC64_9000", "use": "fallback", "answer_timeout_s": 30, "pause_s": 0})
    assert settings.address.data_source == "TallyODBC64_9000"
    assert settings.use is OdbcUse.FALLBACK
    assert settings.is_named
    assert not parse_settings({"port": 9001}).is_named
    assert (settings.limits.answer_timeout_s, settings.limits.pause_s, settings.limits.rows_max) == (30, 0, 100_000)


@pytest.mark.parametrize(
    "config", [{"password": "x"}, {"use": "store"}, {"rows_max": 0}, {"answer_timeout_s": "long"}, {"drain_s": -1}]
)
def test_settings_that_make_no_sense_are_refused(config: dict[str, object]) -> None:
    with pytest.raises(ConfigurationError):
        parse_settings(config)
