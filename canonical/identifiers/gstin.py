"""GSTIN: the 15 characters of a registration under the Goods and Services Tax.

Layout: two digits of the state, ten characters that are the holder's PAN (TAN-based or foreign forms for some
holders), one serial of that holder in that state, one letter of the form, one check character. The check character is
computed over the first fourteen: each is a number 0-35, multiplied by 1 and 2 in turn, quotient and remainder by 36
added up, and the sum completed to a multiple of 36.

One PAN may hold many GSTINs: the PAN is the legal entity, the GSTIN one registration of it.

A refused number hides a party from its twin and a tax from its return, an accepted wrong one is found by the next
proof; so everything the portal's patterns allow is accepted here (GSTN developer documentation; every fourteenth
character from ``1-9`` and ``A-J``, the forms of deductors, departments, non-residents, OIDAR suppliers and UN bodies,
the old states 25 and 28). Two things are not GSTINs: the numbers of the NIC sandbox, which fail the check character
(``allow_sandbox``), and transporter ids, which have the shape but not always the check (``is_transporter_id``).

>>> validate("27 aapfu0939f1zv")
'27AAPFU0939F1ZV'
>>> info("27AAPFU0939F1ZV").state.name, pan("27AAPFU0939F1ZV")
('Maharashtra', 'AAPFU0939F')
>>> is_valid("27AAPFU0939F1ZO")  # the check character is V
False
>>> with_check_digit("38AAACT2727Q1Z")
'38AAACT2727Q1ZT'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from canonical.identifiers import state as states
from canonical.identifiers.errors import (
    IdentifierError,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
)
from canonical.identifiers.state import State
from canonical.identifiers.text import without

LENGTH = 15
ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


class GstinHolder(StrEnum):
    """Who holds a GSTIN, as far as its form tells."""

    REGULAR = "regular"
    """Regular, composition, SEZ, deemed export, input service distributor: the number does not tell them apart."""
    TCS_OPERATOR = "tcs_operator"
    """E-commerce operator that collects tax at source."""
    TDS_DEDUCTOR = "tds_deductor"
    """Deducts tax at source under GST; numbered by PAN or TAN."""
    GOVERNMENT = "government"
    """Department numbered by its TAN."""
    NON_RESIDENT = "non_resident"
    """Non-resident taxable person."""
    OIDAR = "oidar"
    """Supplier of online services from abroad."""
    UIN = "uin"
    """UN body, embassy or other notified person: a Unique Identity Number."""


_FORMS: tuple[tuple[GstinHolder, re.Pattern[str]], ...] = (
    (GstinHolder.OIDAR, re.compile(r"99[0-9]{2}[A-Z]{3}[0-9]{5}OS[0-9A-Z]")),
    (GstinHolder.NON_RESIDENT, re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}NR[0-9A-Z]")),
    (GstinHolder.UIN, re.compile(r"[0-9]{4}[A-Z]{3}[0-9]{5}[UO]N[0-9A-Z]")),
    (GstinHolder.TCS_OPERATOR, re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z]C[0-9A-Z]")),
    (GstinHolder.TDS_DEDUCTOR, re.compile(r"[0-9]{2}[A-Z]{4}[A-Z0-9][0-9]{4}[A-Z][1-9A-Z]D[0-9A-Z]")),
    (GstinHolder.REGULAR, re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z][1-9A-Z][Z1-9ABE-J][0-9A-Z]")),
    (GstinHolder.GOVERNMENT, re.compile(r"[0-9]{2}[A-Z]{4}[0-9]{5}[A-Z][0-9]Z[0-9A-Z]")),
)
"""Patterns of the portal, one per holder; no number fits two. Where they end in one digit we take any character:
the check character decides."""

_SANDBOX = re.compile(r"[0-9]{2}[A-Z]{5}[0-9]{4}[A-Z]00[0-9]")
_TRANSPORTER = re.compile(r"[0-9]{2}[0-9A-Z]{13}")
_PAN = re.compile(r"[A-Z]{5}[0-9]{4}[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class GstinInfo:
    """What a GSTIN says.

    Attributes:
        number: 15 characters, upper case.
        holder: by its form.
        state: of the registration; old codes stay old (see ``State.current_code``).
        pan: of the holder; empty where the number is built on something else.
        tan: of the holder where the number is built on it; empty else.
        serial: position 13: which registration of that holder in that state, 1 to 35.
        is_sandbox: a number of NIC's test system (only with ``allow_sandbox``).
    """

    number: str
    holder: GstinHolder
    state: State
    pan: str = ""
    tan: str = ""
    serial: int = 0
    is_sandbox: bool = False


def compact(number: str) -> str:
    """Return upper case without blanks and separators; the portal compares case-sensitively, so we fold first."""
    return without(number, "-./_")


def check_digit(first14: str) -> str:
    """Compute the check character over the first fourteen characters.

    >>> check_digit("27AAPFU0939F1Z")
    'V'
    """
    if len(first14) != LENGTH - 1:
        raise InvalidLength(f"The check character is computed over {LENGTH - 1} characters, not {len(first14)}.")
    total = 0
    for position, char in enumerate(first14):
        value = ALPHABET.find(char)
        if value < 0:
            raise InvalidFormat(f"Character {position + 1} of a GSTIN is a digit or a capital letter.")
        total += sum(divmod(value * (1 + position % 2), len(ALPHABET)))
    return ALPHABET[-total % len(ALPHABET)]


def with_check_digit(first14: str) -> str:
    """Complete fourteen characters to a GSTIN; for invented numbers in sandboxes and tests."""
    body = compact(first14)
    return body + check_digit(body)


def validate(number: str, *, allow_sandbox: bool = False, strict: bool = False) -> str:
    """Return the GSTIN in its compact form.

    Args:
        number: as typed; blanks, separators and case do not matter.
        allow_sandbox: also accept the numbers of the NIC test system (``36AMBPG7773M002``), which carry no check
            character. For replaying test payloads only.
        strict: refuse what is not compact already, as the portal does (lower case, blanks).

    Raises:
        InvalidLength: not 15 characters.
        InvalidFormat: fits no holder's pattern, or not compact where ``strict``.
        InvalidComponent: the state code does not exist.
        InvalidChecksum: the check character does not fit.
    """
    value = compact(number)
    if strict and value != number:
        raise InvalidFormat("A GSTIN is written in capital letters and digits without blanks.")
    if len(value) != LENGTH:
        raise InvalidLength(f"A GSTIN has {LENGTH} characters; this has {len(value)}.")
    is_sandbox = allow_sandbox and _SANDBOX.fullmatch(value) is not None
    if _find_holder(value) is None and not is_sandbox:
        raise InvalidFormat("This fits no pattern of a GSTIN: state, PAN, serial, form letter, check character.")
    prefix = states.BY_CODE.get(value[:2])
    if prefix is None or not prefix.is_gstin_prefix:
        raise InvalidComponent(f"No GSTIN begins with the state code {value[:2]}.")
    if not is_sandbox and check_digit(value[:-1]) != value[-1]:
        raise InvalidChecksum("The check character does not fit; the GSTIN has a typing error.")
    return value


def is_valid(number: str, *, allow_sandbox: bool = False, strict: bool = False) -> bool:
    """Say whether the text is a GSTIN; arguments as ``validate``."""
    try:
        return bool(validate(number, allow_sandbox=allow_sandbox, strict=strict))
    except IdentifierError:
        return False


def info(number: str, *, allow_sandbox: bool = False) -> GstinInfo:
    """Take a GSTIN apart.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    value = validate(number, allow_sandbox=allow_sandbox)
    holder = _find_holder(value)
    owner = value[2:12]
    is_foreign = holder in {GstinHolder.NON_RESIDENT, GstinHolder.OIDAR, GstinHolder.UIN}
    has_pan = not is_foreign and _PAN.fullmatch(owner) is not None
    return GstinInfo(
        number=value,
        holder=holder or GstinHolder.REGULAR,
        state=states.BY_CODE[value[:2]],
        pan=owner if has_pan else "",
        tan="" if has_pan or is_foreign else owner,
        serial=0 if is_foreign else ALPHABET.index(value[12]),
        is_sandbox=holder is None,
    )


def pan(number: str) -> str:
    """Return the PAN inside a valid GSTIN, empty where the form holds none.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    return info(number).pan


def is_transporter_id(number: str) -> bool:
    """Say whether the text has the shape of a transporter id (TRANSIN) or GSTIN; ids fail the check character."""
    value = compact(number)
    return _TRANSPORTER.fullmatch(value) is not None and value[:2] in states.BY_CODE


def _find_holder(value: str) -> GstinHolder | None:
    return next((holder for holder, pattern in _FORMS if pattern.fullmatch(value)), None)
