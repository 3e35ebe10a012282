"""How large is too large: bounds that an honest export never reaches and that keep memory bounded otherwise."""

from __future__ import annotations

from dataclasses import dataclass

_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds on what a file may hold.

    Attributes:
        text_bytes_max: one value (text or attribute).
        object_bytes_max: one voucher or master, as XML.
        object_tags_max: start and end tags in one object; checked beyond 4 MiB.
        depth_max: elements inside elements; Tally writes fewer than 20 levels.
        report_rows_max: elements of one report, which is kept whole.
        zip_ratio_max: unpacked over packed size of a zip member, checked beyond ``zip_ratio_from_bytes``. Day books
            pack 30 to 120 to one; a bomb of zeros 1,000 to one.
        zip_bytes_max: unpacked size of all members together.
        zip_members_max: files in an archive.
    """

    text_bytes_max: int = 16 * _MEBIBYTE
    object_bytes_max: int = 64 * _MEBIBYTE
    object_tags_max: int = 1_500_000
    depth_max: int = 200
    report_rows_max: int = 500_000
    zip_ratio_max: int = 400
    zip_ratio_from_bytes: int = 16 * _MEBIBYTE
    zip_bytes_max: int = 32 * 1024 * _MEBIBYTE
    zip_members_max: int = 1000
