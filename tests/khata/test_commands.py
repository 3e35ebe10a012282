"""Commands as people use them one after the other, and what must not happen on the way."""

from __future__ import annotations

import shlex
import subprocess
import sys
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from canonical.receivable import AgeingBasis, Direction
from khata.configuration import load_settings
from khata.product import product_version
from khata.reading.receivable import _ageing_of, _items, read_ageing, read_outstanding
from khata.wiring import Hub, business_day, open_hub, utc_now
from receivables.allocation import FifoPolicy
from receivables.report import ReportTerms
from sandbox.tally import write_companies
from sandbox.world.spec import WorldSpec
from tests.khata.ashoka import ASHOKA, write_day_book
from tests.khata.running import run
from tests.support.cli import environment
from workflows.local import import_files

HEAVY = ("sqlalchemy", "fastapi", "pydantic", "temporalio", "openpyxl", "pandas", "lxml", "singer_sdk", "storage")


def test_help_loads_nothing_heavy(home: Path) -> None:
    code = (
        "import sys; from khata.__main__ import main; main(['--help']); "
        f"print([name for name in {HEAVY!r} if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], env=environment(home), capture_output=True, text=True, check=False
    )
    assert done.stderr.strip() == "[]"


def test_version_is_the_distribution_s(home: Path) -> None:
    done = run(home, "--version")
    assert (done.code, done.output) == (0, f"khata {product_version()}\n")


def test_zero_configuration_works(home: Path) -> None:
    """No option, no variable, no file: the books are in the user's data folder, readable by the user only."""
    done = run(home, "import", str(write_day_book(home / "d.xml")))
    assert done.code == 0, done.errors
    folder = home / ".local" / "share" / "khata"
    assert (folder / "khata.db").exists()
    assert folder.stat().st_mode & 0o077 == 0
    assert run(home, "companies", "--format", "json").json()["companies"][0]["name"] == "Nilgiri Sample Company"


def test_importing_again_changes_nothing(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    path = str(write_day_book(home / "d.xml"))
    first = run(home, "import", path, "--db", url, "--format", "json").json()
    second = run(home, "import", path, "--db", url, "--format", "json").json()
    assert (first["records"]["new"], second["records"]["new"], second["records"]["rows_written"]) == (14, 0, 0)
    same = ("vouchers", "debit_total", "bills", "balanced", "rejected", "issues")
    assert {name: first[name] for name in same} == {name: second[name] for name in same}


def test_a_company_is_picked_by_number_name_or_beginning(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    for name, guid in (("Nilgiri One", "1"), ("Nilgiri Two", "2"), ("Malabar", "3")):
        path = write_day_book(home / f"{guid}.xml", ASHOKA[:1], name, f"{guid * 8}-1111-2222-3333-444444444444")
        assert run(home, "import", str(path), "--db", url).code == 0
    rows = run(home, "companies", "--db", url, "--format", "json").json()["companies"]
    number = next(row["id"] for row in rows if row["name"] == "Nilgiri Two")
    for wanted, title in (("malabar", "Malabar"), ("Mal", "Malabar"), (str(number), "Nilgiri Two")):
        done = run(home, "trial-balance", "--company", wanted, "--as-of", "2026-03-31", "--db", url)
        assert done.output.startswith(f"Trial balance of {title} on"), done.errors
    nobody = run(home, "trial-balance", "--db", url)
    assert (nobody.code, "--company" in nobody.errors, "Malabar" in nobody.errors) == (8, True, True)
    several = run(home, "trial-balance", "--company", "nil", "--db", url)
    assert (several.code, "Nilgiri One" in several.errors, "Malabar" in several.errors) == (8, True, False)


def test_known_at_shows_the_books_as_they_were_known(home: Path) -> None:
    """A receipt that arrives later changes what is known now, not what was known before."""
    url = f"sqlite:///{home}/k.db"
    run(home, "import", str(write_day_book(home / "d.xml", ASHOKA[:2])), "--db", url)
    with _hub(url) as hub:
        before = hub.clock().isoformat()
    run(home, "import", str(write_day_book(home / "e.xml", ASHOKA[:3])), "--db", url)
    question = ("receivables", "ageing", "--as-of", "2026-03-31", "--db", url, "--format", "json")
    assert run(home, *question).json()["totals"]["net"] == "90000.00"
    assert run(home, *question, "--known-at", before).json()["totals"]["net"] == "150000.00"
    assert run(home, *question, "--known-at", "2020-01-01").json()["parties"] == []


def _hub(url: str) -> AbstractContextManager[Hub]:
    return open_hub(load_settings(arguments={"database.url": url}, environ={}))


def test_the_database_and_the_engine_age_alike(tmp_path: Path) -> None:
    """Plain ageing is one SQL statement; the same question through the receivables engine gives the same figures."""
    written = write_companies(WorldSpec(vouchers=400), tmp_path / "exports", 2)
    settings = load_settings(arguments={"database.url": f"sqlite:///{tmp_path}/k.db"}, environ={})
    with open_hub(settings) as hub:
        books = hub.tenant()
        import_files(books, [path for one in written for path in one.paths], clock=utc_now)
        for company in books.companies.list():
            for direction in ("receivable", "payable"):
                for basis in ("due", "bill"):
                    terms = _terms(direction, basis)
                    by_sql = read_ageing(books, company.company_id, terms)
                    by_engine = _ageing_of(_items(books, company.company_id, terms, None), terms)
                    assert by_sql == by_engine
                    listed = read_outstanding(books, company.company_id, terms)
                    assert sum(row.pending for row in listed.rows) == by_sql.total.net


def _terms(direction: str, basis: str) -> ReportTerms:
    return ReportTerms(
        as_of=date(2026, 2, 14), direction=Direction(direction), basis=AgeingBasis(basis), policy=FifoPolicy.NONE
    )


def test_golden_parties_join_two_companies_until_the_merge_is_undone(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    written = write_companies(WorldSpec(vouchers=80), home / "exports", 2)
    files = [str(path) for one in written for path in one.paths]
    assert run(home, "import", *files, "--db", url).code == 0
    merged = [row for row in golden(home, url) if row["members"] > 1]
    assert merged, "the sandbox's companies share parties"
    merge = merged[0]["merges"]
    done = run(home, "parties", "--undo", merge, "--db", url)
    assert (done.code, merge in done.output) == (0, True)
    after = [row for row in golden(home, url) if row["members"] > 1]
    assert len(after) == len(merged) - 1
    assert run(home, "import", *files, "--db", url).code == 0, "a later run leaves them apart"
    assert [row["golden_id"] for row in golden(home, url) if row["members"] > 1] == [row["golden_id"] for row in after]


def golden(home: Path, url: str) -> list[dict[str, Any]]:
    return list(run(home, "parties", "--golden", "--db", url, "--format", "json").json()["parties"])


def test_connections_are_added_listed_and_removed(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    path = write_day_book(home / "d.xml")
    assert run(home, "connections", "add", "shop-1", str(path), "--company", "Nilgiri", "--db", url).code == 0
    (row,) = run(home, "connections", "list", "--db", url, "--format", "json").json()["connections"]
    assert (row["name"], row["connector"], row["reads"]) == ("shop-1", "tally", str(path))
    assert run(home, "connections", "remove", "shop-1", "--db", url).code == 0
    assert run(home, "connections", "list", "--db", url, "--format", "json").json() == {"connections": []}


def test_a_tenant_has_books_of_its_own(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    assert run(home, "tenants", "create", "asha-traders", "--name", "Asha Traders", "--db", url).code == 0
    assert run(home, "tenants", "create", "asha-traders", "--db", url).code == 8
    day_book = str(write_day_book(home / "d.xml"))
    assert run(home, "import", day_book, "--tenant", "asha-traders", "--db", url).code == 0
    assert run(home, "companies", "--db", url, "--format", "json").json() == {"companies": []}
    rows = run(home, "tenants", "list", "--db", url, "--format", "json").json()["tenants"]
    assert [row["id"] for row in rows] == ["default", "asha-traders"]


def test_a_database_that_may_not_be_migrated_unasked_says_what_to_do(home: Path) -> None:
    url = f"sqlite:///{home}/k.db"
    env = {"KHATA_DATABASE__AUTO_MIGRATE": "false"}
    refused = run(home, "companies", "--db", url, env=env)
    assert (refused.code, "khata db migrate" in refused.errors) == (5, True)
    status = run(home, "db", "status", "--db", url)
    assert status.code == 5
    assert run(home, "db", "migrate", "--db", url).code == 0
    assert run(home, "db", "status", "--db", url).code == 0
    assert "in order" in run(home, "db", "optimize", "--db", url).output
    assert run(home, "companies", "--db", url, env=env).code == 0


def test_the_sandbox_writes_what_it_says(home: Path) -> None:
    done = run(home, "sandbox", "write", "tally", "--vouchers", "30", "-o", str(home / "sb"), "--format", "json")
    said = done.json()
    assert all(Path(path).exists() for path in (*said["files"], *said["truth"]))
    url = f"sqlite:///{home}/k.db"
    assert run(home, "import", *said["files"], "--db", url).code == 0


def test_the_demo_shows_the_whole_path_and_its_own_hints_work(home: Path) -> None:
    done = run(home, "demo", "--vouchers", "150", "-o", str(home / "demo"))
    assert done.code == 0, done.errors
    for words in ("Trial balance of", "Debits equal credits.", "by age on", "proved:", "Golden parties:", "khata up"):
        assert words in done.output
    hints = [line.strip() for line in done.output.splitlines() if line.startswith("  khata ")]
    assert len(hints) >= 7
    url = next(line for line in done.output.splitlines() if "export KHATA_DATABASE__URL=" in line).partition("=")[2]
    for hint in hints:
        if not hint.startswith("khata up"):
            arguments = shlex.split(hint.replace("--output ageing.xlsx", f"--output {home / 'ageing.xlsx'}"))[1:]
            assert run(home, *arguments, env={"KHATA_DATABASE__URL": url}).code == 0, hint
    again = run(home, "demo", "--vouchers", "20", "-o", str(home / "demo"))
    assert again.code == 0, "a demo may be repeated in its own folder"


def test_the_demo_never_deletes_a_folder_that_is_not_its_own(home: Path) -> None:
    (home / "mine").mkdir()
    (home / "mine" / "ledger.txt").write_text("years of work", encoding="utf-8")
    done = run(home, "demo", "-o", str(home / "mine"))
    assert done.code == 2
    assert (home / "mine" / "ledger.txt").exists()


def test_a_reader_that_goes_away_is_no_error(home: Path, ashoka_url: str) -> None:
    command = [sys.executable, "-m", "khata", "trial-balance", "--as-of", "2026-03-31", "--db", ashoka_url]
    with subprocess.Popen(
        command, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        errors = process.stderr.read()
    assert errors == ""


def test_a_business_day_is_an_indian_day() -> None:
    assert business_day(datetime(2026, 3, 31, 18, 29, tzinfo=UTC)).isoformat() == "2026-03-31"
    assert business_day(datetime(2026, 3, 31, 18, 30, tzinfo=UTC)).isoformat() == "2026-04-01"
