"""Indian business identifiers: one module each, with the same four verbs.

``compact(text)`` strips what people type around the number, ``validate(text)`` returns the number or raises an
``IdentifierError``, ``is_valid(text)`` says yes or no, ``info(text)`` takes the number apart. One principle: refusing
a valid number is worse than accepting an invalid one, because refused numbers hide parties from their twins and taxes
from their returns.

May import: the standard library and ``canonical.errors``.
Start at: ``gstin.py``; the errors are in ``errors.py``.
"""

from canonical.identifiers import (
    cin,
    gstin,
    hsn,
    ifsc,
    invoice_number,
    llpin,
    pan,
    phone,
    pincode,
    state,
    tan,
    udyam,
    uqc,
)
from canonical.identifiers.cin import CinInfo
from canonical.identifiers.errors import (
    IdentifierError,
    InvalidChecksum,
    InvalidComponent,
    InvalidFormat,
    InvalidLength,
)
from canonical.identifiers.gstin import GstinHolder, GstinInfo
from canonical.identifiers.hsn import HsnInfo
from canonical.identifiers.ifsc import IfscInfo
from canonical.identifiers.invoice_number import InvoiceNumberInfo
from canonical.identifiers.llpin import LlpinInfo
from canonical.identifiers.pan import PanHolder, PanInfo
from canonical.identifiers.phone import PhoneInfo, PhoneKind
from canonical.identifiers.pincode import PincodeInfo
from canonical.identifiers.state import State
from canonical.identifiers.tan import TanInfo
from canonical.identifiers.udyam import UdyamInfo
from canonical.identifiers.uqc import Uqc

__all__ = [
    "CinInfo",
    "GstinHolder",
    "GstinInfo",
    "HsnInfo",
    "IdentifierError",
    "IfscInfo",
    "InvalidChecksum",
    "InvalidComponent",
    "InvalidFormat",
    "InvalidLength",
    "InvoiceNumberInfo",
    "LlpinInfo",
    "PanHolder",
    "PanInfo",
    "PhoneInfo",
    "PhoneKind",
    "PincodeInfo",
    "State",
    "TanInfo",
    "UdyamInfo",
    "Uqc",
    "cin",
    "gstin",
    "hsn",
    "ifsc",
    "invoice_number",
    "llpin",
    "pan",
    "phone",
    "pincode",
    "state",
    "tan",
    "udyam",
    "uqc",
]
