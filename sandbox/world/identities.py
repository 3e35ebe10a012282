"""Identifiers with the right shape and check characters, for invented holders.

The GSTIN check character is computed here and not with ``canonical.identifiers``: the sandbox is an oracle for it.
"""

from __future__ import annotations

import hashlib

from sandbox.world.dice import Dice

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
LETTERS = ALPHABET[10:]


def gstin_check_character(first14: str) -> str:
    """Compute the 15th character: base 36, weights 1 and 2 from the left, quotient and remainder added.

    >>> gstin_check_character("27AAPFU0939F1Z")
    'V'
    """
    total = 0
    for position, char in enumerate(first14):
        quotient, remainder = divmod(ALPHABET.index(char) * (1 + position % 2), 36)
        total += quotient + remainder
    return ALPHABET[-total % 36]


def build_gstin(state_code: str, pan: str, serial: int = 1) -> str:
    """Return the GSTIN of a holder's ``serial``-th registration in a state (two-digit code)."""
    first14 = f"{state_code}{pan}{ALPHABET[serial]}Z"
    return first14 + gstin_check_character(first14)


def draw_pan(dice: Dice, holder: str, name: str) -> str:
    """Draw a PAN: three letters, holder type (P, C, F, H ...), first letter of the name, four digits, one letter."""
    initial = next((char for char in name.upper() if char in LETTERS), "X")
    prefix = "".join(dice.pick(LETTERS) for _ in range(3))
    return f"{prefix}{holder}{initial}{dice.between(1, 9999):04d}{dice.pick(LETTERS)}"


def draw_tan(dice: Dice, name: str) -> str:
    """Draw a TAN: three letters, first letter of the name, five digits, one letter."""
    initial = next((char for char in name.upper() if char in LETTERS), "X")
    prefix = "".join(dice.pick(LETTERS) for _ in range(3))
    return f"{prefix}{initial}{dice.below(100000):05d}{dice.pick(LETTERS)}"


def draw_phone(dice: Dice) -> str:
    """Draw ten digits in the shape of an Indian mobile number."""
    return f"90000{dice.below(10**5):05d}"


def uuid_of(text: str) -> str:
    """Return a stable identifier in UUID form (8-4-4-4-12) for a text."""
    digest = hashlib.sha256(text.encode()).hexdigest()
    return f"{digest[:8]}-{digest[8:12]}-{digest[12:16]}-{digest[16:20]}-{digest[20:32]}"


def irn_of(gstin: str, year_label: str, kind: str, number: str) -> str:
    """Return the 64 hex characters the invoice portal would give: SHA-256 of supplier, year, type and number."""
    return hashlib.sha256(f"{gstin}{year_label}{kind}{number.upper()}".encode()).hexdigest()
