"""Documents of trade: invoices, receipts, credits and refunds of sales; bills, credits and expenses of purchases.

On credit the total goes to the party's ledger and opens a bill; for cash it goes to the account it was paid to or from,
and there is no receivable. Orders and estimates are intentions: they carry their lines and no postings.
"""

from __future__ import annotations

from decimal import Decimal

from canonical.money import ZERO
from canonical.party import AddressKind
from canonical.voucher import BankAllocation, DocumentDetails, Voucher
from canonical.voucher_type import VoucherKind
from connectors.quickbooks.translate.chart import UNDEPOSITED
from connectors.quickbooks.translate.draft import Draft, begin, side_of
from connectors.quickbooks.translate.lines import post_purchase_lines, post_sales_lines
from connectors.quickbooks.translate.owing import CUSTOMER, VENDOR, Whose, new_bill, party_ledger, post_party
from connectors.quickbooks.translate.parties import read_address
from connectors.quickbooks.translate.places import place_of_supply
from connectors.quickbooks.translate.reading import Reading
from connectors.quickbooks.translate.taxes import post_taxes
from connectors.quickbooks.translate.values import (
    Json,
    UnreadableValue,
    amount_of,
    optional_amount,
    part,
    ref_id,
    ref_name,
    text_of,
)


def invoice(node: Json, reading: Reading) -> Voucher:
    """Receivable debited with the total; a deposit taken with the invoice is received and settles part of it."""
    draft = begin(node, reading, VoucherKind.SALES, "Invoice")
    party = _owe(draft, customer(node), 1, ref_id(node, "ARAccountRef"))
    post_sales_lines(draft, 1)
    post_taxes(draft, 1)
    _explain(draft)
    deposit = amount_of(node, "Deposit")
    if deposit:
        draft.post(deposit_account(draft), deposit)
        settled = new_bill(draft, -deposit)
        post_party(draft, customer(node), -deposit, bills=[settled], account_id=ref_id(node, "ARAccountRef"))
    return draft.voucher(party=party, details=_sales_details(node))


def credit_memo(node: Json, reading: Reading) -> Voucher:
    """The other way round; the credit waits under a reference of its own until payments use it."""
    draft = begin(node, reading, VoucherKind.CREDIT_NOTE, "Credit Memo")
    party = _owe(draft, customer(node), -1, ref_id(node, "ARAccountRef"))
    post_sales_lines(draft, -1)
    post_taxes(draft, -1)
    _explain(draft)
    return draft.voucher(party=party, details=_sales_details(node))


def sales_receipt(node: Json, reading: Reading) -> Voucher:
    """A sale for cash: no receivable, whoever it was sold to."""
    draft = begin(node, reading, VoucherKind.SALES, "Sales Receipt")
    return _cash_sale(draft, 1)


def refund_receipt(node: Json, reading: Reading) -> Voucher:
    """Money given back for a sale: no receivable either."""
    draft = begin(node, reading, VoucherKind.CREDIT_NOTE, "Refund Receipt")
    return _cash_sale(draft, -1)


def bill(node: Json, reading: Reading) -> Voucher:
    """Payable credited with the total."""
    draft = begin(node, reading, VoucherKind.PURCHASE, "Bill")
    party = _owe(draft, vendor(node), -1, ref_id(node, "APAccountRef"))
    post_purchase_lines(draft, 1)
    post_taxes(draft, -1)
    _explain(draft)
    return draft.voucher(party=party, details=_purchase_details(node))


def vendor_credit(node: Json, reading: Reading) -> Voucher:
    """What a vendor takes back."""
    draft = begin(node, reading, VoucherKind.DEBIT_NOTE, "Vendor Credit")
    party = _owe(draft, vendor(node), 1, ref_id(node, "APAccountRef"))
    post_purchase_lines(draft, -1)
    post_taxes(draft, 1)
    _explain(draft)
    return draft.voucher(party=party, details=_purchase_details(node))


def purchase(node: Json, reading: Reading) -> Voucher:
    """Spent at once, by cash, check or card; ``Credit`` marks money that came back."""
    sign = -1 if node.get("Credit") is True else 1
    draft = begin(node, reading, VoucherKind.PAYMENT if sign > 0 else VoucherKind.RECEIPT, "Expense")
    total = amount_of(node, "TotalAmt")
    _pay(draft, ref_id(node, "AccountRef"), -sign * total, text_of(node, "PaymentType"))
    post_purchase_lines(draft, sign)
    _expense_to_control(draft)
    post_taxes(draft, -sign)
    _explain(draft)
    entity = part(node, "EntityRef")
    name = text_of(entity, "name")
    if text_of(entity, "type") == VENDOR and text_of(entity, "value"):
        return draft.voucher(party=party_ledger(draft, Whose(entity=VENDOR, id=text_of(entity, "value"), name=name)))
    return draft.voucher(party=("", name))


def estimate(node: Json, reading: Reading) -> Voucher:
    """An offer."""
    draft = begin(node, reading, VoucherKind.QUOTATION, "Estimate")
    post_sales_lines(draft, 1)
    return _order(draft, customer(node), _sales_details(node))


def purchase_order(node: Json, reading: Reading) -> Voucher:
    """An order placed."""
    draft = begin(node, reading, VoucherKind.PURCHASE_ORDER, "Purchase Order")
    post_purchase_lines(draft, 1)
    return _order(draft, vendor(node), _purchase_details(node))


def customer(node: Json) -> Whose:
    """Whose document of sale it is.

    Raises:
        UnreadableValue: it names nobody.
    """
    return _whose(node, CUSTOMER)


def vendor(node: Json) -> Whose:
    """Whose document of purchase it is.

    Raises:
        UnreadableValue: it names nobody.
    """
    return _whose(node, VENDOR)


def _whose(node: Json, entity: str) -> Whose:
    member = f"{entity}Ref"
    identity = ref_id(node, member)
    if not identity:
        raise UnreadableValue(member, "", "is missing, so it is unknown whose document this is.")
    return Whose(entity=entity, id=identity, name=ref_name(node, member))


def _owe(draft: Draft, whose: Whose, sign: int, account_id: str) -> tuple[str, str]:
    """Post the total to the party, as a bill."""
    total = sign * amount_of(draft.node, "TotalAmt")
    stated = optional_amount(draft.node, "HomeTotalAmt")
    home = sign * stated if stated is not None and not draft.is_home else None
    return post_party(draft, whose, total, bills=[new_bill(draft, total)], account_id=account_id, home=home)


def _explain(draft: Draft) -> None:
    """The total is what QuickBooks says; what its lines leave open is posted as unexplained."""
    draft.post_unexplained(-draft.left, "of its total is on no line")


def _cash_sale(draft: Draft, sign: int) -> Voucher:
    _pay(draft, deposit_account(draft), sign * amount_of(draft.node, "TotalAmt"), "")
    post_sales_lines(draft, sign)
    post_taxes(draft, sign)
    _explain(draft)
    node = draft.node
    if not ref_id(node, "CustomerRef"):
        return draft.voucher(details=_sales_details(node))
    return draft.voucher(party=party_ledger(draft, customer(node)), details=_sales_details(node))


def deposit_account(draft: Draft) -> str:
    """Where money goes: the account named, else Undeposited Funds, where it waits for a deposit."""
    usual = draft.reading.learned.of_subtype(UNDEPOSITED)
    return ref_id(draft.node, "DepositToAccountRef") or (usual.id if usual else "")


def _pay(draft: Draft, account_id: str, net: Decimal, method: str) -> None:
    post_money(draft, account_id, net, method=method, reference=text_of(draft.node, "PaymentRefNum"))


def post_money(draft: Draft, account_id: str, net: Decimal, *, method: str = "", reference: str = "") -> None:
    """Post to an account of money, with the instrument behind it."""
    bank = BankAllocation(
        side=side_of(net),
        amount=abs(draft.home_of(net)),
        transaction_type=method,
        instrument_number=reference or text_of(draft.node, "DocNumber") if method == "Check" else "",
        reference=reference,
    )
    has_instrument = bool(bank.transaction_type or bank.reference)
    draft.post(account_id, net, banks=(bank,) if has_instrument and net else ())


def _expense_to_control(draft: Draft) -> None:
    """A line of an expense may go to a control account: a refund paid to a customer opens a bill of its own."""
    entity = part(draft.node, "EntityRef")
    kind, identity = text_of(entity, "type"), text_of(entity, "value")
    if not identity or kind not in (CUSTOMER, VENDOR):
        return
    kept, moved = [], ZERO
    account_id = ""
    for entry in draft.entries:
        account = next(
            (one for one in draft.reading.learned.accounts.values() if entry.key == f"{one.key}/nobody"), None
        )
        if account is None:
            kept.append(entry)
        else:
            moved, account_id = moved + entry.net, account.id
    if moved:
        draft.entries[:] = kept
        whose = Whose(entity=kind, id=identity, name=text_of(entity, "name"))
        post_party(draft, whose, moved, bills=[new_bill(draft, moved)], account_id=account_id)


def _order(draft: Draft, whose: Whose, details: DocumentDetails) -> Voucher:
    draft.entries.clear()
    return draft.voucher(party=party_ledger(draft, whose), details=details)


def _sales_details(node: Json) -> DocumentDetails:
    place = place_of_supply(node)
    billing = part(node, "BillAddr")
    shipping = part(node, "ShipAddr")
    return DocumentDetails(
        buyer_name=ref_name(node, "CustomerRef"),
        buyer_address=read_address(billing) if billing else None,
        consignee_address=read_address(shipping, AddressKind.SHIPPING) if shipping else None,
        place_of_supply=place,
        terms=ref_name(node, "SalesTermRef"),
    )


def _purchase_details(node: Json) -> DocumentDetails:
    address = part(node, "VendorAddr")
    return DocumentDetails(
        supplier_name=ref_name(node, "VendorRef"),
        supplier_address=read_address(address) if address else None,
        place_of_supply=place_of_supply(node),
        terms=ref_name(node, "SalesTermRef"),
    )
