"""What was noticed about a document as a whole, as issues: repaired, guessed, dropped, assumed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

from canonical.errors import Fact
from canonical.issue import Issue, IssueLevel
from connectors.tally.export.document import Seen
from connectors.tally.export.encoding import Encoding
from connectors.tally.export.sanitiser import Sanitiser
from connectors.tally.export.version import Verdict

DERIVED_KEYS = "derived_keys"
"""Counted beside verdicts: vouchers without GUID and REMOTEID."""


@dataclass(frozen=True, slots=True)
class _Sentence:
    code: str
    level: IssueLevel
    message: str
    hint: str = ""


_COUNTED: dict[str, _Sentence] = {
    Verdict.SAME: _Sentence(
        "duplicate", IssueLevel.INFO, "{n} objects were met again, unchanged; each was taken once."
    ),
    Verdict.OLDER: _Sentence(
        "older_version", IssueLevel.INFO, "{n} objects were also read in a newer version; the older one was dropped."
    ),
    Verdict.NEWER: _Sentence(
        "newer_version", IssueLevel.INFO, "{n} objects are newer versions of objects read before and replace them."
    ),
    Verdict.REPLACED: _Sentence(
        "replaced",
        IssueLevel.WARNING,
        "{n} objects differ from earlier ones of the same identity without a change number; the later ones were taken.",
        "Check that files are given oldest first.",
    ),
    Verdict.TWIN: _Sentence(
        "shared_identity",
        IssueLevel.WARNING,
        "{n} vouchers carry the GUID of another voucher in the same file; all were taken.",
        "The file was probably made by copying vouchers; give each its own GUID or none.",
    ),
    DERIVED_KEYS: _Sentence(
        "derived_keys",
        IssueLevel.INFO,
        "{n} vouchers have neither GUID nor REMOTEID; they are recognised by type, number, date, party and amount.",
        "An edited voucher of this kind counts as a new one. Export from Tally itself to get GUIDs.",
    ),
}


def notes(file: str, counts: Counter[str], encoding: Encoding, sanitiser: Sanitiser, seen: Seen) -> Iterator[Issue]:
    """Yield the issues of one document.

    Args:
        file: the document's name.
        counts: objects by verdict, and derived keys.
        encoding: what was decided.
        sanitiser: what it repaired.
        seen: what the document says besides its objects.
    """
    for what, sentence in _COUNTED.items():
        if counts[what]:
            message = sentence.message.format(n=counts[what])
            yield note(sentence.code, sentence.level, file, message, sentence.hint, counts[what])
    yield from _encoding_notes(file, encoding)
    yield from _repair_notes(file, sanitiser)
    if not seen.objects and not seen.report_rows:
        yield note("no_records", IssueLevel.WARNING, file, "The file is Tally's but holds no vouchers and no masters.")
    elif seen.error:
        message = f"Among its data the file holds an error message of Tally: {seen.error!r}."
        yield note("tally_error", IssueLevel.WARNING, file, message, "The export may be incomplete.")


def note(  # noqa: PLR0917 - short sentences read best in a row
    code: str, level: IssueLevel, file: str, message: str, hint: str = "", count: int = 1
) -> Issue:
    """Build one issue about a file."""
    facts: dict[str, Fact] = {"file": file, "count": count}
    return Issue(code=f"tally.file.{code}", level=level, message=message, where=file, hint=hint, facts=facts)


def _encoding_notes(file: str, encoding: Encoding) -> Iterator[Issue]:
    if encoding.is_guessed:
        yield note(
            "encoding_guessed",
            IssueLevel.INFO if encoding.name == "windows-1252" else IssueLevel.WARNING,
            file,
            f"The file does not say its encoding; it was read as {encoding.name}.",
            "If names look wrong, export again choosing Unicode.",
        )
    elif encoding.contradicts_declaration:
        message = f"The file declares {encoding.declared} but is {encoding.name}; it was read as what it is."
        yield note("encoding_declared_wrong", IssueLevel.INFO, file, message)


def _repair_notes(file: str, sanitiser: Sanitiser) -> Iterator[Issue]:
    if count := sanitiser.bare_ampersands:
        yield note(
            "bare_ampersand",
            IssueLevel.INFO,
            file,
            f"{count} '&' were not written as '&amp;'; they were read as they stand "
            f"(the first near {sanitiser.first_bare_ampersand}).",
            "Tally escapes them; correct the program that made the file.",
            count,
        )
    if count := sanitiser.named_entities.total():
        names = ", ".join(sorted(sanitiser.named_entities)[:5])
        yield note(
            "html_entity", IssueLevel.INFO, file, f"{count} HTML entities were read as characters ({names}).", "", count
        )
