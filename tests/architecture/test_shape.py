"""Sizes and names: functions under 60 lines, no drawers, docstrings that say what, and where to start."""

from __future__ import annotations

import ast
import statistics
import subprocess
import sys
from pathlib import Path

import pytest

from tests.architecture.test_floors import PACKAGES, ROOT, python_files

FUNCTION_LINES_MAX = 60
FUNCTION_LINES_MEDIAN = 10
FUNCTION_LINES_P90 = 30
BANNED = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def functions(path: Path) -> list[tuple[str, int, int]]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return [
        (node.name, node.lineno, (node.end_lineno or node.lineno) - node.lineno + 1)
        for node in ast.walk(tree)
        if isinstance(node, Function)
    ]


def test_no_function_is_longer_than_a_page() -> None:
    too_long = [
        f"  {path.relative_to(ROOT)}:{line} {name} has {length} lines"
        for path in python_files(*PACKAGES, "bench")
        for name, line, length in functions(path)
        if length > FUNCTION_LINES_MAX
    ]
    assert not too_long, "\n".join([f"Split what is over {FUNCTION_LINES_MAX} lines:", *too_long])


def test_most_functions_are_small() -> None:
    lengths = sorted(length for path in python_files(*PACKAGES) for _, _, length in functions(path))
    assert statistics.median(lengths) <= FUNCTION_LINES_MEDIAN
    assert lengths[int(len(lengths) * 0.9)] <= FUNCTION_LINES_P90


def test_no_drawers() -> None:
    names = [path for path in python_files(*PACKAGES) if path.stem in BANNED or path.parent.name in BANNED]
    assert not names, f"Name the noun instead: {[str(path.relative_to(ROOT)) for path in names]}"


def test_every_module_says_what_it_is() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in python_files(*PACKAGES, "bench")
        if not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert not silent, f"No module docstring: {silent}"


def test_every_package_says_what_it_may_import_and_where_to_start() -> None:
    for package in (*PACKAGES, "connectors/sdk", "connectors/tally", "workflows/temporal"):
        text = (ROOT / package / "__init__.py").read_text(encoding="utf-8")
        assert "May import:" in text, package
        assert "Start at:" in text, package
        assert (ROOT / package.split("/")[0] / "py.typed").exists(), package


def test_every_test_folder_is_a_package() -> None:
    folders = {path.parent for path in (ROOT / "tests").rglob("*.py")}
    bare = [str(folder.relative_to(ROOT)) for folder in folders if not (folder / "__init__.py").exists()]
    assert not bare, f"Add __init__.py, or test modules of the same name clash: {bare}"


@pytest.mark.parametrize("package", PACKAGES)
def test_generic_names_resolve_to_this_project_from_elsewhere(package: str, tmp_path: Path) -> None:
    """A published package may install a top-level 'workflows' too; ours must win in our environment."""
    code = f"import {package}; print({package}.__file__)"
    done = subprocess.run([sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False)
    if done.returncode and "No module named" in done.stderr:
        pytest.skip("the project is not installed in this environment (make setup installs it)")
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(ROOT)


def broad_handlers(path: Path) -> list[int]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    broad = {"Exception", "BaseException"}
    return [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in broad))
    ]


BORDERS = {
    "connectors/tally/gateway/ahead.py": "between threads: what ends a question is raised where its answer is awaited",
    "khata/__main__.py": "the command line's border",
    "khata/api/errors.py": "the API's border",
    "workflows/temporal/activities.py": "the step runner's border",
}


def test_broad_except_only_at_the_named_borders() -> None:
    found = {
        path.relative_to(ROOT).as_posix(): lines for path in python_files(*PACKAGES) if (lines := broad_handlers(path))
    }
    assert set(found) <= set(BORDERS), (
        f"Catch what you can act on: { {k: v for k, v in found.items() if k not in BORDERS} }"
    )
