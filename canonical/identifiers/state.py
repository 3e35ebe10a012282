"""State and union-territory codes of GST: two digits, the first two of a GSTIN and the place of supply.

Names are written in many ways ("Orissa", "Tamilnadu", "24-Gujarat", "M.P."), so documents are compared by code only.
Two codes are history: 25 (Daman and Diu) was folded into 26 in January 2020, 28 (Andhra Pradesh) became 37 after the
bifurcation of 2014. They stay valid on old documents; ``current_code`` gives today's.

>>> validate("7")
'07'
>>> find_code("Orissa"), find_code("24-GUJARAT"), find_code("Atlantis")
('21', '24', None)
>>> info("28").current_code
'37'
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from canonical.identifiers.errors import IdentifierError, InvalidComponent, InvalidFormat
from canonical.identifiers.text import is_ascii_digits, without

CODE_LENGTH = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """One code of the list that GST returns, e-invoices and e-way bills share.

    Attributes:
        code: two digits.
        name: as the portal writes it.
        letters: the two-letter codes in use for it (vehicles, ISO 3166-2), newest first.
        levies_utgst: UTGST is levied instead of SGST (both stand in the same slot of every return).
        is_gstin_prefix: a GSTIN may begin with it.
        is_place_of_supply: GSTN offers it as a place of supply.
        successor: the code that took its place; empty while it is in use.
    """

    code: str
    name: str
    letters: tuple[str, ...] = ()
    levies_utgst: bool = False
    is_gstin_prefix: bool = True
    is_place_of_supply: bool = True
    successor: str = ""

    @property
    def current_code(self) -> str:
        """The code to write on new documents."""
        return self.successor or self.code

    @property
    def label(self) -> str:
        """Code and name as the portal shows them: ``27-Maharashtra``."""
        return f"{self.code}-{self.name}"


STATES: tuple[State, ...] = (
    State(code="01", name="Jammu and Kashmir", letters=("JK",)),
    State(code="02", name="Himachal Pradesh", letters=("HP",)),
    State(code="03", name="Punjab", letters=("PB",)),
    State(code="04", name="Chandigarh", letters=("CH",), levies_utgst=True),
    State(code="05", name="Uttarakhand", letters=("UK", "UA")),
    State(code="06", name="Haryana", letters=("HR",)),
    State(code="07", name="Delhi", letters=("DL",)),
    State(code="08", name="Rajasthan", letters=("RJ",)),
    State(code="09", name="Uttar Pradesh", letters=("UP",)),
    State(code="10", name="Bihar", letters=("BR",)),
    State(code="11", name="Sikkim", letters=("SK",)),
    State(code="12", name="Arunachal Pradesh", letters=("AR",)),
    State(code="13", name="Nagaland", letters=("NL",)),
    State(code="14", name="Manipur", letters=("MN",)),
    State(code="15", name="Mizoram", letters=("MZ",)),
    State(code="16", name="Tripura", letters=("TR",)),
    State(code="17", name="Meghalaya", letters=("ML",)),
    State(code="18", name="Assam", letters=("AS",)),
    State(code="19", name="West Bengal", letters=("WB",)),
    State(code="20", name="Jharkhand", letters=("JH",)),
    State(code="21", name="Odisha", letters=("OD", "OR")),
    State(code="22", name="Chhattisgarh", letters=("CG", "CT")),
    State(code="23", name="Madhya Pradesh", letters=("MP",)),
    State(code="24", name="Gujarat", letters=("GJ",)),
    State(
        code="25", name="Daman and Diu", letters=("DD",), levies_utgst=True, is_place_of_supply=False, successor="26"
    ),
    State(code="26", name="Dadra and Nagar Haveli and Daman and Diu", letters=("DH", "DN"), levies_utgst=True),
    State(code="27", name="Maharashtra", letters=("MH",)),
    State(code="28", name="Andhra Pradesh (before bifurcation)", is_place_of_supply=False, successor="37"),
    State(code="29", name="Karnataka", letters=("KA",)),
    State(code="30", name="Goa", letters=("GA",)),
    State(code="31", name="Lakshadweep", letters=("LD",), levies_utgst=True),
    State(code="32", name="Kerala", letters=("KL",)),
    State(code="33", name="Tamil Nadu", letters=("TN",)),
    State(code="34", name="Puducherry", letters=("PY",)),
    State(code="35", name="Andaman and Nicobar Islands", letters=("AN",), levies_utgst=True),
    State(code="36", name="Telangana", letters=("TS", "TG")),
    State(code="37", name="Andhra Pradesh", letters=("AP", "AD")),
    State(code="38", name="Ladakh", letters=("LA",), levies_utgst=True),
    State(code="96", name="Other Countries", is_gstin_prefix=False),
    State(code="97", name="Other Territory", levies_utgst=True),
    State(code="99", name="Centre Jurisdiction", is_place_of_supply=False),
)
"""The list in force (GSTN and NIC e-invoice masters). 96 is a place of supply only; 99 begins OIDAR numbers."""

BY_CODE: Mapping[str, State] = MappingProxyType({state.code: state for state in STATES})

OTHER_SPELLINGS: Mapping[str, str] = MappingProxyType(
    {
        "jammu kashmir": "01",
        "jammu & kashmir": "01",
        "j & k": "01",
        "j and k": "01",
        "jammu": "01",
        "kashmir": "01",
        "himachal": "02",
        "uttaranchal": "05",
        "uttrakhand": "05",
        "uttarkhand": "05",
        "hariyana": "06",
        "new delhi": "07",
        "nct of delhi": "07",
        "nct delhi": "07",
        "delhi ncr": "07",
        "national capital territory of delhi": "07",
        "rajsthan": "08",
        "u.p.": "09",
        "arunachal": "12",
        "bengal": "19",
        "westbengal": "19",
        "orissa": "21",
        "chattisgarh": "22",
        "chhatisgarh": "22",
        "chattishgarh": "22",
        "chhattisgadh": "22",
        "madhyapradesh": "23",
        "m.p.": "23",
        "gujrat": "24",
        "diu and daman": "25",
        "dadra and nagar haveli": "26",
        "dadra nagar haveli": "26",
        "daman and diu and dadra and nagar haveli": "26",
        "dadar and nagar haveli": "26",
        "dadra and nagar haveli & daman and diu": "26",
        "the dadra and nagar haveli and daman and diu": "26",
        "maharastra": "27",
        "andhra pradesh old": "28",
        "old andhra pradesh": "28",
        "andhra pradesh before division": "28",
        "karnatka": "29",
        "lakshadweep islands": "31",
        "lakshdweep": "31",
        "keral": "32",
        "tamilnadu": "33",
        "tamil naidu": "33",
        "pondicherry": "34",
        "pondichery": "34",
        "puduchery": "34",
        "andaman and nicobar": "35",
        "andaman nicobar": "35",
        "telengana": "36",
        "andhra": "37",
        "andhra pradesh new": "37",
        "andhrapradesh": "37",
        "leh ladakh": "38",
        "other country": "96",
        "foreign country": "96",
        "centre": "99",
        "center jurisdiction": "99",
    }
)
"""Spellings met in masters of accounting programs and on documents, besides the portal's own."""


def compact(number: str) -> str:
    """Return the code with its leading zero, which spreadsheets eat."""
    code = without(number, "-./")
    return code.zfill(CODE_LENGTH) if is_ascii_digits(code) else code


def validate(number: str) -> str:
    """Return the two-digit code.

    Raises:
        InvalidFormat: not digits.
        InvalidComponent: no state has this code.
    """
    code = compact(number)
    if not is_ascii_digits(code):
        raise InvalidFormat("A state code is two digits.")
    if code not in BY_CODE:
        raise InvalidComponent(f"No state or union territory has the GST code {code[:4]}.")
    return code


def is_valid(number: str) -> bool:
    """Say whether the text is a code of the list, old codes included."""
    try:
        return bool(validate(number))
    except IdentifierError:
        return False


def info(number: str) -> State:
    """Return the state of a valid code.

    Raises:
        IdentifierError: as ``validate`` does.
    """
    return BY_CODE[validate(number)]


def find_code(name: str) -> str | None:
    """Read a code out of however a state is written: name, other spelling, letters, code, ``24-Gujarat``.

    Args:
        name: free text from a master or a document.

    Returns:
        The code as written (old codes stay old), or None if the text names no state we know.
    """
    key = _name_key(name)
    if key in _CODES_BY_NAME:
        return _CODES_BY_NAME[key]
    digits, letters = "".join(filter(str.isdigit, key)), "".join(filter(str.isalpha, key))
    by_number = BY_CODE.get(digits.zfill(CODE_LENGTH)) if digits else None
    if by_number is None or not letters:
        return by_number.code if by_number else None
    by_name = BY_CODE.get(_CODES_BY_NAME.get(letters, ""))
    return by_number.code if by_name and by_name.current_code == by_number.current_code else None


def _name_key(name: str) -> str:
    letters = without(name.replace("&", " and "), "").translate(_NOT_NAME)
    return letters.removeprefix("STATEOF").removesuffix("STATE").casefold()


_NOT_NAME = {code: None for code in range(128) if not chr(code).isalnum()}
"""Deletes ASCII punctuation."""

_CODES_BY_NAME: Mapping[str, str] = MappingProxyType(
    {_name_key(letters): state.code for state in STATES for letters in state.letters}
    | {_name_key(state.name): state.code for state in STATES}
    | {_name_key(name): code for name, code in OTHER_SPELLINGS.items()}
)
