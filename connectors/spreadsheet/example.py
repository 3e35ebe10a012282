"""An example for the conformance suite: a register and a statement with invented books."""

from __future__ import annotations

from pathlib import Path

from connectors.sdk.conformance import Example

_REGISTER = """Bill No,Bill Date,Customer,GSTIN,Taxable,CGST,SGST,Total
A/1,01-04-2025,Kaveri Stores,29AAGCB7383J1Z4,1000,90,90,1180
A/2,02-04-2025,Godavari Mart,,500,45,45,590
A/3,31-02-2025,Godavari Mart,,500,45,45,590
"""
_FIELDS = (
    "invoice_number",
    "invoice_date",
    "party_name",
    "party_gstin",
    "taxable_amount",
    "cgst_amount",
    "sgst_amount",
)


def example(folder: Path) -> Example:
    """Write the register into a folder of the test's own."""
    path = folder / "register.csv"
    path.write_text(_REGISTER, encoding="utf-8")
    headers = _REGISTER.splitlines()[0].split(",")
    columns = dict(zip(headers, (*_FIELDS, "total_amount"), strict=True))
    return Example(
        config={
            "files": [str(path)],
            "mapping": {"document": "register", "columns": columns},
            "company": "Example Traders",
        }
    )
