"""What can be wrong with an identifier.

Small on purpose: callers ask *is it one*, people read the sentence::

    IdentifierError              RuleError
    |- InvalidLength             too few or too many characters
    |- InvalidFormat             a character where it cannot be
    |- InvalidComponent          a part that names nothing (a state code that does not exist)
    '- InvalidChecksum           the check character does not fit: most likely a typing error

Messages never repeat the number: it may identify a person, and errors travel to logs.
"""

from __future__ import annotations

from canonical.errors import RuleError


class IdentifierError(RuleError):
    """A text is not the identifier it is said to be."""

    default_code = "canonical.identifier.invalid"


class InvalidLength(IdentifierError):
    """Too few or too many characters."""

    default_code = "canonical.identifier.length"


class InvalidFormat(IdentifierError):
    """A character stands where it cannot stand."""

    default_code = "canonical.identifier.format"


class InvalidComponent(IdentifierError):
    """A part of the number names nothing: an unknown state code, a holder letter that does not exist."""

    default_code = "canonical.identifier.component"


class InvalidChecksum(IdentifierError):
    """The check character does not fit the rest."""

    default_code = "canonical.identifier.checksum"
