"""What kind of Tally export to imitate: release, encoding, amount of scaffolding."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from canonical.tax import TaxHead


class TallyEncoding(StrEnum):
    """How the file's bytes are made.

    ``UNICODE`` is Tally's own Unicode export: UTF-16LE with byte order mark. ``ASCII`` is its default: Windows-1252,
    whatever does not fit becomes a question mark, as in Tally. ``UTF8`` is a re-save by another program.
    """

    UNICODE = "unicode"
    ASCII = "ascii"
    UTF8 = "utf-8"

    @property
    def codec(self) -> str:
        """Python's name for the encoding."""
        return {"unicode": "utf-16-le", "ascii": "cp1252", "utf-8": "utf-8"}[self.value]

    @property
    def mark(self) -> bytes:
        """First bytes of the file."""
        return b"\xff\xfe" if self is TallyEncoding.UNICODE else b""

    def spell(self, text: str) -> str:
        """Return what is left of a text after the encoding."""
        return text.encode(self.codec, "replace").decode(self.codec)


class TallyStyle(StrEnum):
    """Which generation of releases the export looks like."""

    ERP9 = "erp9"
    PRIME2 = "prime2"
    PRIME3 = "prime3"
    PRIME5 = "prime5"

    @property
    def release(self) -> Release:
        """What this generation writes."""
        return _RELEASES[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Release:
    """Differences between releases that change the file.

    Attributes:
        dated_lists: registrations and addresses of ledgers are dated lists (3.0 on), else plain fields.
        item_list: tag of goods lines in invoices.
        duty_heads: names of the GST heads; 3.0 renamed them.
        unregistered: word for a party without registration.
        gst_status: vouchers carry ``GST.LIST`` with a status key, ledgers contacts, bank lines ids (5.0 on).
        root_parent: what the parent of a root group says.
        remote_company: the file ends with an object naming the company it came from.
    """

    dated_lists: bool
    item_list: str
    duty_heads: dict[TaxHead, str]
    unregistered: str
    gst_status: bool
    root_parent: str
    remote_company: bool


_OLD_HEADS = {TaxHead.CGST: "Central Tax", TaxHead.SGST: "State Tax", TaxHead.IGST: "Integrated Tax"}
_NEW_HEADS = {TaxHead.CGST: "CGST", TaxHead.SGST: "SGST/UTGST", TaxHead.IGST: "IGST"}
_RELEASES = {
    TallyStyle.ERP9: Release(
        dated_lists=False,
        item_list="ALLINVENTORYENTRIES.LIST",
        duty_heads=_OLD_HEADS,
        unregistered="Unregistered",
        gst_status=False,
        root_parent="&#4; Primary",
        remote_company=True,
    ),
    TallyStyle.PRIME2: Release(
        dated_lists=False,
        item_list="INVENTORYENTRIES.LIST",
        duty_heads=_OLD_HEADS,
        unregistered="Consumer",
        gst_status=False,
        root_parent="&#4; Primary",
        remote_company=True,
    ),
    TallyStyle.PRIME3: Release(
        dated_lists=True,
        item_list="ALLINVENTORYENTRIES.LIST",
        duty_heads=_NEW_HEADS,
        unregistered="Unregistered/Consumer",
        gst_status=False,
        root_parent="",
        remote_company=False,
    ),
    TallyStyle.PRIME5: Release(
        dated_lists=True,
        item_list="ALLINVENTORYENTRIES.LIST",
        duty_heads=_NEW_HEADS,
        unregistered="Unregistered/Consumer",
        gst_status=True,
        root_parent="",
        remote_company=False,
    ),
}


class Scaffolding(StrEnum):
    """How many of Tally's empty elements a voucher carries.

    ``LEAN`` writes what says something, without indentation (about 3 kB a voucher, as curated exports are);
    ``USUAL`` is shaped and indented like a real export, with a few of its empty elements (5 kB); ``FULL`` writes the
    two hundred a real export has (20 kB).
    """

    LEAN = "lean"
    USUAL = "usual"
    FULL = "full"


@dataclass(frozen=True, slots=True, kw_only=True)
class TallyOptions:
    """Everything that shapes the bytes.

    Attributes:
        mixed: masters and vouchers in one file instead of two.
        zipped: the files inside one zip archive.
        pretty: as re-saved by a pretty-printer: every value on its own line, control characters raw, the UDF
            namespace declaration lost.
    """

    encoding: TallyEncoding = TallyEncoding.ASCII
    style: TallyStyle = TallyStyle.PRIME5
    scaffolding: Scaffolding = Scaffolding.LEAN
    mixed: bool = False
    zipped: bool = False
    pretty: bool = False
