"""What can go wrong between us and Tally: one function per state, each with what it means and what to do.

The states are distinct because the remedies are: start Tally, wait, click a message box, open the company, open the
right one, ask for less. ``TOO_HEAVY`` are those after which the same question must not be put again, only a smaller
one.
"""

from __future__ import annotations

from canonical.errors import InvariantError, SourceError, SourceMalformed, SourceRejected, SourceUnavailable

CONNECTIVITY = "In Tally: F1 (Help) > Settings > Connectivity: acts as Both or Server, and the port"
_SHOWN = 200
_MEBIBYTE = 1024 * 1024

TOO_HEAVY = frozenset({"tally.gateway.busy", "tally.gateway.truncated", "tally.gateway.too_large"})
"""Codes after which a smaller request may succeed; the same one is refused without being sent."""


def not_listening(url: str, reason: str) -> SourceUnavailable:
    """Nothing accepts a connection."""
    return SourceUnavailable(
        f"Nothing listens at {url} ({reason}). Start Tally there; if it runs, check the address and that it is a "
        f"server. {CONNECTIVITY} as given here; then restart Tally.",
        code="tally.gateway.not_listening",
        url=url,
    )


def locked(url: str, seconds: float, holder: str) -> SourceUnavailable:
    """Another Khata process is talking to this Tally."""
    doing = f" ({holder})" if holder else ""
    return SourceUnavailable(
        f"Another Khata process has been using Tally at {url} for {seconds:.0f} s{doing}. Tally answers one question "
        "at a time; wait until the other one is done, or stop it.",
        code="tally.gateway.locked",
        url=url,
    )


def busy(url: str, request: str, seconds: float) -> SourceUnavailable:
    """No answer in time, but Tally came free afterwards."""
    return SourceUnavailable(
        f"Tally at {url} did not finish {request} within {seconds:.0f} s; it has come free since. Somebody may be "
        "working in it, or the question was too large: vouchers are asked for in smaller parts next.",
        code="tally.gateway.busy",
        url=url,
        request=request,
        seconds=round(seconds, 1),
        next_run=True,
    )


def dialog_suspected(url: str, request: str, seconds: float) -> SourceRejected:
    """Connections are accepted, nothing is answered, not even the smallest question."""
    return SourceRejected(
        f"Tally at {url} accepts connections but has answered nothing for {seconds:.0f} s, not even the list of "
        "companies. Look at the Tally window: a message box or an unfinished export waits for a key. Close it, or "
        "restart Tally if it does not react.",
        code="tally.gateway.dialog_suspected",
        url=url,
        request=request,
        seconds=round(seconds, 1),
    )


def no_reply(url: str, request: str) -> SourceUnavailable:
    """The connection ended without a single byte."""
    return SourceUnavailable(
        f"Tally at {url} closed the connection without answering {request}. It may have been restarted or have "
        "crashed; look at the Tally window.",
        code="tally.gateway.no_reply",
        url=url,
        request=request,
    )


def empty(url: str, request: str) -> SourceUnavailable:
    """A complete HTTP answer without content."""
    return SourceUnavailable(
        f"Tally at {url} answered {request} with nothing at all. That is no empty list but no answer; look at the "
        "Tally window and try again.",
        code="tally.gateway.empty",
        url=url,
        request=request,
    )


def truncated(url: str, request: str, byte_count: int) -> SourceUnavailable:
    """The answer does not reach its closing tag."""
    return SourceUnavailable(
        f"The answer of Tally at {url} to {request} stops after {byte_count} bytes, before its end; nothing of it is "
        "used. Vouchers are asked for in smaller parts next; of anything else, try again.",
        code="tally.gateway.truncated",
        url=url,
        request=request,
        bytes=byte_count,
    )


def too_large(url: str, request: str, limit: int) -> SourceUnavailable:
    """The answer was cut by us."""
    return SourceUnavailable(
        f"The answer of Tally at {url} to {request} is larger than {limit / _MEBIBYTE:.0f} MiB; nothing of it is used. "
        "Vouchers are asked for in smaller parts next; of anything else, try again.",
        code="tally.gateway.too_large",
        url=url,
        request=request,
        limit=limit,
    )


def same_again(url: str, request: str) -> InvariantError:
    """A caller repeats what has just proved too much."""
    return InvariantError(
        f"{request} was too much for Tally at {url} in this run and was about to be sent again unchanged.",
        code="tally.gateway.same_again",
        url=url,
        request=request,
    )


def budget_spent(url: str, troubles: int) -> SourceUnavailable:
    """Too many expired requests in one run."""
    return SourceUnavailable(
        f"{troubles} requests to Tally at {url} expired or were cut in this run; it stops here and goes on from what "
        "is stored next time. If it happens again, restart Tally: it slows down when it has been open for days.",
        code="tally.gateway.budget_spent",
        url=url,
        troubles=troubles,
        next_run=True,
    )


def http_status(url: str, status: int) -> SourceUnavailable:
    """Something in front of Tally, or a restarting Tally; Tally itself always says 200."""
    return SourceUnavailable(
        f"{url} answered with HTTP status {status}, which Tally itself never does. A tunnel or proxy in front of it "
        "cannot reach it, or another program uses the port.",
        code="tally.gateway.http_status",
        url=url,
        status=status,
    )


def not_tally(url: str, found: str) -> SourceRejected:
    """Another program listens."""
    return SourceRejected(
        f"What answers at {url} is not Tally ({found}). Check the port. {CONNECTIVITY}.",
        code="tally.gateway.not_tally",
        url=url,
    )


def not_encrypted(url: str, reason: str) -> SourceRejected:
    """The address says https, and what listens there does not, or not as we trust it."""
    plain = url.replace("https://", "http://", 1)
    return SourceRejected(
        f"The connection to {url} cannot be encrypted: {reason}. For Tally itself write {plain}; https is for a "
        "tunnel or proxy in front of it.",
        code="tally.gateway.not_encrypted",
        url=url,
    )


def only_groups_open(url: str, names: str) -> SourceRejected:
    """What is open has no books of its own."""
    return SourceRejected(
        f"Only a group of companies is open in Tally at {url}: {names}. It has no books of its own; open the companies "
        "it consists of (F3 > Select Company).",
        code="tally.gateway.only_groups_open",
        url=url,
    )


def no_company_open(url: str) -> SourceRejected:
    """Tally stands at its company menu."""
    return SourceRejected(
        f"Tally at {url} has no company open. Open the company in Tally; Khata cannot open it.",
        code="tally.gateway.no_company_open",
        url=url,
    )


def company_not_loaded(url: str, company: str) -> SourceRejected:
    """Others may be open, this one is not."""
    return SourceRejected(
        f"The company {company!r} is not open in Tally at {url}. Open it there (F3 > Select Company) and leave "
        "it open.",
        code="tally.gateway.company_not_loaded",
        url=url,
        company=company,
    )


def company_mismatch(url: str, company: str, reason: str) -> SourceRejected:
    """The company open under this name is another set of books than the one connected."""
    return SourceRejected(
        f"The company {company!r} open in Tally at {url} is not the one connected: {reason}. Open the right one, or "
        "connect this one as a company of its own.",
        code="tally.gateway.company_mismatch",
        url=url,
        company=company,
    )


def refused(url: str, request: str, said: str) -> SourceRejected:
    """Tally answered with an error of its own."""
    return SourceRejected(
        f"Tally at {url} refused {request}: {said[:_SHOWN]!r}.",
        code="tally.gateway.refused",
        url=url,
        request=request,
    )


def report_unknown(url: str, request: str) -> SourceRejected:
    """This release has no report of that name."""
    return SourceRejected(
        f"Tally at {url} has no report for {request}. Its release may be older or newer than those known; without the "
        "report there is less to prove the books against.",
        code="tally.gateway.report_unknown",
        url=url,
        request=request,
    )


def malformed(url: str, request: str, reason: str) -> SourceMalformed:
    """An answer in no known form, or XML that cannot be repaired."""
    return SourceMalformed(
        f"The answer of Tally at {url} to {request} cannot be read: {reason[:_SHOWN]}.",
        code="tally.gateway.malformed",
        url=url,
        request=request,
    )


def from_words(url: str, request: str, company: str, said: str) -> SourceError:
    """Turn Tally's own words (LINEERROR, ERRORMSG, RESPONSE) into the state they mean."""
    folded = said.casefold()
    if "could not set 'svcurrentcompany'" in folded:
        return company_not_loaded(url, company)
    if "could not find report" in folded:
        return report_unknown(url, request)
    if "not open" in folded and "company" in folded:
        return no_company_open(url)
    return refused(url, request, said)
