"""Master numbers, GUIDs, change numbers and voucher keys, built the way Tally builds them.

A GUID is the company's with ``-`` and eight hex digits of the master number; a voucher key holds the day's serial and
a sequence in steps of eight. Measured on every voucher of the TallyPrime exports at hand.
"""

from __future__ import annotations

from itertools import count

from sandbox.tally.text import day_serial
from sandbox.world.vouchers import Voucher

VOUCHERS_FROM = 100_000
"""Voucher master numbers start above those of the masters."""

KEY_STEP = 8


class MasterIds:
    """Hands out master numbers and GUIDs to masters, in the order they are written."""

    def __init__(self, company_guid: str) -> None:
        self._company_guid = company_guid
        self._numbers = count(1)

    def next(self) -> tuple[str, int]:
        """Return the next master's GUID and change number."""
        number = next(self._numbers)
        return f"{self._company_guid}-{number:08x}", number + 7


def voucher_master_id(voucher: Voucher) -> int:
    """Return the voucher's master number."""
    return VOUCHERS_FROM + voucher.index


def voucher_alter_id(voucher: Voucher) -> int:
    """Return the voucher's change number: rising, with gaps where others were changed in between."""
    return VOUCHERS_FROM + voucher.index + voucher.index // 7


def voucher_sequence(voucher: Voucher) -> int:
    """Return the voucher's sequence within its day."""
    return voucher.day_sequence * KEY_STEP


def voucher_key(company_guid: str, voucher: Voucher) -> str:
    """Return VCHKEY."""
    return f"{company_guid}-{day_serial(voucher.day):08x}:{voucher_sequence(voucher):08x}"


def voucher_key_number(voucher: Voucher) -> int:
    """Return VOUCHERKEY: the day's serial in the high 32 bits, the sequence in the low ones."""
    return (day_serial(voucher.day) << 32) + voucher_sequence(voucher)
