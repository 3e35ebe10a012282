"""``docs/errors.md``: every error class and every code, what it means and what to do."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import tomllib
from collections.abc import Iterator, Mapping
from importlib import resources

from canonical.errors import KhataError
from khata.api.errors import status_of
from khata.exit_codes import exit_code_for

PAGE = "errors.md"
_INTRODUCTION = """# Errors and issues

Generated from the error classes and `khata/docs/codes.toml` by `make docs`; do not edit.

Two kinds of bad news are kept apart. A broken *operation* raises an error: the command stops, says one sentence, its
code and what to do, and ends with the exit code below; over HTTP the same error is `{"error": code, "detail": sentence,
"hint": ..., "request_id": ...}` with the status below. Bad *data* never stops anything: it becomes an *issue* beside
the data, with a level, a place and a hint, and `khata issues` lists them. Codes are dotted and stable.

## Error classes

The class says what to do: `retry` later, `act` (a person changes something), `abort` (this cannot go on).

| class | code | recovery | exit code | HTTP | |
|---|---|---|---|---|---|
"""
_ISSUES = """
## Issue codes

The level says how much it matters: *info* (good to know), *warning* (worth a look), *action required* (a figure may be
wrong until somebody acts), *rejected* (the record is kept raw and is not in the books).

| code | level and meaning |
|---|---|
"""
_ERRORS = """
## Error codes

| code | meaning |
|---|---|
"""
_PACKAGES = ("canonical", "connectors", "harmonizer", "receivables", "storage", "workflows", "khata")


def render() -> str:
    """Return the page."""
    codes = load_codes()
    parts = [_INTRODUCTION, *(_class_row(cls, depth) for cls, depth in iter_error_classes())]
    parts += [_ISSUES, *(f"| `{code}` | {sentence} |\n" for code, sentence in sorted(codes["issues"].items()))]
    parts += [_ERRORS, *(f"| `{code}` | {sentence} |\n" for code, sentence in sorted(codes["errors"].items()))]
    return "".join(parts)


def load_codes() -> Mapping[str, Mapping[str, str]]:
    """Read the table of codes: ``issues`` and ``errors``, each code with its sentence."""
    text = resources.files("khata.docs").joinpath("codes.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def iter_error_classes() -> Iterator[tuple[type[KhataError], int]]:
    """Yield every error class of the project with its depth in the tree, base first."""
    for package in _PACKAGES:
        _import_all(package)
    yield from _walk(KhataError, 0)


def _import_all(package: str) -> None:
    for module in pkgutil.walk_packages(importlib.import_module(package).__path__, f"{package}."):
        if "__main__" not in module.name and ".versions." not in module.name and not module.name.endswith(".env"):
            importlib.import_module(module.name)


def _walk(cls: type[KhataError], depth: int) -> Iterator[tuple[type[KhataError], int]]:
    yield cls, depth
    for child in sorted(cls.__subclasses__(), key=_place):  # never the order in which modules were imported
        if child.__module__.split(".")[0] in _PACKAGES:
            yield from _walk(child, depth + 1)


def _place(cls: type[KhataError]) -> tuple[bool, str, str]:
    return cls.__module__.split(".")[0] != "canonical", cls.__name__, cls.__module__


def _class_row(cls: type[KhataError], depth: int) -> str:
    sentence = " ".join(inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0].split())
    name = f"{'&nbsp;&nbsp;' * depth}`{cls.__name__}`"
    error = cls.__new__(cls)  # the tables look at the class only, and constructors differ
    return (
        f"| {name} | `{cls.default_code}` | {cls.recovery.value} | {int(exit_code_for(error))} | {status_of(error)} "
        f"| {sentence} |\n"
    )
