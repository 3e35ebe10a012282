"""Indian phone numbers to E.164: mobiles, and landlines with their STD code.

A mobile is ten digits from 6-9. A landline is an STD code (two to four digits) and a subscriber number, ten digits
together. People write +91, 0091, 91, a trunk 0, brackets, hyphens, extensions and several numbers in one field.
Ten digits from 6-9 may also be a landline (0731-2512345); both reach the same number, only the ``kind`` differs, and
the grouping a person wrote decides it.

>>> validate("098765 43210")
'+919876543210'
>>> validate("(0731) 251-2345 ext. 12")
'+917312512345'
>>> info("0731-2512345").kind.value, info("+91 98765 43210").kind.value
('landline', 'mobile')
>>> find_numbers("9876543210 / 0731-2512345, 91234 56780")
('+919876543210', '+917312512345', '+919123456780')
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat, InvalidLength
from canonical.identifiers.text import is_ascii_digits, plain

COUNTRY = "91"
NATIONAL_LENGTH = 10
MOBILE_FIRST_DIGIT_MIN = "6"
_LABEL = re.compile(r"^[A-Za-z.:\s-]*(?=[+(0-9])")
_EXTENSION = re.compile(r"(?:\bext(?:n|ension)?\b|\bx(?=\s*[0-9]))[\s.:]*[0-9]{1,5}\s*$", re.IGNORECASE)
_SEPARATORS = re.compile(r"[\s().\-_]+")
_STD_GROUP = re.compile(r"^\(?0([1-8][0-9]{1,3})\)?[\s\-.)]+(?=[2-7])")
_SPLIT = re.compile(r"[,;/|&\n]|\bor\b|\band\b", re.IGNORECASE)
_TOLL_FREE = re.compile(r"1(?:800|860)[0-9]{6,9}")


class PhoneKind(StrEnum):
    """What answers."""

    MOBILE = "mobile"
    LANDLINE = "landline"
    TOLL_FREE = "toll_free"
    """1800 and 1860 numbers; reachable from India only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneInfo:
    """What a number says: E.164, its kind, and the STD code where the writing shows it."""

    number: str
    kind: PhoneKind
    std_code: str = ""


def compact(number: str) -> str:
    """Return the national digits without country code, trunk zero, label, extension and separators."""
    text = _LABEL.sub("", _EXTENSION.sub("", plain(number)))
    has_plus = text.startswith("+")
    digits = _SEPARATORS.sub("", text.removeprefix("+"))
    if has_plus:
        return digits.removeprefix(COUNTRY).removeprefix("0") if digits.startswith(COUNTRY) else f"+{digits}"
    return _without_prefixes(digits)


def validate(number: str, *, std_code: str = "") -> str:
    """Return the number in E.164.

    Args:
        number: one number as typed.
        std_code: of the place, for landlines written without it (six to eight digits).

    Raises:
        InvalidComponent: the number of another country.
        InvalidFormat: something else than digits and separators.
        InvalidLength: not ten digits after country code and trunk zero.
    """
    digits = compact(number)
    if digits.startswith("+"):
        raise InvalidComponent("This is the phone number of another country; only Indian numbers are read.")
    if not is_ascii_digits(digits):
        raise InvalidFormat("A phone number is digits, with +, brackets and hyphens between them.")
    local = compact(std_code).lstrip("0")
    if local and len(digits) + len(local) == NATIONAL_LENGTH:
        digits = local + digits
    if _TOLL_FREE.fullmatch(digits):
        return f"+{COUNTRY}{digits}"
    if len(digits) != NATIONAL_LENGTH:
        raise InvalidLength(f"An Indian phone number has {NATIONAL_LENGTH} digits; this has {len(digits)}.")
    if digits[0] == "0":
        raise InvalidComponent("No Indian phone number begins with two zeroes.")
    return f"+{COUNTRY}{digits}"


def is_valid(number: str, *, std_code: str = "") -> bool:
    """Say whether the text is one Indian phone number."""
    try:
        return bool(validate(number, std_code=std_code))
    except IdentifierError:
        return False


def info(number: str, *, std_code: str = "") -> PhoneInfo:
    """Tell mobile from landline.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number, std_code=std_code)
    national = value.removeprefix(f"+{COUNTRY}")
    if _TOLL_FREE.fullmatch(national):
        return PhoneInfo(number=value, kind=PhoneKind.TOLL_FREE)
    written = _STD_GROUP.match(plain(number))
    std = national.removesuffix(compact(number)) or (written[1] if written else "")
    kind = PhoneKind.LANDLINE if std or national[0] < MOBILE_FIRST_DIGIT_MIN else PhoneKind.MOBILE
    return PhoneInfo(number=value, kind=kind, std_code=std)


def is_mobile(number: str) -> bool:
    """Say whether the text is one Indian mobile number, one that can get a message."""
    return is_valid(number) and info(number).kind is PhoneKind.MOBILE


def find_numbers(text: str, *, std_code: str = "") -> tuple[str, ...]:
    """Read every Indian number out of one field, in order, each once, in E.164."""
    parts = (part.strip() for part in _SPLIT.split(plain(text)))
    found = (validate(part, std_code=std_code) for part in parts if is_valid(part, std_code=std_code))
    return tuple(dict.fromkeys(found))


def _without_prefixes(digits: str) -> str:
    for prefix in ("0091", "091", COUNTRY, "0"):
        if digits.startswith(prefix) and len(digits) == NATIONAL_LENGTH + len(prefix):
            return digits.removeprefix(prefix)
    return digits
