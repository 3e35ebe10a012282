"""The request that writes one object, guarded: one TALLYMESSAGE, one LEDGER or VOUCHER, one company named."""

from __future__ import annotations

from lxml import etree

from canonical.errors import InvariantError
from connectors.tally.gateway.envelope import element, wrap
from connectors.tally.gateway.requests import Expected, Request, RequestKind

_MAY_BE_WRITTEN = {"LEDGER": "All Masters", "VOUCHER": "Vouchers"}
_ACTIONS = {"LEDGER": frozenset({"Create", "Alter"}), "VOUCHER": frozenset({"Create", "Cancel"})}


def import_request(
    obj: str, *, company: str, name: str, is_old_form: bool = False, timeout_s: float | None = None
) -> Request:
    """Wrap one object's XML.

    Args:
        obj: its element.
        company: always named: without a name Tally writes into whichever company is on screen.
        name: for logs.
        is_old_form: as ERP 9 takes it: ``Import Data``, without VERSION (with it, that is no request Tally knows).
        timeout_s: see ``Request``.

    Raises:
        InvariantError: it is not exactly one object of a kind that may be written, or names no company.
    """
    tag = _checked(obj, company)
    form = _old_form if is_old_form else _form
    message = f'<TALLYMESSAGE xmlns:UDF="TallyUDF">{obj}</TALLYMESSAGE>'
    return Request(
        name=name,
        body=form(_MAY_BE_WRITTEN[tag], wrap("STATICVARIABLES", element("SVCURRENTCOMPANY", company)), message),
        kind=RequestKind.IMPORT,
        expects=Expected.IMPORT,
        company=company,
        timeout_s=timeout_s,
    )


def _form(report: str, variables: str, message: str) -> str:
    header = (
        element("VERSION", "1"),
        element("TALLYREQUEST", "Import"),
        element("TYPE", "Data"),
        element("ID", report),
    )
    return wrap("ENVELOPE", wrap("HEADER", *header), wrap("BODY", wrap("DESC", variables), wrap("DATA", message)))


def _old_form(report: str, variables: str, message: str) -> str:
    wanted = wrap("REQUESTDESC", element("REPORTNAME", report), variables)
    body = wrap("BODY", wrap("IMPORTDATA", wanted, wrap("REQUESTDATA", message)))
    return wrap("ENVELOPE", wrap("HEADER", element("TALLYREQUEST", "Import Data")), body)


def _checked(obj: str, company: str) -> str:
    root = etree.fromstring(f"<one>{obj.replace('&#4;', '')}</one>".encode())
    tags = [str(child.tag) for child in root]
    if len(tags) != 1 or tags[0] not in _MAY_BE_WRITTEN:
        raise _broken(f"{tags} is not one ledger or voucher")
    if root[0].get("ACTION") not in _ACTIONS[tags[0]]:
        raise _broken(f"the action {root[0].get('ACTION')!r} is never sent for a {tags[0]}")
    if any(str(item.tag) == "COMPANY" for item in root.iter()):
        raise _broken("a COMPANY renames the company that is open")
    if not company.strip():
        raise _broken("no company is named")
    return tags[0]


def _broken(reason: str) -> InvariantError:
    return InvariantError(
        f"A message to Tally was about to be sent that must not be: {reason}.", code="tally.write.guard"
    )
