"""What is the matter with this Tally, in plain words, and what to do about it.

One state at a time, the first that stands in the way, tested by a real question: a bare ping is answered by a Tally
that answers nothing else. ``find_gateways`` looks for a Tally on the ports it was found on in practice.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from canonical.errors import Fact, SourceError
from connectors.tally.gateway.client import GatewayClient
from connectors.tally.gateway.companies import Edition, LoadedCompany, company_list, list_books, verify_company
from connectors.tally.gateway.endpoint import PORTS_SEEN, Endpoint
from connectors.tally.gateway.profile import CapabilityProfile

QUICK_S = 10.0
"""A free Tally lists its companies in milliseconds."""


def for_a_person(endpoint: Endpoint) -> Endpoint:
    """The same Tally, asked with the patience of somebody who waits at a terminal: a minute, not ten."""
    return replace(endpoint, answer_timeout_s=30.0, pause_s=0.1, drain_min_s=30.0, drain_max_s=45.0, lock_wait_s=5.0)


class State(StrEnum):
    """How a Tally is found, best first."""

    READY = "ready"
    LIMITED = "limited"
    """It answers, but its settings or licence keep something back."""
    NO_COMPANY_OPEN = "no company open"
    COMPANY_NOT_LOADED = "company not open"
    COMPANY_MISMATCH = "another company"
    BUSY = "busy"
    IN_USE = "in use by Khata"
    DIALOG_SUSPECTED = "message box suspected"
    REFUSED = "refused"
    TRUNCATED = "truncated"
    """An answer stopped before its end, or was larger than allowed; nothing of it is used."""
    EMPTY = "empty"
    """A complete answer without a byte in it, which is not an empty list."""
    UNREADABLE = "unreadable"
    NOT_TALLY = "not Tally"
    NOT_LISTENING = "not listening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was found.

    Attributes:
        state: the first thing in the way, or ready.
        sentence: what it means.
        remedy: what to do; empty if nothing.
        companies: those open in Tally.
        facts: for programs and logs: code, release, edition, seconds.
    """

    state: State
    sentence: str
    remedy: str = ""
    companies: tuple[LoadedCompany, ...] = ()
    facts: Mapping[str, Fact] = field(default_factory=dict)

    @property
    def is_usable(self) -> bool:
        """Reading can go ahead."""
        return self.state in (State.READY, State.LIMITED)


@dataclass(frozen=True, slots=True)
class _Finding:
    state: State
    remedy: str


_LOOK_AT_THE_WINDOW = (
    "Look at the Tally window on that computer. Answer the message box or finish the screen that is open; if it does "
    "not react, close Tally in the Task Manager and start it again."
)
_FINDINGS: dict[str, _Finding] = {
    "tally.gateway.not_listening": _Finding(
        State.NOT_LISTENING,
        "1. Start Tally on that computer. 2. Press F1 (Help) > Settings > Connectivity > Client/Server configuration: "
        "'TallyPrime acts as' Both (or Server), 'Enable ODBC' Yes, note the port (ERP 9: F12 > Advanced "
        "Configuration). 3. Restart Tally. 4. From another computer: let the port through its firewall, or better use "
        "a tunnel, for the gateway asks no password.",
    ),
    "tally.gateway.busy": _Finding(
        State.BUSY,
        "Tally works on one thing at a time, also for the person at the keyboard. Wait until the export, import or "
        "report that is running has finished, and try again. If it is slow always, restart Tally.",
    ),
    "tally.gateway.locked": _Finding(
        State.IN_USE, "Another Khata process (a sync, a watch) is talking to this Tally. Wait until it is done."
    ),
    "tally.gateway.dialog_suspected": _Finding(State.DIALOG_SUSPECTED, _LOOK_AT_THE_WINDOW),
    "tally.gateway.no_reply": _Finding(State.DIALOG_SUSPECTED, _LOOK_AT_THE_WINDOW),
    "tally.gateway.empty": _Finding(State.EMPTY, _LOOK_AT_THE_WINDOW),
    "tally.gateway.no_company_open": _Finding(
        State.NO_COMPANY_OPEN, "Open the company in Tally (F3 > Select Company). Khata cannot open it."
    ),
    "tally.gateway.only_groups_open": _Finding(
        State.NO_COMPANY_OPEN,
        "Open the companies the group consists of (F3 > Select Company). A group has no books of its own.",
    ),
    "tally.gateway.company_not_loaded": _Finding(
        State.COMPANY_NOT_LOADED,
        "Open the company in Tally (F3 > Select Company) beside those that are open, and leave it open. After a "
        "restart Tally reopens only the last one.",
    ),
    "tally.gateway.company_mismatch": _Finding(
        State.COMPANY_MISMATCH,
        "Open the company that was connected. If its books were split, or a copy is meant to be read, connect that one "
        "as a company of its own.",
    ),
    "tally.gateway.not_tally": _Finding(
        State.NOT_TALLY,
        "Another program uses this port. Give the port that Tally shows under F1 > Settings > Connectivity.",
    ),
    "tally.gateway.not_encrypted": _Finding(
        State.NOT_TALLY,
        "Write http:// for Tally itself. For a tunnel or proxy in front of it: let it show a certificate that this "
        "computer trusts.",
    ),
    "tally.gateway.http_status": _Finding(
        State.NOT_TALLY,
        "If a tunnel or proxy stands in front of Tally, it cannot reach it: start Tally, then check the tunnel. If "
        "none does, another program uses this port: give the one that Tally shows under F1 > Settings > Connectivity.",
    ),
    "tally.gateway.refused": _Finding(
        State.REFUSED,
        "Tally understood too little of the question. Update Tally; if it stays, send us the message above.",
    ),
    "tally.gateway.truncated": _Finding(
        State.TRUNCATED, "The answer broke off. Try again; if it stays, restart Tally."
    ),
    "tally.gateway.too_large": _Finding(
        State.TRUNCATED,
        "Set gateway.bytes_max of the connection higher, as far as this computer's disk allows; if it stays, restart "
        "Tally.",
    ),
    "tally.gateway.malformed": _Finding(
        State.UNREADABLE, "The answer has no form known to Khata. If it stays, send us the message above."
    ),
}
_OTHERWISE = _Finding(State.UNREADABLE, "Try again; if it stays, restart Tally.")


def diagnose(
    client: GatewayClient,
    *,
    company: LoadedCompany | None = None,
    profile: CapabilityProfile | None = None,
    quick_s: float = QUICK_S,
) -> Diagnosis:
    """Find out how a Tally is.

    Args:
        client: which; with its patience (drain budgets), because a busy Tally must be told from a stuck one.
        company: the one connected, to see whether it is open and still the same books.
        profile: what was measured when it was connected.
        quick_s: an answer within this is a free Tally's.
    """
    try:
        companies = list_books(client, timeout_s=quick_s)
        if company is not None:
            company = verify_company(client, company)
    except SourceError as error:
        return _of_error(error)
    return _of_answer(client.endpoint, companies, company, profile)


def _of_error(error: SourceError) -> Diagnosis:
    finding = _FINDINGS.get(error.code, _OTHERWISE)
    return Diagnosis(
        state=finding.state,
        sentence=error.message,
        remedy=finding.remedy,
        facts={"code": error.code, **error.facts},
    )


def _of_answer(
    endpoint: Endpoint,
    companies: tuple[LoadedCompany, ...],
    company: LoadedCompany | None,
    profile: CapabilityProfile | None,
) -> Diagnosis:
    shown = company or next((item for item in companies if item.is_active), companies[0])
    advice = profile.advice if profile else ()
    if not advice and shown.edition is Edition.EDUCATION:
        advice = CapabilityProfile(edition=shown.edition).advice
    names = ", ".join(item.name for item in companies)
    count = len(companies)
    return Diagnosis(
        state=State.LIMITED if advice else State.READY,
        sentence=f"Tally answers at {endpoint.url}; {count} compan{'y is' if count == 1 else 'ies are'} open: {names}.",
        remedy=" ".join(advice),
        companies=companies,
        facts={"product": shown.product, "edition": shown.edition.value, "companies": count},
    )


def find_gateways(
    make_client: Callable[[Endpoint], GatewayClient],
    *,
    host: str = "localhost",
    ports: Sequence[int] = PORTS_SEEN,
    endpoint: Endpoint | None = None,
) -> tuple[Endpoint, ...]:
    """Look where a Tally answers on one computer; asks each listening port for its companies.

    Args:
        make_client: makes the client for an endpoint.
        host: the computer.
        ports: where to look.
        endpoint: patience to look with.
    """
    found = []
    for port in ports:
        place = replace(endpoint or _IMPATIENT, host=host, port=port)
        if _is_tally(make_client(place)):
            found.append(place)
    return tuple(found)


_IMPATIENT = Endpoint(connect_timeout_s=1.0, answer_timeout_s=QUICK_S, pause_s=0.0, drain_min_s=1.0, drain_max_s=1.0)


def _is_tally(client: GatewayClient) -> bool:
    try:
        client.send(company_list()).close()
    except SourceError as error:
        return error.code not in _NOT_HERE
    return True


_NOT_HERE = frozenset(
    {
        "tally.gateway.not_listening",
        "tally.gateway.not_tally",
        "tally.gateway.not_encrypted",
        "tally.gateway.http_status",
    }
)
