"""``khata write zoho|quickbooks``: shown first, refused unless allowed, carried out once, logged."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from connectors.sdk.oauth import CompanyChoice
from connectors.sdk.tokens import Tokens
from khata.configuration import load_settings
from khata.sign_in.connecting import Products
from khata.wiring import open_hub
from sandbox.quickbooks.limits import Limits
from tests.connectors.quickbooks import writing as quickbooks
from tests.connectors.quickbooks.api import api
from tests.connectors.zoho import writing as zoho_commands
from tests.connectors.zoho.fake import zoho
from tests.khata.running import run
from tests.support.cli import Ran
from tests.support.dying import Killed

ALLOWED = {"enabled": "true", "amount_max": "5000"}
OPERATIONS = "create_customer,create_item,create_invoice,create_payment"


@dataclass
class Product:
    """A running fake, a connection to it, and commands for it.

    Attributes:
        writes: the calls that could have changed something.
        close: closes the books up to a day; ``words`` is what is said then.
    """

    name: str
    home: Path
    commands: list[dict[str, Any]]
    secrets: list[str]
    writes: Callable[[], list[str]]
    close: Callable[[date], None]
    words: str

    def write(self, documents: Any, *options: str, **settings: str) -> Ran:
        file = self.home / "commands.json"
        file.write_text(json.dumps(documents))
        env = {f"KHATA_WRITING__{name.upper()}": value for name, value in settings.items()}
        return run(self.home, "write", self.name, "shop", str(file), "--by", "asha", *options, env=env)

    def allowed(self, documents: Any, *options: str) -> Ran:
        told = {**ALLOWED, f"{self.name}_operations": OPERATIONS}
        return self.write(documents, "--apply", *options, **told)


def connect(home: Path, name: str, settings: dict[str, Any], key: str, *, tokens: tuple[str, str]) -> None:
    now = datetime.now(UTC)
    access, refresh = tokens
    given = Tokens(access_token=access, refresh_token=refresh, access_expires_at=now + timedelta(hours=1))
    with open_hub(load_settings(environ={"HOME": str(home)}), migrate=True) as hub:
        products = Products(hub=hub, tenant="default", connector=name)
        products.save(settings, given, CompanyChoice(key=key, name="Shop", settings={}), name="shop")


@pytest.fixture
def home(tmp_path: Path) -> Path:
    made = tmp_path / "home"
    made.mkdir()
    return made


@pytest.fixture(params=["zoho", "quickbooks"])
def product(request: pytest.FixtureRequest, home: Path, tmp_path: Path) -> Iterator[Product]:
    yield from _zoho(home) if request.param == "zoho" else _quickbooks(home, tmp_path)


def _zoho(home: Path) -> Iterator[Product]:
    with zoho(vouchers=8) as running:
        config = running.config()
        access, refresh = running.running.app.accounts.issue_tokens()
        connect(home, "zoho", {**config, "refresh_token": ""}, config["organization_id"], tokens=(access, refresh))
        desk = zoho_commands.Desk(running)

        def close(day: date) -> None:
            running.books.locked_until = day

        commands = [zoho_commands.CUSTOMER, zoho_commands.ITEM, zoho_commands.invoice(), zoho_commands.payment()]
        secrets = [access, refresh, config["client_secret"]]
        words = "Transactions before 2026-03-31 have been locked."
        yield Product("zoho", home, commands, secrets, desk.writes, close, words)


def _quickbooks(home: Path, folder: Path) -> Iterator[Product]:
    with api(folder, documents=10, limits=Limits.none()) as running:  # its clock stands still
        config = running.config(requests_per_minute=1_000_000)
        given = running.app.intuit.sign_in(running.live.realm_id)
        access, refresh = str(given["access_token"]), str(given["refresh_token"])
        settings = {name: value for name, value in config.items() if name not in {"refresh_token", "token_file"}}
        connect(home, "quickbooks", settings, running.live.realm_id, tokens=(access, refresh))
        desk = quickbooks.Desk(running)

        def close(day: date) -> None:
            running.live.company.facts.closed_until = day

        commands = [quickbooks.CUSTOMER, quickbooks.ITEM, quickbooks.invoice(), quickbooks.payment()]
        words = "closed up to 2026-03-31 (Account Period Closed)"
        yield Product(
            "quickbooks", home, commands, [access, refresh, config["client_secret"]], desk.writes, close, words
        )


def test_commands_are_shown_then_carried_out_once_and_logged(product: Product) -> None:
    customer, item, *_ = product.commands
    shown = product.write([customer, item])
    assert shown.code == 0, shown.errors
    assert f"customer-1: customer {customer['customer']['name']}" in shown.output
    assert "Nothing was sent" in shown.output
    assert product.writes() == []

    assert product.write(customer, "--apply").code == 8
    assert "switched off" in product.write(customer, "--apply").errors
    other = {"operations": OPERATIONS, "enabled": "true"}
    assert f"setting writing.{product.name}_operations" in product.write(customer, "--apply", **other).errors
    assert product.writes() == []

    done = product.allowed(product.commands)
    assert done.code == 0, done.output + done.errors
    assert done.output.count("was read back equal") == 4
    sent = len(product.writes())
    again = product.allowed(product.commands, "--format", "json")
    assert [one["is_repeat"] for one in json.loads(again.output)] == [True] * 4
    assert len(product.writes()) == sent

    for before, after in (("250", "260.5"), ("260.5", "261.25")):
        which = item["item"]["name"]
        changed = {"key": f"to-{after}", "operation": "update_item", "which": which, "item": {"rate": after}}
        shown = product.write(changed, "--format", "json")
        assert json.loads(shown.output)[0]["changes"] == [{"field": "rate", "before": before, "after": after}]
        allowed = {**ALLOWED, f"{product.name}_operations": "update_item"}
        told = product.write(changed, "--apply", "--format", "json", **allowed)
        assert json.loads(told.output)[0]["verdict"] == "written", told.errors
        product.commands.append(changed)

    log = run(product.home, "write", "log", "--format", "json")
    rows = json.loads(log.output)["rows"]
    assert [(row["key"], row["verdict"], row["by"]) for row in rows] == [
        (one["key"], "written", "asha") for one in product.commands
    ]
    history = run(product.home, "write", "log", "--key", "payment-1", "--format", "json")
    assert [row["verdict"] for row in json.loads(history.output)["rows"]] == ["intended", "written"]
    for secret in product.secrets:
        assert secret not in done.output + done.errors + log.output + history.output
        assert secret.encode() not in stored(product.home)


def stored(home: Path) -> bytes:
    """Every byte of the data folder but the key."""
    files = (path for path in home.rglob("*") if path.is_file() and path.name != "secrets.key")
    return b"".join(path.read_bytes() for path in files)


def test_a_crash_between_the_write_and_the_audit_is_found_out(
    product: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    customer, item, *documents = product.commands
    assert product.allowed([customer, item]).code == 0

    def die(*_: object) -> None:
        raise Killed

    for document in documents:
        with monkeypatch.context() as patched:
            patched.setattr("connectors.sdk.writing.api_writer.ApiWriter._read_back", die)
            with pytest.raises(Killed):
                product.allowed(document)
        log = run(product.home, "write", "log", "--key", document["key"], "--format", "json")
        assert [row["verdict"] for row in json.loads(log.output)["rows"]] == ["intended"]
        sent = len(product.writes())
        done = product.allowed(document)
        assert (done.code, "found, and not sent again" in done.output) == (0, True), done.output + done.errors
        assert len(product.writes()) == sent


def test_a_closed_period_is_refused_in_the_products_words(product: Product) -> None:
    customer, item, invoice, payment = product.commands
    assert product.allowed([customer, item]).code == 0
    product.close(date(2026, 3, 31))
    done = product.allowed([invoice, payment])
    assert done.code == 8
    assert product.words in done.output + done.errors
    product.close(date(2026, 1, 1))
    assert product.allowed([invoice, payment]).code == 0


def test_what_cannot_be_used_says_why(product: Product) -> None:
    customer = product.commands[0]
    for document, words in (
        ({**customer, "operation": "delete_customer"}, "not one of create_customer"),
        ({**customer, "which": "x"}, "does not take"),
        ({**customer, "customer": {"nme": "x"}}, "'nme' is not one of"),
        ({**customer, "key": ""}, "1 to 80 letters"),
    ):
        done = product.write(document)
        assert (done.code, words in done.errors) == (8, True), done.errors
    assert json.loads(product.write([], "--format", "json").output) == []
    (product.home / "broken.json").write_text("{")
    done = run(product.home, "write", product.name, "shop", str(product.home / "broken.json"))
    assert (done.code, "source.write.command" in done.errors) == (5, True), done.errors


def test_only_a_connection_of_the_product_is_written_to(home: Path, tmp_path: Path) -> None:
    for made in _quickbooks(home, tmp_path):
        file = home / "commands.json"
        file.write_text(json.dumps(made.commands[0]))
        done = run(home, "write", "zoho", "shop", str(file))
        assert (done.code, "one to quickbooks, not to zoho" in done.errors) == (5, True)
        assert run(home, "write", "quickbooks", "nobody", str(file)).code == 7
