"""Why a file cannot be used: one function per reason, each naming the file, the place and what to do.

All are ``SourceMalformed`` with a stable code ``tally.file.*``: nothing of a refused file is ever handed over.
Setting-like reasons (no such file, which company) are ``ConfigurationError``.
"""

from __future__ import annotations

from dataclasses import dataclass

from canonical.errors import ConfigurationError, SourceMalformed

EXPORT_HINT = "Export again from Tally (Alt+E, XML) and wait until Tally says it has finished."
_MEBIBYTE = 1024 * 1024


@dataclass(slots=True)
class Place:
    """Where the reader is: the file as people call it, and the bytes of it consumed so far."""

    file: str
    byte: int = 0

    def __str__(self) -> str:
        return f"{self.file}, near byte {self.byte}"


def _refuse(code: str, place: Place, message: str) -> SourceMalformed:
    return SourceMalformed(message, code=f"tally.file.{code}", file=place.file, byte=place.byte)


def empty(place: Place) -> SourceMalformed:
    """No bytes, or only blanks."""
    return _refuse("empty", place, f"{place.file} is empty. {EXPORT_HINT}")


def not_tally(place: Place, found: str, advice: str = "Give a day book or masters exported as XML.") -> SourceMalformed:
    """Readable as something else, or not readable at all."""
    return _refuse("not_tally", place, f"{place.file} is {found}, not a Tally XML export. {advice}")


def truncated(place: Place, objects: int) -> SourceMalformed:
    """The document ends inside an element."""
    message = f"{place} ends too early (at least {objects} objects are whole): the export or a copy of it was cut off."
    return _refuse("truncated", place, f"{message} {EXPORT_HINT}")


def malformed(place: Place, line: int, column: int, reason: str) -> SourceMalformed:
    """Not well-formed in a way the sanitiser does not repair."""
    return _refuse(
        "malformed",
        place,
        f"{place.file} is not well-formed XML at line {line}, column {column} (near byte {place.byte}): {reason}. "
        f"If a program or a person edited the file, correct that line; otherwise: {EXPORT_HINT}",
    )


def undecodable(place: Place, encoding: str) -> SourceMalformed:
    """The bytes do not fit the encoding they announce."""
    return _refuse(
        "encoding",
        place,
        f"{place} does not hold valid {encoding} text, though it starts like it: it was damaged or cut in the middle "
        f"of a character. {EXPORT_HINT}",
    )


def doctype(place: Place) -> SourceMalformed:
    """A document type or entity declaration: Tally writes none, attacks use them."""
    return _refuse(
        "doctype",
        place,
        f"{place} declares a document type or entities. Tally never does, and they can be used to exhaust memory, so "
        "the file is refused. Remove the declaration if you trust the file, or export again from Tally.",
    )


def text_too_long(place: Place, limit: int) -> SourceMalformed:
    """One value is far longer than anything a person types."""
    return _refuse(
        "text_too_long",
        place,
        f"{place} holds a single value longer than {limit // _MEBIBYTE} MiB. Tally writes no such value; the file is "
        "damaged or was made to exhaust memory. Raise text_bytes_max only if you trust it.",
    )


def object_too_large(place: Place, limit: int) -> SourceMalformed:
    """One voucher or master is larger than allowed."""
    return _refuse(
        "object_too_large",
        place,
        f"{place} holds a single object larger than allowed ({limit // _MEBIBYTE} MiB, or over 750,000 elements). "
        "Raise object_bytes_max if a voucher really is that large.",
    )


def nested_too_deep(place: Place, limit: int) -> SourceMalformed:
    """Elements inside elements beyond anything Tally writes."""
    return _refuse("nested_too_deep", place, f"{place} nests elements deeper than {limit} levels. {EXPORT_HINT}")


def tally_answered(place: Place, error: str) -> SourceMalformed:
    """The file holds Tally's error message instead of data."""
    return _refuse(
        "tally_error",
        place,
        f"{place.file} holds an answer of Tally without data: {error!r}. Correct the request or the company and "
        "export again.",
    )


def no_objects(place: Place, root: str) -> SourceMalformed:
    """XML, perhaps even Tally's, but no voucher and no master in it."""
    return _refuse(
        "no_objects",
        place,
        f"{place.file} is XML (root element {root!r}) but holds no vouchers and no masters; it may be a report. "
        "Export the Day Book or the List of Accounts as XML.",
    )


def zip_damaged(place: Place, reason: str) -> SourceMalformed:
    """The archive itself is broken or cut."""
    return _refuse("zip_damaged", place, f"{place.file} is a damaged zip file ({reason}). Zip or copy it again.")


def zip_encrypted(place: Place) -> SourceMalformed:
    """A password is needed."""
    return _refuse("zip_encrypted", place, f"{place.file} is protected by a password. Unpack it and give the XML file.")


def zip_method(place: Place) -> SourceMalformed:
    """A compression method Python's zip reader does not know (Windows uses Deflate64 above 2 GB)."""
    return _refuse(
        "zip_method",
        place,
        f"{place.file} is packed by a method this program does not read. Unpack it and give the XML file.",
    )


def zip_bomb(place: Place, reason: str) -> SourceMalformed:
    """Unpacks to far more than an export does."""
    return _refuse(
        "zip_bomb",
        place,
        f"{place} {reason}, so it is refused as a zip bomb. If you trust it, unpack it and give the XML file.",
    )


def zip_without_xml(place: Place) -> SourceMalformed:
    """Nothing inside looks like an export."""
    return not_tally(place, "a zip file without an XML file in it", "Zip the exported XML file itself.")


def not_found(path: str) -> ConfigurationError:
    """A path that does not lead to a readable file."""
    return ConfigurationError(
        f"There is no readable file {path}. Check the path and its permissions.", code="tally.file.not_found", file=path
    )


def other_companies(names: list[str], wanted: str) -> ConfigurationError:
    """The wanted company is not among those in the files."""
    return ConfigurationError(
        f"The files hold books of {', '.join(names)}, not of {wanted!r}. Give that company's files or name another.",
        code="tally.company.other",
        company=wanted,
    )
