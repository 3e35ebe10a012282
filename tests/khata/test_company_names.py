"""What books are called: a name that somebody gave stays, whatever later files leave out."""

from __future__ import annotations

from pathlib import Path

from tests.connectors.tally.writing import export, voucher
from tests.khata.running import run


def names(folder: Path, database: str) -> list[str]:
    return [
        str(one["name"]) for one in run(folder, "companies", "--db", database, "--format", "json").json()["companies"]
    ]


def test_a_file_that_names_nobody_does_not_rename_the_books(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path}/books.db"
    named, unnamed = tmp_path / "named.xml", tmp_path / "unnamed.xml"
    named.write_text(export(voucher(1), name="Asha Traders"))
    unnamed.write_text(export(voucher(2), name="##SVCurrentCompany"))
    assert run(tmp_path, "import", str(unnamed), "--db", database).code == 0
    before = names(tmp_path, database)
    assert run(tmp_path, "import", str(named), "--db", database).code == 0
    assert names(tmp_path, database) == ["Asha Traders"] != before
    unnamed.write_text(export(voucher(3), name="##SVCurrentCompany"))
    assert run(tmp_path, "import", str(unnamed), "--db", database).code == 0
    assert names(tmp_path, database) == ["Asha Traders"]
