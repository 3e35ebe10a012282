"""Asks a product's JSON API: signs in, keeps the pace, waits and repeats, and says what went wrong in our words.

What a product says in its own words (codes in bodies, faults with status 200) is read by the connector's ``judge``;
what can be done about it follows from the class of the error that it returns. One client serves one thread; the
keeper, the pace and the breaker behind it are shared.

What is repeated
    An answer that never came or was cut may belong to a call that took effect. Calls that only read are repeated after
    every passing failure; a call that writes only when the source certainly did nothing (401, 429), or when the caller
    says that repeating is safe (``repeatable=True``: the product recognises the same request).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import msgspec
import requests
from urllib3.exceptions import NewConnectionError

from canonical.errors import KhataError, RateLimited, SourceError, SourceMalformed, SourceUnavailable
from connectors.sdk.answers import (
    BROKEN_FROM,
    UNAUTHORISED,
    broken,
    by_status,
    cut,
    host_of,
    not_signed_in,
    retry_after_s,
)
from connectors.sdk.outgoing import READING, Authorise, Call, Outgoing
from connectors.sdk.pacing import LONG_PAUSE_S, QUOTA_USED
from connectors.sdk.tokens import Breaker, Pace, TokenKeeper, Tokens

CHUNK: Final = 64 << 10
FINAL: Final = frozenset({"source.answer_too_long", QUOTA_USED, "source.resting"})
"""Codes of passing failures that a few seconds do not mend."""
HIDDEN: Final = "<token>"
VAIN: Final = timedelta(minutes=3)
"""A token that was renewed for a refused call, and refused again, is not renewed for other calls for so long: what it
lacks is a permission, and servers give only a few tokens in ten minutes."""
OUTCOME_UNKNOWN: Final = "outcome_unknown"
"""Fact of an error: a try of the call may have taken effect, also if the last one was refused."""

Judge = Callable[[requests.Response], KhataError | None]
"""Reads an answer in the product's words: the error it is, or None if it is none. The body is loaded (``content``) and
may be anything, cut or a proxy's page for example; whether a success can be read is looked at afterwards."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manners:
    """How a client asks.

    Attributes:
        connect_s: patience for a connection.
        read_s: patience between two pieces of an answer.
        max_bytes: of an answer's body, unpacked.
        tries: of one call, with the first.
        first_wait_s: before the second try, doubled for each one after it; the wait is drawn between half and whole.
        longest_wait_s: of all those; a source that asks for more is told of as ``RateLimited`` at once.
    """

    connect_s: float = 10.0
    read_s: float = 130.0
    max_bytes: int = 64 << 20
    tries: int = 5
    first_wait_s: float = 1.0
    longest_wait_s: float = LONG_PAUSE_S


def bearer(tokens: Tokens) -> Mapping[str, str]:
    """Sign a call as RFC 6750 says."""
    return {"Authorization": f"Bearer {tokens.access_token}"}


class RestClient:
    """Calls one API on behalf of one connection.

    Args:
        base_url: scheme, host and the beginning of every path.
        keeper: of the connection's tokens.
        refresh: asks the authorisation server for new ones.
        pace: taken before every call.
        breaker: asked before every call, told after it.
        clock: UTC time of day.
        sleep: waits that many seconds.
        random: a number from 0 to 1, for jitter.
        judge: reads answers; None for status codes alone.
        session: to ask with; nothing of its own is signed in.
        authorise: the headers that sign a call.
        manners: limits and patience.
        subject: whose calls these are, for people (``connection shop``); errors begin with it if they do not name it.
        decimals: what becomes of a JSON number with a point; ``Decimal`` keeps it exact.
    """

    def __init__(
        self,
        *,
        base_url: str,
        keeper: TokenKeeper,
        refresh: Callable[[Tokens], Tokens],
        pace: Pace,
        breaker: Breaker,
        clock: Callable[[], datetime],
        sleep: Callable[[float], None],
        random: Callable[[], float],
        judge: Judge | None,
        session: requests.Session,
        authorise: Authorise = bearer,
        manners: Manners | None = None,
        subject: str = "",
        decimals: Callable[[str], Any] | None = None,
    ) -> None:
        self.base_url = base_url.rstrip("/")
        self._keeper, self._refresh = keeper, refresh
        self._pace, self._breaker = pace, breaker
        self._clock, self._sleep, self._random = clock, sleep, random
        self._judge = judge
        self._outgoing = Outgoing(self.base_url, session, authorise)
        self._manners = manners or Manners()
        self._decoder = msgspec.json.Decoder(float_hook=decimals)
        self._subject = subject
        self._in_vain: tuple[str, datetime] | None = None
        self.calls = 0
        """Requests sent, repeats included: what the day's quota was charged."""
        self.on_call: Callable[[int], None] | None = None
        """Told of every request by its number, for whoever watches."""

    def left_today(self) -> int | None:
        """Calls left of the quota; None where there is none."""
        return self._pace.left_today()

    def call(
        self,
        method: str,
        path: str,
        *,
        params: Mapping[str, Any] | None = None,
        json: Any = None,
        data: bytes | str | None = None,
        headers: Mapping[str, str] | None = None,
        repeatable: bool | None = None,
    ) -> dict[str, Any]:
        """Make one call, with as many requests as it takes.

        Args:
            method: of HTTP.
            path: after ``base_url``.
            params: of the query.
            json: the body, as JSON.
            data: the body, as it is; instead of ``json``.
            headers: besides the usual ones.
            repeatable: the call may be made twice; None: if the method only reads.

        Returns:
            The JSON object answered; empty for an empty body.

        Raises:
            CredentialError: the sign-in is refused, also with renewed tokens.
            RateLimited: the source, or our own plan for the day, wants a longer pause than we wait.
            SourceUnavailable: no answer after all tries, or the breaker is open. ``source.outcome_unknown`` if a
                writing call may have taken effect.
            SourceMalformed: cut or not JSON after all tries, or too large.
            KhataError: as ``judge`` says.
        """
        request = Call(
            method=method.upper(),
            url=f"{self.base_url}/{path.lstrip('/')}",
            params=params or {},
            json=json,
            data=data,
            headers=headers,
        )
        is_safe = request.method in READING if repeatable is None else repeatable
        try:
            return self._repeat(request, is_safe=is_safe)
        except KhataError as error:
            raise about(error, self._subject) from None

    def _repeat(self, request: Call, *, is_safe: bool) -> dict[str, Any]:
        refused_tokens: Tokens | None = None
        tried, is_unknown = 0, False
        while True:
            try:
                return self._ask_once(request, self._signed_in(refused_tokens))
            except _SignInRefused as refused:
                if refused_tokens is not None or self._was_renewed_in_vain(refused.tokens):
                    self._in_vain = self._in_vain if refused_tokens is None else self._noted(refused.tokens)
                    raise _marked(refused.error, is_unknown=is_unknown) from None
                refused_tokens = refused.tokens
            except (RateLimited, SourceUnavailable, SourceMalformed) as error:
                tried += 1
                wait = self._wait_after(error, tried)
                is_unknown = is_unknown or not (request.method in READING or _did_nothing(error))
                if wait is None or not (is_safe or _did_nothing(error)):
                    told = _told(error, is_safe=is_safe, method=request.method)
                    raise _marked(told, is_unknown=is_unknown) from None
                self._sleep(wait)
            except KhataError as error:
                raise _marked(error, is_unknown=is_unknown) from None

    def _noted(self, tokens: Tokens) -> tuple[str, datetime]:
        return tokens.access_token, self._clock()

    def _was_renewed_in_vain(self, tokens: Tokens) -> bool:
        if self._in_vain is None:
            return False
        token, at = self._in_vain
        return token == tokens.access_token and self._clock() - at < VAIN

    def _signed_in(self, refused: Tokens | None) -> Tokens:
        """Tokens that have not ended and are not the refused ones."""
        tokens = self._keeper.current()
        is_refused = refused is not None and tokens.access_token == refused.access_token
        if not is_refused and not tokens.is_stale(self._clock()):
            return tokens
        try:
            return self._keeper.renew(tokens, self._refresh)
        except SourceUnavailable as error:
            error.facts["was_sent"] = False  # the call itself was not made yet
            raise

    def _ask_once(self, request: Call, tokens: Tokens) -> dict[str, Any]:
        self._breaker.check()
        self._pace.take()
        self.calls += 1
        if self.on_call is not None:
            self.on_call(self.calls)
        try:
            found = self._read(self._send(request, tokens), tokens)
        except (SourceUnavailable, SourceMalformed):
            self._breaker.failed()
            raise
        except (KhataError, _SignInRefused):
            self._breaker.succeeded()
            raise
        self._breaker.succeeded()
        return found

    def _send(self, request: Call, tokens: Tokens) -> requests.Response:
        timeout = (self._manners.connect_s, self._manners.read_s)
        try:
            return self._loaded(self._outgoing.send(request, tokens, timeout))
        except requests.exceptions.ChunkedEncodingError:
            raise cut(request) from None
        except requests.RequestException as error:  # its text holds the address with its query
            raise SourceUnavailable(
                f"{host_of(request)} did not answer ({type(error).__name__}). Is it reachable from here?",
                host=host_of(request),
                was_sent=not _never_connected(error),
            ) from None

    def _loaded(self, answer: requests.Response) -> requests.Response:
        body = bytearray()
        with answer:
            for piece in answer.iter_content(CHUNK):
                body += piece
                if len(body) > self._manners.max_bytes:
                    raise SourceMalformed(
                        f"An answer is longer than {self._manners.max_bytes} bytes; ask for less at a time.",
                        code="source.answer_too_long",
                    )
        answer._content = bytes(body)  # noqa: SLF001 - requests has no other way to limit a body
        return answer

    def _read(self, answer: requests.Response, tokens: Tokens) -> dict[str, Any]:
        status = answer.status_code
        if status >= BROKEN_FROM:
            raise self._judged(answer, tokens) or broken(answer, self._clock())
        error = self._judged(answer, tokens) or by_status(answer)
        if status == UNAUTHORISED:
            raise _SignInRefused(error or not_signed_in(answer), tokens)
        if isinstance(error, RateLimited):
            raise self._hinted(error, answer)
        if error is not None:
            raise error
        return self._decoded(answer)

    def _decoded(self, answer: requests.Response) -> dict[str, Any]:
        if not answer.content:
            return {}
        try:
            found = self._decoder.decode(answer.content)
        except (msgspec.DecodeError, UnicodeDecodeError):
            raise cut(answer.request) from None
        return found if isinstance(found, dict) else {"": found}

    def _judged(self, answer: requests.Response, tokens: Tokens) -> KhataError | None:
        error = self._judge(answer) if self._judge else None
        return without_tokens(error, tokens) if error is not None else None

    def _hinted(self, error: RateLimited, answer: requests.Response) -> RateLimited:
        """Add what ``Retry-After`` says to what the connector knows."""
        asked = retry_after_s(answer.headers.get("Retry-After"), self._clock())
        pause = max(filter(None, (asked, _pause_of(error))), default=None)
        if pause is None:
            return error
        # A quota that is used up stays so: nobody asks again before, and the doctor can say until when.
        self._pace.hold(pause if error.code == QUOTA_USED else min(pause, self._manners.longest_wait_s))
        return RateLimited(error.message, code=error.code, **{**error.facts, "retry_after_s": pause})

    def _wait_after(self, error: SourceError, tried: int) -> float | None:
        """Seconds before the next try; None if there is none."""
        if tried >= self._manners.tries or error.code in FINAL:
            return None
        told = _pause_of(error)
        if told and told > self._manners.longest_wait_s:
            return None
        step = min(self._manners.first_wait_s * 2.0 ** (tried - 1), self._manners.longest_wait_s)
        jittered = step * (0.5 + self._random() / 2)
        return told + jittered if told else jittered


class _SignInRefused(Exception):
    """A signal between two methods; never seen outside."""

    def __init__(self, error: KhataError, tokens: Tokens) -> None:
        super().__init__()
        self.error, self.tokens = error, tokens


def about(error: KhataError, subject: str) -> KhataError:
    """The error, saying whose call it was unless it does; its facts, code and class stay."""
    name = subject.rpartition(" ")[2]
    if not subject or name in error.message.replace(".", " ").replace(",", " ").replace("=", " ").split():
        return error
    return type(error)(f"{subject[:1].upper()}{subject[1:]}: {error.message}", code=error.code, **error.facts)


def without_tokens(error: KhataError, tokens: Tokens) -> KhataError:
    """The error, with the tokens taken out of its words: a product may say back what it was sent."""
    secrets = sorted(filter(None, (tokens.access_token, tokens.refresh_token)), key=len, reverse=True)
    told = (error.message, *(fact for fact in error.facts.values() if isinstance(fact, str)))
    if not any(secret in text for secret in secrets for text in told):
        return error

    def clean(text: str) -> str:
        for secret in secrets:
            text = text.replace(secret, HIDDEN)
        return text

    facts = {name: clean(fact) if isinstance(fact, str) else fact for name, fact in error.facts.items()}
    return type(error)(clean(error.message), code=error.code, **facts)


def _pause_of(error: SourceError) -> float | None:
    told = error.facts.get("retry_after_s")
    return float(told) if told else None


def _never_connected(error: requests.RequestException) -> bool:
    reason = getattr(error.args[0], "reason", None) if error.args else None
    return isinstance(error, requests.ConnectTimeout) or isinstance(reason, NewConnectionError)


def _did_nothing(error: SourceError) -> bool:
    return isinstance(error, RateLimited) or error.facts.get("was_sent") is False


def _marked(error: KhataError, *, is_unknown: bool) -> KhataError:
    """Note that a try of the call may have taken effect, whatever the last one was answered."""
    if is_unknown:
        error.facts[OUTCOME_UNKNOWN] = True
    return error


def _told(error: SourceError, *, is_safe: bool, method: str) -> SourceError:
    if is_safe or _did_nothing(error) or error.code in FINAL:
        return error
    return SourceUnavailable(
        f"{error.message} Whether the {method} took effect is unknown: look before it is made again.",
        code="source.outcome_unknown",
    )
