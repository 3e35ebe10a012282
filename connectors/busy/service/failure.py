"""What can go wrong with the web service, as sentences with a remedy."""

from __future__ import annotations

from canonical.errors import (
    ConfigurationError,
    CredentialError,
    KhataError,
    SourceMalformed,
    SourceRejected,
    SourceUnavailable,
)

SWITCH_ON = (
    "In BUSY: Administration > Configuration > Features/Options, enable the web service and note its port (981 unless "
    "changed); then leave BUSY running with the company open."
)
_NO_COMPANY = "open a company"
_NO_ENTRY = ("password", "user name", "not authorised", "not authorized")


def described(url: str, words: str) -> KhataError:
    """BUSY answered with ``Result: F``; what it says decides."""
    folded = words.casefold()
    if _NO_COMPANY in folded:
        return SourceRejected(
            f"BUSY at {url} runs, but no company is open in it ({words}). Open the company whose books are connected, "
            "then try again.",
            code="busy.service.no_company",
        )
    if any(part in folded for part in _NO_ENTRY):
        return CredentialError(
            f"BUSY at {url} does not let us in ({words}). Check service.user and service.password: a user of the "
            "company with the right to use the web service.",
            code="busy.service.sign_in",
        )
    return SourceRejected(
        f"BUSY at {url} refused a question ({words or 'it does not say why'}). If its database is SQL Server, set "
        "service.mode to sqlserver.",
        code="busy.service.refused",
    )


def unreachable(url: str, why: str) -> SourceUnavailable:
    """Nobody listens, or the connection broke."""
    return SourceUnavailable(
        f"BUSY's web service at {url} does not answer ({why}). {SWITCH_ON}", code="busy.service.unreachable"
    )


def timed_out(url: str, seconds: float) -> SourceUnavailable:
    """No answer in time: a dialog is open, or the program is at work."""
    return SourceUnavailable(
        f"BUSY at {url} gave no answer within {seconds:.0f} s. Close any message on its screen; raise "
        "service.timeout_s if a company is large.",
        code="busy.service.timed_out",
        seconds=round(seconds),
    )


def not_busy(url: str, what: str) -> SourceRejected:
    """Something else listens there."""
    return SourceRejected(
        f"What answers at {url} is not BUSY's web service ({what}). Check the address and the port.",
        code="busy.service.not_busy",
    )


def malformed(url: str, why: str) -> SourceMalformed:
    """An answer that is no rowset to its end; part of a table is no table."""
    return SourceMalformed(
        f"An answer of BUSY at {url} breaks off or is no rowset ({why}). Try again; lower service.codes_per_call if it "
        "stays so.",
        code="busy.service.malformed",
    )


def other_company(url: str, wanted: str, found: str) -> SourceRejected:
    """The open company is another one than the connected one."""
    return SourceRejected(
        f"BUSY at {url} has {found} open, but {wanted} is connected. Open the company that is connected.",
        code="busy.service.company_mismatch",
        found=found,
        wanted=wanted,
    )


def setting(field: str, problem: str) -> ConfigurationError:
    """A setting that cannot be."""
    return ConfigurationError(f"service.{field} {problem}.", code="busy.service.setting", field=field)
