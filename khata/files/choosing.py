"""Which connector reads which file: asked of all of them, decided by content.

Files of one format go into one import, in the order given: masters and vouchers of one company often lie in two files.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from canonical.errors import ConfigurationError, RuleError, SourceMalformed
from connectors.sdk.base import Connector
from connectors.sdk.recognition import FileHead, Recognition, read_head, recognise
from connectors.sdk.registry import connector_names, get_connector
from khata.files.looks import looks_of

AUTO = "auto"
NOISE = frozenset({"thumbs.db", "desktop.ini", ".ds_store"})
_EXPORTS = frozenset(
    {".xml", ".zip", ".txt", ".csv", ".tsv", ".dat", ".bds", ".xls", ".xlsx", ".xlsm", ".xlsb", ".ods", ".json"}
)
"""Endings of files that belong to an import even if nobody recognises them: they are refused, not passed over."""
_CLOSE = 10
"""Two connectors this close together, both confident, are a tie that a person has to break."""
_CONFIDENT = 50
_NAMED_MAX = 20
"""Files that a refusal names, at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FileGroup:
    """Files that one connector reads in one import."""

    connector: str
    format: str
    files: tuple[Path, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What is imported by whom.

    Attributes:
        groups: in the order of their first files.
        left_aside: files in folders that are nobody's exports, and what they look like.
    """

    groups: tuple[FileGroup, ...]
    left_aside: tuple[str, ...] = ()


@dataclass(slots=True)
class Choosing:
    """Chooses for one command or one watched folder.

    Attributes:
        asked: name of the connector that files have to be of; ``auto`` asks all.
        connectors: those asked.
    """

    asked: str = AUTO
    connectors: tuple[Connector, ...] = field(default=())

    def __post_init__(self) -> None:
        """Find the connectors.

        Raises:
            ConfigurationError: there is none of that name.
        """
        if not self.connectors:
            names = connector_names() if self.asked == AUTO else (self.asked,)
            self.connectors = tuple(get_connector(name) for name in names)

    def recognise(self, path: Path) -> Recognition:
        """Say whose file it is.

        Raises:
            SourceMalformed: nobody's; the message says what it looks like and what to do.
            RuleError: two connectors claim it.
            ConfigurationError: it cannot be read.
        """
        head = read_head(path)
        found = recognise(head, self.connectors)
        if not found:
            raise self._refusal(head)
        if len(found) > 1:
            _refuse_tie(path, found)
        return found[0]

    def _refusal(self, head: FileHead) -> SourceMalformed:
        looks = looks_of(head)
        if self.asked == AUTO:
            told = f"is {looks.what}: no system that is read here wrote it, as far as its content shows. {looks.advice}"
        else:
            told = self._not_asked_for(head) or (
                f"is {looks.what}, and not of {self.connectors[0].title} as far as its content shows. {looks.advice}"
            )
        return SourceMalformed(f"{head.path.name} {told}", code="recognition.unknown_file", file=head.path.name)

    def _not_asked_for(self, head: FileHead) -> str:
        """Say whose the file is instead; empty if it is nobody's."""
        found = recognise(head, tuple(get_connector(name) for name in connector_names()))
        if not found:
            return ""
        theirs = get_connector(found[0].connector).title
        return (
            f"is not of {self.connectors[0].title} but of {theirs}: {found[0].reason}. Import it by itself, or drop it "
            "into a folder of that system or of any ('--as auto')."
        )


def choose(paths: Sequence[Path], choosing: Choosing) -> Choice:
    """Group files, and the files of folders, by who reads them.

    Raises:
        SourceMalformed: files are nobody's; all of them are named.
        RuleError: two connectors claim a file.
        ConfigurationError: a folder holds no file, or nothing that is an export.
    """
    groups: dict[tuple[str, str], list[Path]] = {}
    aside: list[str] = []
    refused: list[SourceMalformed] = []
    for path, is_named in _files_of(paths):
        try:
            found = choosing.recognise(path)
        except SourceMalformed as error:
            if is_named or path.suffix.lower() in _EXPORTS:
                refused.append(error)
            else:
                aside.append(path.name)
            continue
        groups.setdefault((found.connector, found.format), []).append(path)
    if refused:
        raise _nobodys(refused)
    if not groups:
        raise ConfigurationError(
            f"Nothing here is an export of an accounting system; {', '.join(aside[:_NAMED_MAX])} "
            f"{'is' if len(aside) == 1 else 'are'} none. Folders inside a folder are not looked into: name them.",
            code="connection.folder_empty",
        )
    return Choice(
        groups=tuple(
            FileGroup(connector=name, format=form, files=tuple(files)) for (name, form), files in groups.items()
        ),
        left_aside=tuple(aside),
    )


def _nobodys(refused: Sequence[SourceMalformed]) -> SourceMalformed:
    """One refusal for all files that are nobody's, so that they need not be found out one command at a time."""
    if len(refused) == 1:
        return refused[0]
    told = "".join(f"\n  {error.message}" for error in refused[:_NAMED_MAX])
    more = f"\n  ... and {len(refused) - _NAMED_MAX} more" if len(refused) > _NAMED_MAX else ""
    return SourceMalformed(
        f"{len(refused)} files are nobody's, and nothing was imported:{told}{more}",
        code="recognition.unknown_file",
        files=len(refused),
    )


def _files_of(paths: Iterable[Path]) -> Iterable[tuple[Path, bool]]:
    """Files, and whether they were named rather than found in a folder."""
    for path in paths:
        if not path.is_dir():
            yield path, True
            continue
        inner = sorted(one for one in path.iterdir() if one.is_file() and not is_noise(one.name))
        if not inner:
            raise ConfigurationError(
                f"The folder {path} holds no file. Folders inside it are not looked into: name them.",
                code="connection.folder_empty",
            )
        for one in inner:
            yield one, False


def is_noise(name: str) -> bool:
    """Say whether a name is one that file managers, not people, put there."""
    return name.startswith(".") or name.lower() in NOISE


def _refuse_tie(path: Path, found: Sequence[Recognition]) -> None:
    first, second = found[:2]
    if first.connector == second.connector or second.confidence < _CONFIDENT:
        return
    if first.confidence - second.confidence < _CLOSE:
        raise RuleError(
            f"{path.name} may be of {first.connector} ({first.reason}) or of {second.connector} ({second.reason}). "
            f"Say which with --connector {first.connector} or --connector {second.connector}.",
            code="recognition.ambiguous",
            file=path.name,
        )
