"""Figures whose proof differs beyond the tolerance are held back: on the command line, in files and over HTTP."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from canonical.ledger import Ledger
from khata.api.app import create_server
from khata.configuration import load_settings
from khata.exit_codes import ExitCode
from khata.wiring import open_hub
from tests.connectors.tally.writing import export, voucher
from tests.khata.ashoka import ASHOKA, write_day_book
from tests.khata.http import Api
from tests.khata.running import run
from tests.support.cli import Ran
from workflows.local import import_files

AS_OF = ("--as-of", "2026-03-31")
PUBLISHED_CASH, NEWEST_CASH = "60000.00", "150000.00"
SAID = "150000.40"
"""What the source says Cash closed at: forty paise more than the vouchers."""
NOW = datetime(2026, 4, 1, 6, 30, tzinfo=UTC)


def write_books(folder: Path, vouchers: int, closing: str = "") -> Path:
    path = write_day_book(folder / f"DayBook-{vouchers}-{closing}.xml", ASHOKA[:vouchers])
    if closing:
        parent = "<PARENT>Cash-in-Hand</PARENT>"
        text = path.read_text(encoding="utf-16")
        path.write_text(text.replace(parent, f"{parent}<CLOSINGBALANCE>-{closing}</CLOSINGBALANCE>"), encoding="utf-16")
    return path


@dataclass(frozen=True)
class Shop:
    """A database in which the newest state is held back, and how to ask it."""

    home: Path
    url: str

    def ask(self, *arguments: str, tolerance: str = "") -> Ran:
        env = {"KHATA_PROOF__TOLERANCE": tolerance} if tolerance else None
        return run(self.home, *arguments, "--db", self.url, env=env)

    def cash(self, *arguments: str, tolerance: str = "") -> dict[str, Any]:
        ran = self.ask("trial-balance", *AS_OF, "--format", "json", *arguments, tolerance=tolerance)
        assert ran.code == 0, ran.errors
        said = ran.json()
        (row,) = [row for row in said["ledgers"] if row["ledger"] == "Cash"]
        return {"cash": row["closing_debit"], **{name: said[name] for name in ("publication", "objections")}}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Five vouchers proved and published; then all eight, with forty paise that the source does not have."""
    shop = Shop(tmp_path, f"sqlite:///{tmp_path}/k.db")
    assert shop.ask("import", str(write_books(tmp_path, 5))).code == ExitCode.OK
    assert shop.cash()["publication"] == "published"
    done = shop.ask("import", str(write_books(tmp_path, 8, SAID)))
    assert done.code == ExitCode.DIFFERS
    assert "HELD BACK   Nilgiri Sample Company: an amount differs by 0.40 (tolerance 0.00)" in done.output
    return shop


def test_the_last_published_figures_are_served_and_marked(shop: Shop) -> None:
    assert shop.cash() == {
        "cash": PUBLISHED_CASH, "publication": "held", "objections": ["an amount differs by 0.40 (tolerance 0.00)"],
    }  # fmt: skip
    table = shop.ask("trial-balance", *AS_OF)
    assert "HELD BACK: an amount differs by 0.40" in table.output
    assert "60,000.00" in table.output


@pytest.mark.parametrize(
    "command",
    [
        ("receivables", "ageing", *AS_OF),
        ("receivables", "outstanding", *AS_OF),
        ("receivables", "statement", "ashoka", *AS_OF),
        ("ledger", "Cash", "--to", "2026-03-31"),
    ],
)
def test_every_report_of_figures_asks_first(shop: Shop, command: tuple[str, ...]) -> None:
    held = shop.ask(*command, "--format", "json")
    newest = shop.ask(*command, "--unproven", "--format", "json")
    assert (held.json()["publication"], newest.json()["publication"]) == ("held", "overridden")
    assert held.output != newest.output
    assert "held back" in held.errors.casefold()


def test_a_file_is_of_the_published_figures_and_the_warning_is_on_standard_error(shop: Shop) -> None:
    target = shop.home / "tb.csv"
    ran = shop.ask("trial-balance", *AS_OF, "--format", "csv", "--output", str(target))
    assert PUBLISHED_CASH in target.read_text(encoding="utf-8")
    assert NEWEST_CASH not in target.read_text(encoding="utf-8")
    assert "HELD BACK" in ran.errors


def test_the_list_of_companies_says_what_is_held_back(shop: Shop) -> None:
    (company,) = shop.ask("companies", "--format", "json").json()["companies"]
    assert (company["proof"], company["publication"]) == ("differs", "held")
    (company,) = shop.ask("companies", "--format", "json", tolerance="1").json()["companies"]
    assert (company["proof"], company["publication"]) == ("differs", "published")


def test_the_reader_may_ask_for_the_newest(shop: Shop) -> None:
    assert shop.cash("--unproven")["cash"] == NEWEST_CASH
    assert shop.cash("--unproven")["publication"] == "overridden"


def test_a_moment_in_between_gives_what_was_published_by_then(shop: Shop) -> None:
    later = (datetime.now(tz=UTC) + timedelta(days=1)).isoformat()
    assert shop.cash("--known-at", later)["cash"] == PUBLISHED_CASH
    assert shop.cash("--known-at", later, "--unproven")["cash"] == NEWEST_CASH


def test_the_operator_s_tolerance_publishes(shop: Shop) -> None:
    assert shop.cash(tolerance="0.40") == {"cash": NEWEST_CASH, "publication": "published", "objections": []}
    assert shop.cash(tolerance="0.39")["publication"] == "held"
    assert shop.ask("proof", tolerance="0.40").code == ExitCode.OK
    for wrong in ("-1", "much"):
        refused = shop.ask("companies", tolerance=wrong)
        assert refused.code == ExitCode.ACT
        assert "rupees from 0 up" in refused.errors


def test_a_report_that_agrees_again_publishes_again(shop: Shop) -> None:
    assert shop.ask("import", str(write_books(shop.home, 8, NEWEST_CASH))).code == ExitCode.OK
    assert shop.cash() == {"cash": NEWEST_CASH, "publication": "published", "objections": []}


def test_without_any_published_state_figures_are_refused(tmp_path: Path) -> None:
    shop = Shop(tmp_path, f"sqlite:///{tmp_path}/k.db")
    assert shop.ask("import", str(write_books(tmp_path, 8, SAID))).code == ExitCode.DIFFERS
    refused = shop.ask("receivables", "ageing", *AS_OF)
    assert refused.code == ExitCode.DIFFERS
    assert "The figures of Nilgiri Sample Company are held back: an amount differs by 0.40" in refused.errors
    assert "--unproven" in refused.errors
    assert refused.output == ""
    assert shop.ask("receivables", "ageing", *AS_OF, "--unproven").code == ExitCode.OK
    assert shop.ask("vouchers").code == ExitCode.OK, "lists of records are how one finds out why"


def test_the_proof_lists_differences_first_and_says_what_it_had_to_do_without(shop: Shop) -> None:
    ran = shop.ask("proof", "--format", "json")
    said = ran.json()
    assert (ran.code, said["status"], said["publication"]) == (ExitCode.DIFFERS, "differs", "held")
    first = said["totals"][0]
    assert (first["name"], first["difference"], first["status"]) == ("closing balance: Cash", "-0.40", "differs")
    assert [row["status"] for row in said["totals"]] == sorted(
        (row["status"] for row in said["totals"]), key=["differs", "no_oracle", "proved"].index
    )
    missing = {use["oracle"] for use in said["oracles"] if not use["used"]}
    assert {"trial balance", "bills receivable", "balance sheet"} <= missing
    table = shop.ask("proof")
    assert "No comparison with trial balance, profit and loss, balance sheet" in table.output
    assert "Reports show the figures published last" in table.output
    csv = shop.ask("proof", "--format", "csv").output.splitlines()
    assert csv[0].startswith("name,kind,ours,theirs,difference,status")
    few = shop.ask("proof", "--limit", "1")
    assert "closing balance: Cash" in few.output
    assert f"{len(said['totals']) - 1} more figures: --limit {len(said['totals'])}." in few.output
    assert len(shop.ask("proof", "--format", "csv", "--limit", "2").output.splitlines()) == 3
    assert len(csv) == 1 + len(said["totals"])
    workbook = shop.home / "proof.xlsx"
    shop.ask("proof", "--format", "xlsx", "--output", str(workbook))
    assert workbook.read_bytes().startswith(b"PK")
    oracles = shop.ask("proof", "--oracles", "--format", "json").json()["oracles"]
    assert {"oracle", "used", "reason", "as_of", "lines"} == set(oracles[0])


def test_the_history_says_of_every_proof_whether_it_publishes(shop: Shop) -> None:
    rows = shop.ask("proof", "--history", "--format", "json").json()["proofs"]
    assert [(row["status"], row["publication"]) for row in rows] == [("differs", "held back"), ("proved", "yes")]
    older = shop.ask("proof", "--id", str(rows[1]["id"]), "--format", "json")
    assert (older.code, older.json()["status"]) == (ExitCode.OK, "proved")
    first = shop.ask("proof", "--history", "--limit", "1", "--format", "json").json()
    rest = shop.ask("proof", "--history", "--cursor", first["next_cursor"], "--format", "json").json()
    assert [row["id"] for row in rest["proofs"]] == [rows[1]["id"]]
    assert shop.ask("proof", "--id", "99999").code == ExitCode.NOT_FOUND


@pytest.mark.parametrize("both", [("--history", "--oracles"), ("--accept", "1", "--history")])
def test_one_question_at_a_time(shop: Shop, both: tuple[str, ...]) -> None:
    assert shop.ask("proof", *both).code == ExitCode.USAGE


def test_an_owner_accepts_a_difference_of_opening_balances(shop: Shop) -> None:
    done = shop.ask("proof", "--accept", "-500.00", "--because", "taken over so from the old program")
    assert done.code == ExitCode.OK
    assert "-500.00: taken over so from the old program" in done.output
    assert shop.ask("proof", "--accept", "much").code == ExitCode.USAGE


def answers(home: Path, path: str, vouchers: tuple[tuple[int, str], ...]) -> Iterator[httpx.Response]:
    """Answers of the API after each of these imports."""
    arguments: dict[str, object] = {"database.url": f"sqlite:///{home / 'api.db'}"}
    with open_hub(load_settings(arguments=arguments, environ={}), clock=lambda: NOW, migrate=True) as hub:
        hub.store.tenants.create("asha", created_at=NOW)
        api = Api(
            hub=hub, app=create_server(hub), keys={"asha": hub.store.api_keys.create("asha", "t", created_at=NOW)}
        )
        books = hub.store.tenant("asha")
        for hour, (count, closing) in enumerate(vouchers):
            moment = NOW + timedelta(hours=hour)
            import_files(books, [write_books(home, count, closing)], clock=partial(_give, moment))
            company = books.companies.list()[0].company_id
            yield api.get(f"/v1/companies/{company}/{path}")


def _give(moment: datetime) -> datetime:
    return moment


def test_over_http_held_figures_are_older_ones_or_409(tmp_path: Path) -> None:
    path = "trial-balance?as_of=2026-03-31"
    published, held = answers(tmp_path, path, ((5, ""), (8, SAID)))
    assert published.json()["publication"] == "published"
    assert (held.status_code, held.json()["publication"]) == (200, "held")
    assert held.json()["known_at"] == held.json()["published_at"] == NOW.isoformat()
    assert held.json()["ledgers"] == published.json()["ledgers"]
    (tmp_path / "first").mkdir()
    (refused,) = answers(tmp_path / "first", path, ((8, SAID),))
    assert (refused.status_code, refused.json()["error"]) == (409, "proof.held")
    (tmp_path / "second").mkdir()
    (newest,) = answers(tmp_path / "second", f"{path}&unproven=true", ((8, SAID),))
    assert (newest.status_code, newest.json()["publication"]) == (200, "overridden")


def test_over_http_the_proofs_are_listed_and_read(tmp_path: Path) -> None:
    newest = list(answers(tmp_path, "proof", ((5, ""), (8, SAID))))[-1].json()
    assert (newest["status"], newest["totals"][0]["difference"]) == ("differs", "-0.40")
    (tmp_path / "list").mkdir()
    listed = list(answers(tmp_path / "list", "proofs", ((5, ""), (8, SAID))))[-1].json()
    assert [row["publication"] for row in listed["proofs"]] == ["held back", "yes"]


def test_records_written_by_a_sync_that_broke_off_are_not_shown(tmp_path: Path) -> None:
    """Translated, but never proved: the reader gets the state of the last proof."""
    arguments: dict[str, object] = {"database.url": f"sqlite:///{tmp_path / 'api.db'}"}
    shop = Shop(tmp_path, f"sqlite:///{tmp_path}/api.db")
    with open_hub(load_settings(arguments=arguments, environ={}), clock=lambda: NOW, migrate=True) as hub:
        books = hub.tenant()
        import_files(books, [write_books(tmp_path, 8)], clock=lambda: NOW)
        company = books.companies.list()[0].company_id
        cash = next(item for item in books.records.iter(company, Ledger) if item.name == "Cash")
        changed = type(cash)(source=cash.source, key=cash.key, name=cash.name, opening=Decimal(7))
        books.records.upsert(company, None, [changed], NOW + timedelta(hours=1))
    assert shop.cash() == {
        "cash": NEWEST_CASH, "publication": "held", "objections": ["records were written after the newest proof"],
    }  # fmt: skip
    assert shop.cash("--unproven")["cash"] == "150007.00"


def test_a_company_without_any_proof_is_shown_and_marked(tmp_path: Path) -> None:
    arguments: dict[str, object] = {"database.url": f"sqlite:///{tmp_path / 'k.db'}"}
    with open_hub(load_settings(arguments=arguments, environ={}), clock=lambda: NOW, migrate=True) as hub:
        hub.tenant().companies.ensure("tally", "co-1", "Bare books")
    ran = run(tmp_path, "trial-balance", "--db", f"sqlite:///{tmp_path}/k.db", "--format", "json")
    assert json.loads(ran.output)["publication"] == "unproven"


def test_reports_say_what_was_refused(tmp_path: Path) -> None:
    """A voucher that could not be booked is in no figure, so every report of figures points to it."""
    path = tmp_path / "DayBook.xml"
    good, bad = voucher(1), voucher(2, amount="soon")
    path.write_text(export(good, bad))
    database = f"sqlite:///{tmp_path}/books.db"
    assert run(tmp_path, "import", str(path), "--db", database).code == ExitCode.REJECTED
    said = run(tmp_path, "trial-balance", *AS_OF, "--db", database)
    assert "1 record was refused and not booked" in said.output
    assert run(tmp_path, "trial-balance", *AS_OF, "--db", database, "--format", "json").json()["refused"] == 1
