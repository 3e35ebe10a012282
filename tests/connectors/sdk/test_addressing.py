"""Connection texts: a value ends where it ends, whatever stands in it, and each driver hears its own words."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canonical.errors import ConfigurationError
from connectors.sdk.odbc.addressing import ServerAddress, Speaker, connection_text, speaker_of

SERVER = ServerAddress(driver="D", server="pc-1", port=1433, database="B", user="u", password="p", encrypt="yes")


def parsed(text: str) -> dict[str, str]:
    """As the ODBC standard reads a connection text: braces around a value, a closing one inside it doubled."""
    found, place = {}, 0
    while place < len(text):
        equals = text.index("=", place)
        name, place = text[place:equals], equals + 1
        value = ""
        if text[place] == "{":
            place += 1
            while text[place] != "}" or text[place + 1 : place + 2] == "}":
                value += text[place]
                place += 2 if text[place] == "}" else 1
            place += 1
        else:
            end = text.index(";", place)
            value, place = text[place:end], end
        assert text[place] == ";"
        found[name] = value
        place += 1
    return found


@given(
    st.dictionaries(
        st.sampled_from(["DSN", "DRIVER", "SERVER", "DATABASE", "UID", "PWD"]), st.text("ab{};=", min_size=1)
    )
)
def test_no_value_can_end_itself(parts: dict[str, str]) -> None:
    assert parsed(connection_text(parts)) == parts


@pytest.mark.parametrize("password", ["a}", "a};b"])
def test_freetds_is_not_told_what_it_cannot_hear(password: str) -> None:
    told = replace(SERVER, speaker=Speaker.FREETDS, password=password)
    with pytest.raises(ConfigurationError) as refused:
        _ = told.text
    assert refused.value.code == "connection.closing_brace"
    assert password not in str(refused.value)
    assert "PWD={a}b};" in replace(told, password="a}b").text


def test_each_driver_hears_its_own_words() -> None:
    told = {speaker: parsed(replace(SERVER, speaker=speaker).text) for speaker in Speaker}
    assert told[Speaker.MICROSOFT]["SERVER"] == "pc-1,1433"
    assert "PORT" not in told[Speaker.MICROSOFT]
    assert told[Speaker.MICROSOFT]["Encrypt"] == told[Speaker.FREETDS]["Encryption"] == "yes"
    assert told[Speaker.FREETDS]["TDS_Version"] == "7.4"
    assert told[Speaker.MYSQL]["NO_CACHE"] == "1"
    assert told[Speaker.OTHER]["PORT"] == "1433"


def test_a_driver_is_known_by_name_or_library() -> None:
    names = ("FreeTDS", "/usr/lib/odbc/libtdsodbc.so", "SQL Server", "MariaDB Unicode", "MySQL ODBC 9.1", "PostgreSQL")
    assert [speaker_of(name).value for name in names] == [
        *("freetds", "freetds", "microsoft", "mysql", "mysql", "other"),
    ]
