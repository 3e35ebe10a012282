"""``docs/cli.md``: every command with its arguments and options, from the commands themselves."""

from __future__ import annotations

import typing
from collections.abc import Iterator
from enum import StrEnum
from typing import Any

import typer

from khata.cli.app import app
from khata.exit_codes import ERROR_EXITS, ExitCode

PAGE = "cli.md"
_INTRODUCTION = """# The command line

Generated from `khata/cli/` by `make docs`; do not edit. `khata COMMAND --help` says the same.

Results go to standard output, everything else (progress, errors) to standard error. Tables for people show Indian
digit grouping (1,23,456.00) and fit the terminal; into a pipe they are as wide as they need to be. `--format json`,
`csv` and `xlsx` give plain decimals, ISO dates and UTC times; XLSX cells are numbers, exact to the paisa. Dates are
written 2026-03-31. `--as-of` is the accounting date of a report (today in India if left out); `--known-at` asks for
the answer as the books were known at a time. `--db`, `--tenant` and `--company` say which books; see also
[settings](settings.md). Ids in reports (`v:12`, `l:5`, `b:...`) are for `khata trace`.

Try it: `khata demo` imports two invented companies and prints commands that go on from there.
"""


def render() -> str:
    """Return the page."""
    root = typer.main.get_command(app)
    parts = [_INTRODUCTION, "\n## khata\n\n", _parameters(root), "\n", _exit_codes()]
    for path, command in iter_commands(root):
        parts += [f"\n## {path}\n\n{_sentence(command)}\n\n", f"    {_usage(path, command)}\n\n", _parameters(command)]
    return "".join(parts).rstrip() + "\n"


def iter_commands(group: Any, path: str = "khata") -> Iterator[tuple[str, Any]]:
    """Yield every command that does something, with its full name."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from iter_commands(command, f"{path} {name}")
        else:
            yield f"{path} {name}", command


def _sentence(command: Any) -> str:
    return " ".join((command.help or "").split())


def _usage(path: str, command: Any) -> str:
    arguments = [_value(p) if p.required else f"[{_value(p)}]" for p in _arguments(command)]
    return " ".join([path, *arguments, "[OPTIONS]"])


def _arguments(command: Any) -> list[Any]:
    return [p for p in command.params if p.param_type_name == "argument"]


def _options(command: Any) -> list[Any]:
    hidden = {"--install-completion", "--show-completion", "--help"}
    return [p for p in command.params if p.param_type_name == "option" and not hidden.intersection(p.opts)]


def _parameters(command: Any) -> str:
    rows = [f"| `{_value(p)}` | {p.help or ''} |\n" for p in _arguments(command)]
    rows += [f"| {_option_text(p)} | {_option_help(p)} |\n" for p in _options(command)]
    return "".join(["| | |\n|---|---|\n", *rows]) if rows else ""


def _option_text(option: Any) -> str:
    spelled = ", ".join(f"`{name}`" for name in option.opts)
    if option.is_flag:
        return spelled
    choices = _choices(option)
    value = " or ".join(f"`{choice}`" for choice in choices) if choices else f"`{_value(option)}`"
    return f"{spelled} {value}"


def _types(parameter: Any) -> tuple[Any, ...]:
    annotation = parameter.type_descriptor.annotation
    return typing.get_args(annotation) or (annotation,)


def _choices(parameter: Any) -> list[str]:
    enums = [kind for kind in _types(parameter) if isinstance(kind, type) and issubclass(kind, StrEnum)]
    return [member.value for enum in enums for member in enum]


def _value(parameter: Any) -> str:
    usual = "NUMBER" if int in _types(parameter) else "TEXT"
    return parameter.metavar or "|".join(_choices(parameter)) or usual


def _option_help(option: Any) -> str:
    default = option.default
    if option.is_flag or default is None or callable(default) or default == "":
        return str(option.help or "")
    return f"{option.help} Default: `{getattr(default, 'value', default)}`."


def _exit_codes() -> str:
    rows = [f"| {int(code)} | {code.meaning} | {_errors(code)} |\n" for code in ExitCode]
    return "".join(["## Exit codes\n\n| code | meaning | errors |\n|---|---|---|\n", *rows])


def _errors(code: ExitCode) -> str:
    return ", ".join(f"`{cls.__name__}`" for cls, exit_code in ERROR_EXITS if exit_code is code)
