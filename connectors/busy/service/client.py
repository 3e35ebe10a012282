"""Asks BUSY's web service: one question at a time, a second apart, nothing but SELECT.

Everything travels in request headers of a GET, the answer's fate in its headers ``Result`` and ``Description``. The
program has one thread and somebody works in it, hence the rest between questions.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from urllib.parse import urlsplit

import requests

from canonical.errors import InvariantError
from canonical.record import JsonValue
from connectors.busy.service import failure
from connectors.busy.service.rowset import NotARowset, read_rows

URL = "http://localhost:981"
PAUSE_S_MIN = 1.0
"""Between two questions, at least."""
_QUERY_LENGTH_MAX = 8000
"""Longest header that was seen to pass."""
_SELECT = re.compile(r"SELECT [\x20-\x7e]+\Z")
_CHUNK = 1 << 16
_HEADER_TEXT_MAX = 300


class Mode(StrEnum):
    """What BUSY keeps the open company in; their SQL differs."""

    ACCESS = "access"
    SQLSERVER = "sqlserver"


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceSettings:
    """The tap's setting ``service``.

    Attributes:
        database: what ``DB_NAME()`` must say, where the company is on SQL Server; empty: not checked.
        timeout_s: for the first byte of an answer, and between two parts of it.
        pause_s: rest after each answer.
        codes_per_call: how wide a range of codes one question asks for.
    """

    url: str = URL
    user: str = ""
    password: str = field(default="", repr=False)
    mode: Mode = Mode.ACCESS
    database: str = ""
    timeout_s: float = 120.0
    pause_s: float = PAUSE_S_MIN
    codes_per_call: int = 2000


def parse_settings(config: Mapping[str, JsonValue]) -> ServiceSettings:
    """Read and check the setting.

    Raises:
        ConfigurationError: ``busy.service.setting``.
    """
    url = str(config.get("url") or URL).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise failure.setting("url", f"must be an address such as {URL}")
    usual = ServiceSettings()
    try:
        mode = Mode(str(config.get("mode") or Mode.ACCESS))
    except ValueError:
        raise failure.setting("mode", f"must be one of {', '.join(Mode)}") from None
    return ServiceSettings(
        url=url,
        user=_header_text(config, "user"),
        password=_header_text(config, "password"),
        mode=mode,
        database=str(config.get("database") or ""),
        timeout_s=_number(config, "timeout_s", usual.timeout_s, 1.0),
        pause_s=_number(config, "pause_s", usual.pause_s, PAUSE_S_MIN),
        codes_per_call=int(_number(config, "codes_per_call", usual.codes_per_call, 1)),
    )


class ServiceClient:
    """One BUSY.

    Args:
        settings: where, and as whom.
        clock: monotonic seconds.
        sleep: waits seconds.
    """

    def __init__(
        self, settings: ServiceSettings, *, clock: Callable[[], float], sleep: Callable[[float], None]
    ) -> None:
        self.settings = settings
        self._clock, self._sleep = clock, sleep
        self._session = requests.Session()
        self._session.trust_env = False  # no proxy stands between us and a program on the same network
        self._rested_from = float("-inf")

    def query(self, sql: str) -> Iterator[dict[str, JsonValue]]:
        """Ask, and yield the rows; a column that is NULL is left out.

        Raises:
            SourceRejected: BUSY refuses, no company is open, or it is not BUSY.
            SourceUnavailable: no answer, or not in time.
            SourceMalformed: the answer breaks off.
        """
        if not _SELECT.fullmatch(sql) or len(sql) > _QUERY_LENGTH_MAX:
            raise InvariantError("A question to BUSY is one line of SELECT.", code="busy.service.statement")
        self._rest()
        try:
            with self._ask(sql) as response:
                self._check(response)
                yield from read_rows(response.iter_content(_CHUNK))
        except NotARowset as error:
            raise failure.malformed(self.settings.url, str(error)) from error
        except requests.exceptions.ChunkedEncodingError as error:
            raise failure.malformed(self.settings.url, "the connection ended early") from error
        except requests.exceptions.ConnectionError as error:
            raise failure.unreachable(self.settings.url, _why(error)) from error
        finally:
            self._rested_from = self._clock()

    def close(self) -> None:
        """Let go of the connection."""
        self._session.close()

    def _rest(self) -> None:
        left = self._rested_from + self.settings.pause_s - self._clock()
        if left > 0:
            self._sleep(left)

    def _ask(self, sql: str) -> requests.Response:
        given = {"SC": "1", "Qry": sql, "UserName": self.settings.user, "Pwd": self.settings.password}
        timeout = self.settings.timeout_s
        try:
            return self._session.get(
                self.settings.url, headers=given, timeout=timeout, stream=True, allow_redirects=False
            )
        except requests.exceptions.Timeout as error:
            raise failure.timed_out(self.settings.url, timeout) from error
        except requests.exceptions.RequestException as error:
            raise failure.unreachable(self.settings.url, _why(error)) from error

    def _check(self, response: requests.Response) -> None:
        result = response.headers.get("Result", "").strip().upper()
        if result == "F":
            words = response.headers.get("Description", "").strip()[:_HEADER_TEXT_MAX]
            raise failure.described(self.settings.url, self._redacted(words))
        if result != "T":
            raise failure.not_busy(self.settings.url, f"status {response.status_code}, no header Result")

    def _redacted(self, words: str) -> str:
        return words.replace(self.settings.password, "***") if self.settings.password else words


def _why(error: Exception) -> str:
    """The innermost reason, without addresses of objects."""
    found: BaseException = error
    while found.__context__ is not None:
        found = found.__context__
    return type(found).__name__


def _header_text(config: Mapping[str, JsonValue], name: str) -> str:
    text = str(config.get(name) or "")
    if not text.isprintable() or not text.isascii():
        raise failure.setting(name, "must be plain characters: it travels in a header of a request")
    return text


def _number(config: Mapping[str, JsonValue], name: str, usual: float, least: float) -> float:
    value = config.get(name, usual)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value < least:
        raise failure.setting(name, f"must be a number, {least:g} at least")
    return float(value)
