"""Asks the Corporate EDE API: the list of branches, one answer at a time; what it refuses becomes our errors.

Plain ``urllib`` on purpose: the list of branches takes the company code in its address, and the usual HTTP libraries
write addresses into their logs. Neither a log, nor an error, nor a record holds any of the three secrets.
"""

from __future__ import annotations

import http.client
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any, Final
from urllib.parse import quote, urlsplit

from canonical.errors import ConfigurationError, CredentialError, RateLimited, SourceRejected, SourceUnavailable
from connectors.marg.ede.envelope import Json, open_envelope
from connectors.marg.settings import ApiSettings
from connectors.sdk.base import Surroundings

ROWS_PATH: Final = "/api/eOnlineData/MargCorporateEDE"
BRANCHES_PATH: Final = "/api/margcorporateede/masters"
SUCCESS: Final = "sucess"
"""Marg's own spelling, in lower case; the right one is taken too."""
NOTHING: Final = "no record found"
FULL_LIMIT: Final = "full sync limit"
DONE: Final = frozenset({"completed", "10"})
IST: Final = timezone(timedelta(hours=5, minutes=30), "IST")
TRIES: Final = 3
RETRY_S: Final = 10.0
REFUSED_FOR_GOOD: Final = frozenset({401, 403})
_LOOPBACK: Final = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One page of a branch.

    Attributes:
        rows: by collection.
        masters: the branch itself, empty if it is not said.
        index: where the next page begins.
        moment: Marg's time of the data, in India, as text.
        is_last: nothing follows.
    """

    rows: Mapping[str, list[Json]]
    masters: Json
    index: str
    moment: str
    is_last: bool


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Keys are sent to the address of the settings and to no other."""

    def redirect_request(self, *_: Any) -> None:
        """Follow nothing: the redirect itself becomes the answer."""


class EdeClient:
    """One company code.

    Args:
        settings: of the API.
        surroundings: for waiting between tries.
    """

    def __init__(self, settings: ApiSettings, surroundings: Surroundings) -> None:
        self.settings = settings
        self.calls = 0
        self._sleep = surroundings.sleep
        self._opener = urllib.request.build_opener(_NoRedirect)
        _check_address(settings.url)

    def branches(self) -> list[Json]:
        """The branches of the company: number, name, store, licence. They come in plain JSON.

        Raises:
            SourceError: Marg does not answer, or refuses.
        """
        answer = self._ask(f"{BRANCHES_PATH}?companycode={quote(self.settings.company_code, safe='')}", None)
        found = answer.get("Data")
        rows = [row for row in found if isinstance(row, dict)] if isinstance(found, list) else []
        if not rows:
            raise SourceRejected(
                "Marg's EDE knows no branch of this company code: check the code, and that the EDE licence is active.",
                code="marg.ede.no_branches",
            )
        return rows

    def rows(self, branch: str, *, moment: str, index: str) -> Answer:
        """One page of a branch's rows.

        Args:
            branch: its number (CompanyID).
            moment: changes since then, in India, as text; empty for everything.
            index: where the page begins, as the page before said.

        Raises:
            RateLimited: Marg allows no more full pulls for now.
            CredentialError: the keys are refused, or open no answer.
            SourceError: Marg does not answer, or refuses.
        """
        body = {
            "CompanyCode": self.settings.company_code,
            "Datetime": moment,
            "MargKey": self.settings.marg_key,
            "Index": index,
            "CompanyID": branch,
            "APIType": self.settings.api_type,
        }
        return self._read(self._ask(ROWS_PATH, body), moment, index)

    def _read(self, answer: Json, moment: str, index: str) -> Answer:
        inner = answer.get("Details")
        details: Json = inner if isinstance(inner, dict) else answer
        message = str(_named(details, "Message") or _named(answer, "Message") or "")
        status = str(_named(details, "Status") or _named(answer, "Status") or "").strip().casefold()
        is_empty = NOTHING in message.casefold()
        if status not in (SUCCESS, "success") and not is_empty:
            raise self._refusal(message)
        state = str(_named(details, "DataStatus") or "").strip().casefold()
        return Answer(
            rows={name: _rows(held) for name, held in details.items() if isinstance(held, list)},
            masters=_one(details.get("Masters")),
            index=str(_or(_named(details, "Index"), index)),
            moment=str(_named(details, "DateTime") or moment),
            is_last=is_empty or state in DONE,
        )

    def _refusal(self, message: str) -> RateLimited | CredentialError | SourceRejected:
        words = message.casefold()
        if FULL_LIMIT in words:
            return full_pull_refused("Marg")
        if "key" in words or "invalid company" in words or "unauthor" in words:
            return CredentialError(
                "Marg's EDE does not take the company code or the MargKey: check both with Marg's support.",
                code="marg.ede.refused_keys",
            )
        return SourceRejected(
            f"Marg's EDE refused: {self._without_secrets(message)[:200] or 'it does not say why'}.",
            code="marg.ede.refused",
        )

    def _without_secrets(self, text: str) -> str:
        for secret in self.settings.secrets:
            text = text.replace(secret, "***")
        return text

    def _ask(self, path: str, body: Mapping[str, str] | None) -> Json:
        """Ask until there is an answer, a few times: a full pull that breaks off is used up at Marg's all the same."""
        for left in range(TRIES - 1, -1, -1):
            try:
                return open_envelope(self._send(path, body), self.settings.decryption_key)
            except SourceUnavailable:
                if not left:
                    raise
                self._sleep(RETRY_S)
        raise AssertionError("unreachable")

    def _send(self, path: str, body: Mapping[str, str] | None) -> bytes:
        self.calls += 1
        request = urllib.request.Request(  # noqa: S310 - the scheme was checked
            self.settings.url + path,
            data=json.dumps(body).encode() if body is not None else None,
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        try:
            with self._opener.open(request, timeout=self.settings.timeout_s) as answer:
                told: bytes = answer.read()
                return told
        except urllib.error.HTTPError as error:
            raise _status_error(error.code) from None  # the cause would show the address
        except TimeoutError:
            raise _unavailable(f"did not answer within {self.settings.timeout_s:.0f} seconds") from None
        except (urllib.error.URLError, http.client.HTTPException, OSError) as error:
            raise _unavailable(f"cannot be reached ({type(error).__name__})") from None


def full_pull_refused(by: str) -> RateLimited:
    """Full pulls are rationed; when the ration is renewed is not documented, so a day is waited."""
    return RateLimited(
        f"{by} allows no more full pulls of this branch for now ('Full sync limit exceeded'). Syncs of changes go on; "
        "everything can be read anew from tomorrow.",
        code="marg.ede.full_pull_limit",
        retry_after_s=86_400.0,
    )


def ist_text(moment: datetime) -> str:
    """A moment as EDE writes it: India's time, to the second."""
    return moment.astimezone(IST).strftime("%Y-%m-%d %H:%M:%S")


def ist_moment(text: str) -> datetime | None:
    """What EDE wrote as a moment; None if it cannot be read."""
    try:
        return datetime.fromisoformat(text.strip()).replace(tzinfo=IST)
    except ValueError:
        return None


def _check_address(url: str) -> None:
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK):
        return
    raise ConfigurationError(
        "The address of Marg's EDE must begin with https://, because the keys of the licence are sent there.",
        code="marg.settings",
    )


def _status_error(status: int) -> CredentialError | SourceUnavailable | SourceRejected:
    if status in REFUSED_FOR_GOOD:
        return CredentialError("Marg's EDE does not let us in: check the licence.", code="marg.ede.refused_keys")
    if status >= 500 or status in (408, 429):  # noqa: PLR2004 - HTTP's own classes
        return _unavailable(f"answered with status {status}")
    return SourceRejected(f"Marg's EDE refused the call with status {status}.", code="marg.ede.refused")


def _unavailable(how: str) -> SourceUnavailable:
    return SourceUnavailable(f"Marg's EDE {how}. It is asked again later.", code="marg.ede.unavailable")


def _named(details: Json, name: str) -> Any:
    """A member whatever its case: ``DataStatus`` is ``Datastatus`` in some versions."""
    wanted = name.casefold()
    return next((value for key, value in details.items() if key.casefold() == wanted), None)


def _or(value: Any, other: str) -> Any:
    return other if value is None or value == "" else value


def _rows(held: list[Any]) -> list[Json]:
    return [row for row in held if isinstance(row, dict)]


def _one(held: Any) -> Json:
    """The branch is an object in Corporate answers; a list of one does no harm."""
    if isinstance(held, list):
        held = held[0] if held else {}
    return held if isinstance(held, dict) else {}
