"""Words of a header: ``Vch/Bill No``, ``vch_bill_no`` and ``VchBillNo`` are the same three words.

Abbreviations that accountants and accounting programs use are spelt out, so that matching compares meanings rather
than letters.
"""

from __future__ import annotations

import re

_ABBREVIATIONS = {
    "no": "number",
    "nos": "number",
    "num": "number",
    "nbr": "number",
    "amt": "amount",
    "qty": "quantity",
    "dt": "date",
    "vch": "voucher",
    "inv": "invoice",
    "bal": "balance",
    "cust": "customer",
    "desc": "description",
    "descr": "description",
    "disc": "discount",
    "op": "opening",
    "opg": "opening",
    "cl": "closing",
    "purc": "purchase",
    "acc": "account",
    "acct": "account",
    "ac": "account",
    "tel": "telephone",
    "mob": "mobile",
    "addr": "address",
    "dr": "debit",
    "cr": "credit",
    "ref": "reference",
    "doc": "document",
    "txn": "transaction",
    "trn": "transaction",
    "exp": "expiry",
    "mfg": "manufacturing",
    "mfd": "manufacturing",
    "led": "ledger",
    "grp": "group",
    "pct": "percent",
    "perc": "percent",
    "regn": "registration",
    "pur": "purchase",
    "os": "outstanding",
    "prod": "product",
    "pymt": "payment",
    "so": "sales order",
    "po": "purchase order",
    "pcs": "pieces",
    "center": "centre",
    "gstn": "gstin",
    "sale": "sales",
    "curr": "currency",
    "narr": "narration",
    "pend": "pending",
    "intg": "integrated",
    "integ": "integrated",
    "val": "value",
    "nm": "name",
}
_WHOLE = {
    "stockitemname": "stock item name",
    "voucherno": "voucher number",
    "partygstin": "party gstin",
    "actualqty": "actual quantity",
    "billedqty": "billed quantity",
    "godownname": "godown name",
    "batchname": "batch name",
    "expiryperiod": "expiry period",
    "gsthsnname": "gst hsn name",
    "ewaybillnumber": "eway bill number",
    "transportername": "transporter name",
    "orderno": "order number",
    "gstno": "gst number",
    "panno": "pan number",
    "billno": "bill number",
    "invoiceno": "invoice number",
    "partyname": "party name",
    "customername": "customer name",
}
"""Names that run words together without a mark of where."""
_PHRASES = (("e way", "eway"), ("tax able", "taxable"), ("sub total", "sub total"), ("gstin number", "gstin"))
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_WORD = re.compile(r"[^\W_]+")
_DIGITS_END = re.compile(r"(?<=[a-z])(?=\d)")
_SIDES = re.compile(r"\(\s*(?:dr|debit)\.?\s*(?:[/&,-]|or)\s*(?:cr|credit)\.?\s*\)", re.IGNORECASE)
"""A note that amounts say their side; it says nothing of what they are amounts of."""
_OWNERS = re.compile(r"(?<=[A-Za-z])['\u2019]s\b", re.IGNORECASE)
_INITIALS = re.compile(r"\b(?:[A-Za-z]\.){2,}")


def words_of(header: str) -> str:
    """Return a header's words, lower case and spelt out, with one blank between.

    >>> words_of("Vch/Bill No."), words_of("LedStateName"), words_of("GST%"), words_of("M.R.P.")
    ('voucher bill number', 'ledger state name', 'gst percent', 'mrp')
    """
    bare = _OWNERS.sub("", _SIDES.sub(" ", header))
    joined = _INITIALS.sub(lambda found: found.group().replace(".", "") + " ", bare)
    marked = joined.replace("%", " percent ").replace("₹", " ").replace("&", " and ")
    split = _DIGITS_END.sub(" ", _HUMP.sub(" ", marked).casefold())
    words = " ".join(_spelt(word) for word in _WORD.findall(split))
    for said, meant in _PHRASES:
        words = words.replace(said, meant)
    return words


def _spelt(word: str) -> str:
    return _WHOLE.get(word) or _ABBREVIATIONS.get(word, word)
