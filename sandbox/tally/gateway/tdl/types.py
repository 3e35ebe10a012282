"""Words that name a type of objects, or a list inside an object."""

from __future__ import annotations

from sandbox.tally.books.catalogue import class_of
from sandbox.tally.books.errors import UnknownKind

LISTS = frozenset(
    """allledgerentries ledgerentries allinventoryentries inventoryentries inventoryentriesin inventoryentriesout
    billallocations bankallocations batchallocations categoryallocations costcentreallocations accountingallocations
    inventoryallocations ratedetails gstdetails hsndetails statewisedetails ledgstregdetails ledmailingdetails
    ledmultiaddresslist address mailingname languagename basicbuyeraddress basicuserdescription contactdetails
    paymentdetails interestcollection standardcostlist standardpricelist ledgerclosingvalues categoryentry
    employeeentry employeeentries payheadallocations attendanceentries vouchernumberseries ewaybilldetails
    transportdetails invoicedelnotes invoiceorderlist taxobjectallocations multicomponentlist fullpricelist
    gstregistrationdetails reportinguqcdetails expenseallocations voucherclasslist dailystdrates
    dailybuyingrates dailysellingrates gst""".split()
)
"""Names that are lists even where an object has none of them; they are then sent as an empty placeholder."""


def is_type(word: str) -> bool:
    """Whether Tally has a class of objects called so."""
    try:
        class_of(word)
    except UnknownKind:
        return False
    return True
