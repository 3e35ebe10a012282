"""How a person's consent comes back to the command line: by a browser on this computer, or pasted."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

import typer

if TYPE_CHECKING:
    from connectors.sdk.oauth import CompanyChoice
    from khata.sign_in.authorising import Authorisation, Pasted

UNCHECKED: Final = (
    "A code alone does not show that it answers this attempt: somebody else's would open somebody else's books."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What came back.

    Attributes:
        parameters: of the callback.
        is_code_alone: nothing but a code was pasted.
        expected: keys of companies the person named beside a code alone.
    """

    parameters: Mapping[str, str]
    is_code_alone: bool = False
    expected: tuple[str, ...] = ()


def by_browser(attempt: Authorisation, port: int) -> Consent:
    """Open the page, and wait for the browser on this computer."""
    from khata.api.callback import wait_for_browser

    with wait_for_browser(port, attempt.is_answered_by) as waiting:
        if not _opened(attempt.url):
            typer.echo(
                "No browser can be opened here. Open this page in one on this computer, or stop and use", err=True
            )
            typer.echo(f"--no-browser:\n\n{attempt.url}\n", err=True)
        return Consent(parameters=waiting.wait())


def by_paste(attempt: Authorisation, named: Sequence[str]) -> Consent:
    """Show the page's address, and take what a browser elsewhere ended at, or the code alone.

    Args:
        attempt: to be answered.
        named: keys of the companies the person named, for parameters that only the address has.
    """
    from khata.sign_in.authorising import parse_pasted

    typer.echo(f"Open this page in a browser anywhere, and agree:\n\n{attempt.url}\n", err=True)
    typer.echo("The browser then shows a page that may not load. What counts is its address.", err=True)
    pasted = parse_pasted(typer.prompt("The whole address it ended at, or the code alone", err=True))
    if not pasted.is_code_alone:
        return Consent(parameters=pasted.parameters)
    return _of_code(attempt, pasted, named)


def _of_code(attempt: Authorisation, pasted: Pasted, named: Sequence[str]) -> Consent:
    """Ask for what comes with the address only."""
    settings = attempt.settings
    taken = ", ".join(f"{name} {settings.get(name) or usual}" for name, usual in attempt.provider.options.items())
    if taken:
        typer.echo(f"A code alone does not say where it is from; taken as set: {taken}.", err=True)
    found, told = dict(pasted.parameters), list(named)
    for name, words in attempt.provider.beside_code.items():
        if name in found:
            continue
        if len(named) == 1:
            found[name] = named[0]
            continue
        with contextlib.suppress(typer.Abort):  # the provider says what is missing
            found[name] = typer.prompt(words[:1].upper() + words[1:], err=True).strip()
            told.append(found[name])
    return Consent(parameters=found, is_code_alone=True, expected=tuple(told))


def confirm_code(connector: str, known: Sequence[CompanyChoice], expected: Sequence[str]) -> None:
    """Have a person say that a code alone opens the right companies, unless they named them by number before.

    Args:
        connector: the product.
        known: what the code opens.
        expected: keys the person named.

    Raises:
        CredentialError: ``oauth.unchecked``: nobody said so.
    """
    from canonical.errors import CredentialError

    if expected and set(expected) <= {one.key for one in known}:
        return
    names = ", ".join(f"{one.name} ({one.key})" for one in known) or "no company"
    typer.echo(f"{UNCHECKED}\nThis one opens: {names}.", err=True)
    is_right = False
    with contextlib.suppress(typer.Abort):
        is_right = typer.confirm("Is that what you agreed to?", default=False, err=True)
    if not is_right:
        raise CredentialError(
            "Nothing was connected: nobody said that the code is the answer to this attempt. Connect again and paste "
            "the whole address, or name the company by its number: "
            f"khata connect {connector} --no-browser --company NUMBER",
            code="oauth.unchecked",
        )


def choose(known: Sequence[CompanyChoice], wanted: Sequence[str], *, everything: bool) -> Sequence[CompanyChoice]:
    """Ask a person at a terminal; anybody else has to say."""
    from khata.sign_in.connecting import choose_companies

    if len(known) <= 1 or wanted or everything or not (sys.stdin.isatty() and sys.stdout.isatty()):
        return choose_companies(known, wanted, everything=everything)
    for number, one in enumerate(known, start=1):
        typer.echo(f"{number:3}  {one.name} ({one.key})")
    while not (
        chosen := _picked(known, typer.prompt("Which company (its place in the list, several with commas, or all)"))
    ):
        typer.echo(f"Numbers from 1 to {len(known)} are there.", err=True)
    return chosen


def _picked(known: Sequence[CompanyChoice], answer: str) -> Sequence[CompanyChoice]:
    """The companies of an answer; none if it is not one."""
    told = [one.strip() for one in answer.casefold().split(",") if one.strip()]
    if told == ["all"]:
        return known
    if not all(one.isdigit() and 1 <= int(one) <= len(known) for one in told):
        return ()
    return [known[number - 1] for number in sorted({int(one) for one in told})]


def _opened(url: str) -> bool:
    import webbrowser

    typer.echo("Waiting for the browser to come back with the product's consent ...", err=True)
    return webbrowser.open(url)
