"""UQC: the 46 unit quantity codes of GST returns and e-invoices.

The portal shows ``KGS-KILOGRAMS``, the JSON carries ``KGS``. Accounting programs let people name units freely, so each
company needs a mapping; ``find_uqc`` knows the symbols that mean one thing everywhere. Where a symbol is read in two
ways it answers None rather than guess: ``Mts`` is metres to a cloth merchant and metric tons to the portal. Unmapped
units are reported as ``OTH`` with a warning, which is for the caller to say.

>>> validate("kgs-kilograms"), info("NOS").label
('KGS', 'NOS-NUMBERS')
>>> find_uqc("Kgs."), find_uqc("sq. ft"), find_uqc("Strip"), find_uqc("Mts"), find_uqc("Mts", "Metric Tons")
('KGS', 'SQF', None, None, 'MTS')
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from canonical.identifiers.errors import IdentifierError, InvalidComponent
from canonical.identifiers.text import plain

OTHERS = "OTH"
NOT_APPLICABLE = "NA"
"""For services."""

NAMES: Mapping[str, str] = MappingProxyType(
    {
        "BAG": "BAGS",
        "BAL": "BALE",
        "BDL": "BUNDLES",
        "BKL": "BUCKLES",
        "BOU": "BILLION OF UNITS",
        "BOX": "BOX",
        "BTL": "BOTTLES",
        "BUN": "BUNCHES",
        "CAN": "CANS",
        "CBM": "CUBIC METERS",
        "CCM": "CUBIC CENTIMETERS",
        "CMS": "CENTIMETERS",
        "CTN": "CARTONS",
        "DOZ": "DOZENS",
        "DRM": "DRUMS",
        "GGK": "GREAT GROSS",
        "GMS": "GRAMMES",
        "GRS": "GROSS",
        "GYD": "GROSS YARDS",
        "KGS": "KILOGRAMS",
        "KLR": "KILOLITRE",
        "KME": "KILOMETRE",
        "LTR": "LITRES",
        "MLT": "MILILITRE",
        "MTR": "METERS",
        "MTS": "METRIC TON",
        "NOS": "NUMBERS",
        "PAC": "PACKS",
        "PCS": "PIECES",
        "PRS": "PAIRS",
        "QTL": "QUINTAL",
        "ROL": "ROLLS",
        "SET": "SETS",
        "SQF": "SQUARE FEET",
        "SQM": "SQUARE METERS",
        "SQY": "SQUARE YARDS",
        "TBS": "TABLETS",
        "TGM": "TEN GROSS",
        "THD": "THOUSANDS",
        "TON": "TONNES",
        "TUB": "TUBES",
        "UGS": "US GALLONS",
        "UNT": "UNITS",
        "YDS": "YARDS",
        "OTH": "OTHERS",
        "NA": "",
    }
)
"""The portal's spelling, MILILITRE included: labels are compared by code."""

SYMBOLS: Mapping[str, str] = MappingProxyType(
    {
        symbol: code
        for code, symbols in {
            "BAG": "bag bags",
            "BAL": "bale bales bls",
            "BDL": "bdl bdls bndl bundle bundles",
            "BKL": "buckle buckles",
            "BOX": "box boxes bx bxs",
            "BTL": "bottle bottles btl btls botl",
            "BUN": "bunch bunches",
            "CAN": "can cans",
            "CBM": "cbm cubicmeter cubicmeters cubicmetre cubicmetres cum cumtr cumtrs m3",
            "CCM": "cubiccentimeter cubiccentimeters cubiccentimetre ccm cm3",
            "CMS": "cm cms centimeter centimeters centimetre centimetres",
            "CTN": "carton cartons ctn ctns crtn",
            "DOZ": "doz dozen dozens dozs dz dzn",
            "DRM": "drm drms drum drums",
            "GMS": "g gm gms gram grams gramme grammes grm grms",
            "GRS": "gross grs",
            "KGS": "kg kgs kgm kilo kilos kilogram kilograms kilogramme kilogrammes",
            "KLR": "kl kiloliter kiloliters kilolitre kilolitres kltr",
            "KME": "km kms kilometer kilometers kilometre kilometres",
            "LTR": "l lit lits liter liters litre litres lt ltr ltrs lts",
            "MLT": "ml mls milliliter milliliters millilitre millilitres mililitre mltr",
            "MTR": "m meter meters metre metres mtr mtrs",
            "MTS": "metricton metrictons metrictonne metrictonnes mton mtons",
            "NOS": "no nos nbr nmbr num number numbers",
            "PAC": "pac pack packs packet packets pk pkt pkts",
            "PCS": "ea each pc pcs piece pieces pce peice peices",
            "PRS": "pair pairs pr prs",
            "QTL": "qtl qtls quintal quintals qntl quintol",
            "ROL": "rl rls rol roll rolls",
            "SET": "set sets",
            "SQF": "sqf sqfeet sqfoot sqft squarefeet squarefoot sft",
            "SQM": "sqm sqmeter sqmeters sqmetre sqmtr sqmtrs squaremeter squaremeters squaremetre squaremetres m2",
            "SQY": "sqy sqyard sqyards sqyd sqyds squareyard squareyards",
            "TBS": "tab tablet tablets tabs tbs",
            "THD": "thousand thousands thd ths",
            "TON": "ton tonne tonnes tons",
            "TUB": "tube tubes",
            "UGS": "usgallon usgallons",
            "UNT": "unit units unt",
            "YDS": "yard yards yd yds",
        }.items()
        for symbol in symbols.split()
    }
)
"""Symbols of units in Tally, Busy, Marg, Zoho and QuickBooks masters, folded, that mean one code everywhere."""

AMBIGUOUS = frozenset({"mt", "mts"})
"""Read as metres by some and as metric tons by others; only the formal name settles them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Uqc:
    """One code, its name, and the portal's label for both."""

    code: str
    name: str

    @property
    def label(self) -> str:
        """``KGS-KILOGRAMS``; a bare ``NA`` for services."""
        return f"{self.code}-{self.name}" if self.name else self.code


def compact(number: str) -> str:
    """Return the code in upper case, the name after the hyphen cut off."""
    return plain(number).partition("-")[0].strip().rstrip(".").upper()


def validate(number: str) -> str:
    """Return the code.

    Raises:
        InvalidComponent: not one of the 46 codes; accounting units go through ``find_uqc``.
    """
    value = compact(number)
    if value not in NAMES:
        raise InvalidComponent(f"{value[:20]} is not one of the {len(NAMES)} unit quantity codes.")
    return value


def is_valid(number: str) -> bool:
    """Say whether the text is a unit quantity code, long form or short."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> Uqc:
    """Return code and name.

    Raises:
        InvalidComponent: as ``validate`` does.
    """
    value = validate(number)
    return Uqc(code=value, name=NAMES[value])


def find_uqc(symbol: str, formal_name: str = "", mapping: Mapping[str, str] | None = None) -> str | None:
    """Map a unit of an accounting program to its code.

    Args:
        symbol: as on documents: ``Kgs.``, ``sq. ft``.
        formal_name: the unit's long name, if the program keeps one.
        mapping: the company's own choices, symbol as written to code; they win.

    Returns:
        The code, or None where nothing says it for certain.
    """
    if mapping and symbol in mapping:
        return mapping[symbol]
    if "-" in symbol and is_valid(symbol):
        return validate(symbol)
    return _find_symbol(symbol) or _find_symbol(formal_name)


def _find_symbol(text: str) -> str | None:
    key = "".join(char for char in plain(text).casefold() if char.isalnum())
    if key in AMBIGUOUS:
        return None
    return SYMBOLS.get(key) or (key.upper() if key.upper() in NAMES else None)
