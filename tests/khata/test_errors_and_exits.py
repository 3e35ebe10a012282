"""What a person sees when something goes wrong: one clean message, the right exit code, no traceback, no secret."""

from __future__ import annotations

from pathlib import Path

import pytest

from canonical import errors
from canonical.errors import KhataError
from khata.api.errors import ERROR_STATUSES, status_of
from khata.exit_codes import ERROR_EXITS, ExitCode, exit_code_for
from tests.khata.ashoka import ASHOKA, write_day_book
from tests.khata.running import run
from tests.support.cli import khata


def tree(cls: type[KhataError] = KhataError) -> list[type[KhataError]]:
    return [cls, *(found for child in cls.__subclasses__() for found in tree(child))]


def canonical_errors() -> list[type[KhataError]]:
    return [cls for cls in tree() if cls.__module__ == errors.__name__]


@pytest.mark.parametrize("cls", canonical_errors())
def test_retry_classes_and_only_they_exit_with_unavailable(cls: type[KhataError]) -> None:
    is_retry = cls.recovery is errors.Recovery.RETRY
    assert (exit_code_for(cls("x")) is ExitCode.UNAVAILABLE) == is_retry


@pytest.mark.parametrize("cls", [cls for cls in tree() if cls.__module__.split(".")[0] != "tests"])
def test_every_error_class_has_a_status_and_a_code_of_its_own(cls: type[KhataError]) -> None:
    assert 400 <= status_of(cls.__new__(cls)) <= 599, "the class decides, whatever its constructor asks for"
    assert cls.default_code.replace("_", "a").replace(".", "a").isalnum()
    assert (cls.__doc__ or "").strip()


def test_the_tables_name_a_subclass_before_its_base() -> None:
    for table in (ERROR_EXITS, ERROR_STATUSES):
        for position, (cls, _) in enumerate(table):
            assert not any(issubclass(cls, earlier) for earlier, _ in table[:position]), cls


def test_every_exit_code_has_a_meaning() -> None:
    assert all(code.meaning.endswith(".") for code in ExitCode)


def test_a_file_that_is_not_tally_is_refused_and_nothing_is_stored(home: Path) -> None:
    (home / "letter.xml").write_text("<letter>Dear Sir</letter>", encoding="utf-8")
    done = run(home, "import", str(home / "letter.xml"), "--db", f"sqlite:///{home}/k.db")
    assert done.code == ExitCode.REJECTED
    assert done.output == ""
    assert "letter.xml" in done.errors
    assert "Traceback" not in done.errors
    assert run(home, "companies", "--db", f"sqlite:///{home}/k.db", "--format", "json").json() == {"companies": []}


def test_a_rejected_voucher_is_listed_with_its_reason_and_changes_the_exit_code(home: Path) -> None:
    path = write_day_book(home / "DayBook.xml")
    text = path.read_text(encoding="utf-16").replace("<AMOUNT>-80000.00</AMOUNT>", "<AMOUNT>-80000.01</AMOUNT>", 1)
    path.write_text(text, encoding="utf-16")
    done = run(home, "import", str(path), "--db", f"sqlite:///{home}/k.db")
    assert done.code == ExitCode.REJECTED
    assert "Rejected    1 records are kept raw and are not in the books:" in done.output
    assert "INV-003" in done.output
    assert "tally.voucher.unbalanced" in done.output


def test_a_proof_that_differs_changes_the_exit_code(home: Path) -> None:
    """The master says what Cash closed at; a lost voucher shows."""
    path = write_day_book(home / "DayBook.xml", ASHOKA[:5])
    text = path.read_text(encoding="utf-16")
    text = text.replace(
        "<PARENT>Cash-in-Hand</PARENT>", "<PARENT>Cash-in-Hand</PARENT><CLOSINGBALANCE>-99999.00</CLOSINGBALANCE>"
    )
    path.write_text(text, encoding="utf-16")
    url = f"sqlite:///{home}/k.db"
    done = run(home, "import", str(path), "--db", url)
    assert done.code == ExitCode.DIFFERS, done.output + done.errors
    assert "DIFFERS" in done.output
    assert "ours 60,000.00, theirs 99,999.00, difference -39,999.00" in done.output
    proof = run(home, "proof", "--db", url)
    assert proof.code == ExitCode.DIFFERS


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (("import", "none.xml"), ExitCode.USAGE, "does not exist"),
        (("vouchers", "--from", "yesterday"), ExitCode.USAGE, "2026-03-31"),
        (("vouchers", "--known-at", "soon"), ExitCode.USAGE, "2026-03-31"),
        (("vouchers", "--limit", "0"), ExitCode.USAGE, "--limit"),
        (("nonsense",), ExitCode.USAGE, "nonsense"),
        (("parties", "--golden", "--reviews"), ExitCode.USAGE, "choose one"),
        (("vouchers", "--company", "Zebra"), ExitCode.NOT_FOUND, "Nilgiri Sample Company"),
        (("vouchers", "--cursor", "zz"), ExitCode.REFUSED, "cursor"),
        (("vouchers", "--tenant", "nobody"), ExitCode.NOT_FOUND, "nobody"),
        (("receivables", "statement", "Asoka Trader"), ExitCode.NOT_FOUND, "did you mean Ashoka Traders?"),
        (("receivables", "ageing", "--buckets", "30,20"), ExitCode.REFUSED, "rising"),
        (("receivables", "ageing", "--buckets", "a,b"), ExitCode.REFUSED, "30,60,90"),
        (("receivables", "statement", "Ashoka", "--from", "2026-05-01", "--as-of", "2026-04-01"), 8, "ends before"),
        (("ledger", "Cahs"), ExitCode.NOT_FOUND, "did you mean Cash?"),
        (("trace", "voucher:x"), ExitCode.REFUSED, "v:N"),
        (("trace", "banana"), ExitCode.REFUSED, "v:12"),
        (("trace", "voucher:999999"), ExitCode.NOT_FOUND, "999999"),
        (("trace", "tally:a:vouchers:b"), ExitCode.NOT_FOUND, "ever read"),
        (("parties", "--undo", "pm_none"), ExitCode.REFUSED, "no merge 'pm_none'"),
        (("connections", "add", "shop", "none.xml"), ExitCode.USAGE, "does not exist"),
        (("connections", "add", "Shop 1", "."), ExitCode.REFUSED, "Shop 1"),
        (("connections", "remove", "shop"), ExitCode.NOT_FOUND, "shop"),
        (("sync", "shop"), ExitCode.ACT, "khata up"),
        (("tenants", "create", "Asha & Co"), ExitCode.REFUSED, "asha-traders"),
        (("api-keys", "revoke", "abcd"), ExitCode.NOT_FOUND, "abcd"),
        (("import", "--connector", "papyrus", "."), ExitCode.ACT, "tally"),
        (("sandbox", "write", "tally", "--vouchers", "-1"), ExitCode.USAGE, "--vouchers"),
    ],
)
def test_a_wrong_command_says_what_is_wrong_and_what_would_be_right(
    home: Path, ashoka_url: str, arguments: tuple[str, ...], code: ExitCode, words: str
) -> None:
    done = run(home, *arguments, env={"KHATA_DATABASE__URL": ashoka_url})
    assert done.code == code, done.errors
    assert words in " ".join(done.errors.split()), done.errors
    assert "Traceback" not in done.errors
    assert done.output == ""


def test_a_database_of_another_kind_is_a_configuration_error(home: Path) -> None:
    done = run(home, "companies", "--db", "mysql://root:hunter2@localhost/x")
    assert done.code == ExitCode.ACT
    assert "sqlite:///" in done.errors
    assert "hunter2" not in done.errors


def test_debug_shows_the_traceback_as_well(home: Path) -> None:
    done = run(home, "--debug", "companies", "--db", "nonsense")
    assert done.code == ExitCode.ACT
    assert "Traceback" in done.errors
    assert "Error: " in done.errors


def test_a_defect_of_ours_is_called_one(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def break_(*_: object, **__: object) -> None:
        raise ZeroDivisionError("nobody foresaw this")

    monkeypatch.setattr("khata.cli.session.load_settings", break_)
    done = run(home, "companies")
    assert done.code == ExitCode.UNEXPECTED
    assert "defect of Khata" in done.errors
    assert "Traceback" not in done.errors


def test_the_process_ends_with_the_same_code(home: Path) -> None:
    done = khata(home, "trace", "banana", "--db", f"sqlite:///{home}/k.db")
    assert done.code == ExitCode.REFUSED
    assert done.errors.startswith("Error: 'banana' is not an id such as v:12")
