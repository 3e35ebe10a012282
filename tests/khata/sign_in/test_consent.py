"""A code alone, several companies, nobody at a terminal: what a consent brought is neither trusted blindly nor lost."""

from __future__ import annotations

import io
import json
import re
import stat
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest
import typer

from canonical.errors import CredentialError
from connectors.sdk.oauth import CompanyChoice
from khata.cli.consent import choose, confirm_code
from khata.sign_in.authorising import parse_pasted
from khata.sign_in.pending import KEPT_FOR
from tests.khata.running import run
from tests.khata.sign_in.product import CLIENT, SECRET, Provider, Server
from tests.khata.sign_in.test_connecting import hub_of, stored
from tests.support.cli import Ran

KNOWN = [
    CompanyChoice(key="60001", name="Asha Traders", settings={}),
    CompanyChoice(key="60002", name="B", settings={}),
]


@pytest.fixture
def paste(product: Server, home: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Ran]:
    """Connect on a computer without a browser; what is pasted is made of the address the other one ended at."""
    secret = home / "secret"
    secret.write_text(SECRET, encoding="utf-8")

    def call(made: Callable[[str], str], *more: str, answers: tuple[str, ...] = ()) -> Ran:
        left = list(answers)

        def prompt(question: str, **named: object) -> str:
            if "code alone" in question:
                buffer = sys.stderr.buffer
                assert isinstance(buffer, io.BytesIO)
                page = re.findall(r"http://127\S+/auth\S+", buffer.getvalue().decode())[-1]
                return made(product.consent(page))
            if not left:
                raise typer.Abort
            return left.pop(0)

        monkeypatch.setattr("typer.prompt", prompt)
        monkeypatch.setattr("typer.confirm", lambda question, **named: prompt(question) == "y")
        told = ("--client-id", CLIENT, "--client-secret-file", str(secret), "--set", f"url={product.url}")
        return run(home, "connect", "zoho", *told, "--no-browser", *more)

    return call


def whole(address: str) -> str:
    return address


def code_of(address: str) -> str:
    return dict(parse_qsl(urlsplit(address).query))["code"]


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("1000.ab12cd34.ef56", "1000.ab12cd34.ef56"),
        ("  AB11730012345678 \n", "AB11730012345678"),
        (quote("4/0Adeu5-abc/def", safe=""), "4/0Adeu5-abc/def"),
        ("code=1000.ab12cd34", "1000.ab12cd34"),
        ("?code=1000.ab12cd34&location=in", "1000.ab12cd34"),
    ],
)
def test_a_code_alone_is_read_and_known_to_be_alone(text: str, code: str) -> None:
    pasted = parse_pasted(text)
    assert (pasted.parameters["code"], pasted.is_code_alone) == (code, True)
    assert code not in repr(pasted)


@pytest.mark.parametrize(
    "text",
    ["http://localhost:9656/callback?code=1000.ab12cd34", "http://localhost/?code=c&state=s", "code=c&state=s"],
)
def test_an_address_is_never_taken_for_a_code_alone(text: str) -> None:
    """An address of the product has a state; one without it is not the answer to anything."""
    assert not parse_pasted(text).is_code_alone


@pytest.mark.parametrize(
    "text", ["", "no", "two words here", "http://localhost/", "\u0915\u094b\u0921-\u0915\u094b\u0921"]
)
def test_what_is_neither_is_refused(text: str) -> None:
    with pytest.raises(CredentialError) as caught:
        parse_pasted(text)
    assert caught.value.code == "oauth.no_code"


def test_a_code_of_another_attempt_is_refused_by_a_server_that_takes_a_challenge(
    paste: Callable[..., Ran], product: Server
) -> None:
    done = paste(code_of, "--company", "60001", "--name", "shop")
    assert done.code == 0, done.errors
    assert "taken as set: data_center in" in done.errors
    code = code_of(
        product.consent("http://x/auth?redirect_uri=http://localhost:9656/callback&state=s&code_challenge=x")
    )
    slipped = paste(lambda address: code, "--company", "60001", "--name", "shop")
    assert (slipped.code, "oauth.refused" in slipped.errors) == (5, True)


def test_a_person_says_that_a_code_alone_is_theirs(paste: Callable[..., Ran], product: Server, home: Path) -> None:
    done = paste(code_of, "--company", "asha traders", "--name", "shop", answers=("y",))
    assert done.code == 0, done.errors
    assert "This one opens: Asha Traders (60001), Asha Exports (60002)." in done.errors


@pytest.mark.parametrize("answers", [("n",), ()])
def test_a_code_that_nobody_vouches_for_connects_nothing_and_is_ended(
    paste: Callable[..., Ran], product: Server, home: Path, answers: tuple[str, ...]
) -> None:
    done = paste(code_of, "--company", "asha traders", answers=answers)
    assert (done.code, "oauth.unchecked" in done.errors) == (5, True)
    assert product.revoked == [product.given[-1]]
    with hub_of(home) as hub:
        assert hub.tenant().connections.list() == ()
    assert run(home, "connect", "zoho", "--resume", "--all").code == 5


def test_a_company_named_by_its_number_vouches_for_a_code_alone(paste: Callable[..., Ran], product: Server) -> None:
    assert paste(code_of, "--company", "60001").code == 0
    product.companies = {"70001": "Somebody Else"}
    done = paste(code_of, "--company", "60001")
    assert (done.code, "This one opens: Somebody Else (70001)." in done.errors) == (5, True)


def test_parameters_that_only_the_address_has_are_asked_for(
    paste: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[dict[str, str]] = []
    exchange = Provider.exchange
    monkeypatch.setattr(Provider, "beside_code", {"realmId": "company id"})

    def note(self: Provider, settings: Any, *, callback: Any, **more: Any) -> Any:
        seen.append(dict(callback))
        return exchange(self, settings, callback=callback, **more)

    monkeypatch.setattr(Provider, "exchange", note)
    assert paste(code_of, "--company", "asha traders", answers=("60001",)).code == 0
    assert paste(code_of, "--company", "60001").code == 0
    assert [one["realmId"] for one in seen] == ["60001", "60001"]


def test_a_consent_is_kept_when_the_company_was_not_named(
    paste: Callable[..., Ran], product: Server, home: Path
) -> None:
    done = paste(whole)
    assert done.code == 5
    assert "Asha Traders (60001), Asha Exports (60002)" in done.errors
    assert "khata connect zoho --resume --company NAME" in done.errors
    (kept,) = (home / ".local/share/khata/pending").iterdir()
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    for secret in (*product.given, SECRET):
        assert secret.encode() not in stored(home)
        assert secret not in done.output + done.errors
    minted = len(product.given)
    on = run(home, "connect", "zoho", "--resume", "--all")
    assert on.code == 0, on.errors
    assert len(product.given) == minted
    assert not kept.exists()
    assert run(home, "connect", "zoho", "--resume", "--all").code == 5


@pytest.mark.parametrize("wrong", [("--company", "nobody"), ("--all", "--name", "one")])
def test_whatever_is_wrong_after_a_consent_does_not_lose_it(
    paste: Callable[..., Ran], home: Path, wrong: tuple[str, ...]
) -> None:
    assert paste(whole, *wrong).code != 0
    assert run(home, "connect", "zoho", "--resume", "--company", "60002").code == 0


def test_a_name_that_cannot_be_one_is_refused_before_anybody_agrees(
    paste: Callable[..., Ran], product: Server, home: Path
) -> None:
    with hub_of(home) as hub:
        hub.tenant().connections.save("taken", "tally", {"files": ["a.xml"]}, at=hub.clock())
    for name in ("taken", "No Name!"):
        assert paste(whole, "--company", "60001", "--name", name).code != 0
    assert paste(whole, "--company", "60001", "--company", "60002", "--name", "x").code == 2
    assert product.codes == {}


def test_a_consent_that_waits_too_long_is_forgotten(
    paste: Callable[..., Ran], home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert paste(whole).code == 5
    monkeypatch.setattr("khata.sign_in.pending.KEPT_FOR", timedelta(0))
    late = run(home, "connect", "zoho", "--resume", "--all")
    assert (late.code, "oauth.nothing_pending" in late.errors) == (5, True)
    assert timedelta(0) < KEPT_FOR <= timedelta(hours=1)
    assert list((home / ".local/share/khata/pending").iterdir()) == []


def test_a_sign_in_the_product_does_not_take_is_not_kept(
    paste: Callable[..., Ran], product: Server, home: Path
) -> None:
    product.refuses = True
    assert paste(whole).code == 5
    product.refuses = False
    assert run(home, "connect", "zoho", "--resume", "--all").code == 5


def test_a_remark_about_a_company_is_told_when_it_is_connected(
    paste: Callable[..., Ran], monkeypatch: pytest.MonkeyPatch, home: Path
) -> None:
    told = CompanyChoice(key="60001", name="Asha Traders", settings={}, remark="Its edition ended.")
    monkeypatch.setattr(Provider, "companies", lambda self, settings, tokens, *, web: (told,))
    assert "  Its edition ended." in paste(whole, "--name", "shop").output
    (one,) = json.loads(paste(whole, "--name", "shop", "--format", "json").output)["connections"]
    assert one["remark"] == "Its edition ended."
    seen = run(home, "doctor", "zoho").output
    assert "connection shop, company: note\n  Its edition ended." in seen


@pytest.mark.parametrize(
    ("answers", "chosen"),
    [
        (("2",), ["60002"]),
        (("2, 1",), ["60001", "60002"]),
        (("all",), ["60001", "60002"]),
        (("9", "x", "", "1"), ["60001"]),
    ],
)
def test_at_a_terminal_a_person_is_asked_until_the_answer_is_one(
    monkeypatch: pytest.MonkeyPatch, answers: tuple[str, ...], chosen: list[str]
) -> None:
    left = list(answers)
    for stream in (sys.stdin, sys.stdout):
        monkeypatch.setattr(stream, "isatty", lambda: True, raising=False)
    monkeypatch.setattr("typer.prompt", lambda question, **named: left.pop(0))
    assert [one.key for one in choose(KNOWN, (), everything=False)] == chosen


def test_a_code_is_not_asked_about_when_all_it_must_open_was_named() -> None:
    confirm_code("zoho", KNOWN, ("60001", "60002"))
