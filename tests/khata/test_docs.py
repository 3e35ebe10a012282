"""What is documented is what is there: commands, options, settings, codes, endpoints; generated pages are fresh."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer

from khata.cli.app import app
from khata.docs.__main__ import FOLDER, PAGES, stale_pages
from khata.docs.command_line import iter_commands
from khata.docs.errors import iter_error_classes, load_codes
from khata.settings import iter_setting_fields
from receivables.item import ItemFlag
from tests.khata.running import run

ROOT = FOLDER.parent
PACKAGES = ("canonical", "connectors", "harmonizer", "receivables", "storage", "workflows", "khata", "sandbox")
PREFIXES = (
    "api busy canonical company connection connector folder gst harmonizer import invariant khata ledger marg oauth "
    "party proof quickbooks receivables recognition request rule sandbox sheet source spreadsheet storage sync "
    "tally temporal tenant trace webhook zoho"
).split()
NOT_CODES = re.compile(
    r"khata\.(api|db|lock|log|up|sync|look|extract|translate|prove|harmonize|open_run|close_run|request_id|docs)"
    r"|api\.md|gst\.turnover|temporal\.(address|db|exe)|tenant\.id|receivables\.fifo|storage\.(migrations|store)"
)
"""Dotted words that are names of loggers, steps, files, columns or settings."""
DOTTED = re.compile(rf"(?:{'|'.join(PREFIXES)})(?:\.[a-z_]+){{1,3}}")
CODE_FIRST = {"_refuse": "tally.file.", "note": "tally.file.", "_Sentence": "tally.file."}
"""Functions of the Tally reader whose first argument is the last part of a code."""
UNREADABLE = ("amount", "date", "quantity", "rate", "number", "period")


def page(name: str) -> str:
    return (FOLDER / name).read_text(encoding="utf-8")


def commands() -> list[tuple[str, Any]]:
    return list(iter_commands(typer.main.get_command(app)))


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_what_the_code_writes_now(name: str) -> None:
    assert name not in stale_pages(), "run: make docs"


@pytest.mark.parametrize(("path", "command"), commands())
def test_a_command_and_its_options_are_documented_and_explain_themselves(path: str, command: Any) -> None:
    text = page("cli.md")
    section = text.split(f"\n## {path}\n", 1)[1].split("\n## ", 1)[0]
    assert (command.help or "").strip().endswith(".")
    for parameter in command.params:
        if parameter.param_type_name == "option":
            assert all(f"`{name}`" in section for name in parameter.opts), parameter.opts
        assert (parameter.help or "").strip(), f"{path} {parameter.name} says nothing"


@pytest.mark.parametrize(("path", "command"), commands())
def test_a_command_answers_help(path: str, command: Any, tmp_path: Path) -> None:
    done = run(tmp_path, *path.split()[1:], "--help")
    assert done.code == 0
    assert "Usage: khata" in done.output


def test_every_setting_is_documented() -> None:
    text = page("settings.md")
    for item in iter_setting_fields():
        assert f"| `{item.key}` | `{item.variable}` |" in text


@cache
def trees() -> list[tuple[Path, ast.AST]]:
    paths = (path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py")))
    return [(path, ast.parse(path.read_text(encoding="utf-8"))) for path in paths]


def sources() -> Iterator[tuple[Path, ast.AST]]:
    for path, tree in trees():
        for node in ast.walk(tree):
            yield path, node


def codes_in_source() -> dict[str, str]:
    found: dict[str, str] = {f"tally.{kind}.unreadable": "connectors/tally/translate" for kind in UNREADABLE}
    found |= {f"receivables.item.{flag.value}": "receivables/item.py" for flag in ItemFlag}
    for path, node in sources():
        if not isinstance(node, ast.Call | ast.Constant):
            continue
        where = f"{path.relative_to(ROOT)}:{node.lineno}"
        if isinstance(node, ast.Call) and path.is_relative_to(ROOT / "connectors/tally/export"):
            name = getattr(node.func, "id", "")
            first = node.args[0] if node.args else None
            if name in CODE_FIRST and isinstance(first, ast.Constant) and isinstance(first.value, str):
                found[CODE_FIRST[name] + first.value] = where
        value = node.value if isinstance(node, ast.Constant) else None
        if isinstance(value, str) and DOTTED.fullmatch(value) and not NOT_CODES.fullmatch(value):
            found[value] = where
    return found


def test_every_code_in_the_source_is_documented_and_no_other() -> None:
    documented = {code for table in load_codes().values() for code in table}
    source = codes_in_source()
    missing = {code: where for code, where in source.items() if code not in documented}
    assert not missing, f"Say in khata/docs/codes.toml what these mean and what to do: {missing}"
    assert not documented - source.keys(), "these codes are in khata/docs/codes.toml and nowhere in the source"


def test_codes_assembled_at_run_time_are_the_ones_this_test_knows() -> None:
    assembled = {
        ast.unparse(node)
        for _, node in sources()
        if isinstance(node, ast.JoinedStr)
        and isinstance(node.values[0], ast.Constant)
        and re.match(rf"(?:{'|'.join(PREFIXES)})\.", str(node.values[0].value))
    }
    assert assembled == {
        "f'tally.file.{code}'",
        "f'tally.{error.kind}.unreadable'",
        "f'receivables.item.{flag.value}'",
    }


def test_every_error_class_has_a_documented_code_and_a_row() -> None:
    documented = {code for table in load_codes().values() for code in table}
    text = page("errors.md")
    for cls, _ in iter_error_classes():
        assert cls.default_code in documented, cls
        assert f"`{cls.__name__}` |" in text


def test_every_documented_code_says_something() -> None:
    for code, sentence in (item for table in load_codes().values() for item in table.items()):
        assert sentence.endswith("."), code
        assert len(sentence) > 15, code


def test_settings_and_commands_named_in_prose_exist() -> None:
    """`khata ...` and KHATA_ names anywhere in README and docs must be real."""
    paths = {path for path, _ in commands()}
    groups = {" ".join(path.split()[:2]) for path in paths}
    variables = {item.variable for item in iter_setting_fields()} | {"KHATA_CONFIG", "KHATA_SAMPLES", "KHATA_"}
    for file in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))):
        text = file.read_text(encoding="utf-8")
        for words in re.findall(r"`khata ((?:[a-z][a-z-]*)(?: [a-z][a-z-]*)?)", text):
            names = {f"khata {words}", f"khata {words.split()[0]}"}
            assert names & (paths | groups), f"{file.name}: khata {words}"
        for name in re.findall(r"KHATA_[A-Z_]*", text):
            assert name in variables or name.startswith(("KHATA_TEST_", "KHATA_BENCH_")), f"{file.name}: {name}"
