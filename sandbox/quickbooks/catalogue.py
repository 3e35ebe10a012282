"""The entities: what each is called, which properties a request may set, which a query may ask by, what feeds see it.

Members are those of the official schema that this fake keeps; a request with another is refused (2010). Queryable
properties are a documented core: the reference marks more than these for some entities.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What an entity is."""

    LIST = "list"
    TRANSACTION = "transaction"
    SETTING = "setting"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """One kind of object.

    Attributes:
        writable: properties a request may set.
        queryable: properties a query may filter and sort by, besides Id and the two times.
        name_key: the property that names it (lists).
        party: the property that holds its customer or vendor.
        is_sale: its lines are goods sold; adds the subtotal line and numbers it from the sales sequence.
        counted: a query's answer has ``totalCount`` (it had for these in the recorded session, not for others).
        in_changes: change data capture covers it; ``in_webhooks``: so do webhooks.
        voidable: may be voided.
        keeps_accounts: it posts.
    """

    name: str
    kind: Kind
    writable: frozenset[str] = frozenset()
    required: tuple[str, ...] = ()
    queryable: frozenset[str] = frozenset()
    name_key: str = ""
    party: str = ""
    is_sale: bool = False
    counted: bool = False
    in_changes: bool = True
    in_webhooks: bool = True
    voidable: bool = False
    keeps_accounts: bool = True

    @property
    def path(self) -> str:
        """The name in addresses."""
        return self.name.lower()

    @property
    def is_transaction(self) -> bool:
        """Whether it is a document."""
        return self.kind is Kind.TRANSACTION


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PARTY = _words(
    "DisplayName CompanyName Title GivenName MiddleName FamilyName Suffix PrintOnCheckName Active PrimaryPhone "
    "AlternatePhone Mobile Fax PrimaryEmailAddr WebAddr BillAddr CurrencyRef OtherContactInfo BusinessNumber GSTIN "
    "GSTRegistrationType PrimaryTaxIdentifier SecondaryTaxIdentifier CustomField Notes OpenBalanceDate"
)
_PARTY_QUERY = _words("DisplayName CompanyName GivenName MiddleName FamilyName Active Balance PrintOnCheckName")
_TRANSACTION = _words(
    "DocNumber TxnDate CurrencyRef ExchangeRate PrivateNote DepartmentRef Line TxnTaxDetail TransactionLocationType "
    "GlobalTaxCalculation CustomField LinkedTxn TaxFormType TaxFormNum ClassRef ProjectRef RecurDataRef"
)
_SALE = _TRANSACTION | _words(
    "CustomerRef CustomerMemo BillAddr ShipAddr ShipFromAddr FreeFormAddress SalesTermRef DueDate ShipDate TrackingNum "
    "ShipMethodRef ApplyTaxAfterDiscount PrintStatus EmailStatus BillEmail BillEmailCc BillEmailBcc DeliveryInfo"
)
_INVOICE = "AllowIPNPayment AllowOnlinePayment AllowOnlineCreditCardPayment AllowOnlineACHPayment InvoiceLink Deposit"
_RECEIVED = _words("PaymentMethodRef PaymentRefNum DepositToAccountRef")
_TXN_QUERY = _words("DocNumber TxnDate TotalAmt")
_LIST_TAIL = _words("Active")


def _list(name: str, words: str, key: str = "Name", **rest: bool | str | tuple[str, ...]) -> Entity:
    writable = _words(words) | _LIST_TAIL | {key}
    queryable = _words("Active") | {key} | _words(str(rest.pop("query", "")))
    return Entity(
        name=name,
        kind=Kind.LIST,
        writable=writable,
        required=(key,),
        queryable=queryable,
        name_key=key,
        keeps_accounts=False,
        **rest,  # type: ignore[arg-type]
    )


def _document(
    name: str,
    words: frozenset[str],
    required: tuple[str, ...],
    party: str,
    query: str = "",
    *,
    is_sale: bool = False,
    counted: bool = False,
    voidable: bool = False,
    keeps_accounts: bool = True,
) -> Entity:
    return Entity(
        name=name,
        kind=Kind.TRANSACTION,
        writable=words,
        required=required,
        queryable=_TXN_QUERY | _words(query),
        party=party,
        is_sale=is_sale,
        counted=counted,
        voidable=voidable,
        keeps_accounts=keeps_accounts,
    )


def _sale(name: str, required: tuple[str, ...], extra: str = "", query: str = "", **rest: bool) -> Entity:
    words = _SALE | _words(extra)
    return _document(name, words, required, "CustomerRef", f"CustomerRef {query}", is_sale=True, **rest)


def _purchase(name: str, words: str, required: tuple[str, ...], party: str, query: str = "", **rest: bool) -> Entity:
    return _document(name, _TRANSACTION | _words(words), required, party, query, **rest)


_ENTITIES = (
    _list(
        "Account",
        "AcctNum Description SubAccount ParentRef AccountType AccountSubType Classification CurrencyRef TaxCodeRef "
        "TxnLocationType AccountAlias OpeningBalance OpeningBalanceDate",
        query="AccountType AccountSubType Classification CurrentBalance FullyQualifiedName SubAccount",
    ),
    Entity(
        name="Customer",
        kind=Kind.LIST,
        writable=_PARTY
        | _words(
            "Job ParentRef BillWithParent ShipAddr Taxable DefaultTaxCodeRef SalesTermRef PaymentMethodRef IsProject "
            "PreferredDeliveryMethod ResaleNum TDSEnabled"
        ),
        required=("DisplayName",),
        queryable=_PARTY_QUERY | _words("FullyQualifiedName Job PrimaryEmailAddr"),
        name_key="DisplayName",
        keeps_accounts=False,
    ),
    Entity(
        name="Vendor",
        kind=Kind.LIST,
        writable=_PARTY
        | _words(
            "AcctNum Vendor1099 TermRef BillRate CostRate TaxIdentifier TaxIdEffectiveDate TDSEnabled TDSEntityTypeId "
            "TDSSectionTypeId TDSOverrideThreshold VendorPaymentBankDetail"
        ),
        required=("DisplayName",),
        queryable=_PARTY_QUERY | _words("PrimaryEmailAddr"),
        name_key="DisplayName",
        keeps_accounts=False,
    ),
    _list("Employee", "GivenName FamilyName PrimaryPhone PrimaryEmailAddr PrimaryAddr HiredDate", "DisplayName"),
    _list(
        "Item",
        "Sku Description ParentRef SubItem Type UnitPrice Taxable SalesTaxIncluded PurchaseTaxIncluded PurchaseDesc "
        "PurchaseCost IncomeAccountRef ExpenseAccountRef AssetAccountRef TrackQtyOnHand QtyOnHand InvStartDate "
        "SalesTaxCodeRef PurchaseTaxCodeRef UQCId UQCDisplayText AbatementRate ReverseChargeRate ServiceType "
        "ItemCategoryType TaxClassificationRef DeferredRevenue",
        query="Type Sku FullyQualifiedName UnitPrice",
    ),
    _list("Term", "Type DueDays DiscountDays DiscountPercent DayOfMonthDue DueNextMonthDays DiscountDayOfMonth"),
    _list("PaymentMethod", "Type", query="Type"),
    _list("Class", "SubClass ParentRef", query="FullyQualifiedName"),
    _list("Department", "SubDepartment ParentRef", query="FullyQualifiedName"),
    _list("TaxCode", "Description", in_changes=False, in_webhooks=False),
    _list("TaxRate", "Description RateValue AgencyRef", in_changes=False, in_webhooks=False),
    _list("TaxAgency", "TaxTrackedOnSales TaxTrackedOnPurchases", "DisplayName", in_changes=False, in_webhooks=False),
    _list("CompanyCurrency", "Code", in_webhooks=False),
    _sale(
        "Invoice", ("CustomerRef", "Line"), _INVOICE, query="DueDate Balance SalesTermRef", counted=True, voidable=True
    ),
    _sale("CreditMemo", ("CustomerRef", "Line"), "RemainingCredit InvoiceRef", query="Balance"),
    _sale("SalesReceipt", ("Line",), " ".join(_RECEIVED), query="DepositToAccountRef", voidable=True),
    _sale("RefundReceipt", ("DepositToAccountRef", "Line"), " ".join(_RECEIVED)),
    _sale(
        "Estimate",
        ("CustomerRef", "Line"),
        "TxnStatus ExpirationDate AcceptedBy AcceptedDate",
        query="TxnStatus ExpirationDate",
        keeps_accounts=False,
    ),
    _purchase(
        "Payment",
        "CustomerRef TotalAmt ProcessPayment ARAccountRef CreditCardPayment TxnSource " + " ".join(_RECEIVED),
        ("CustomerRef",),
        "CustomerRef",
        "CustomerRef UnappliedAmt PaymentRefNum DepositToAccountRef PaymentMethodRef",
        voidable=True,
    ),
    _purchase(
        "Bill",
        "VendorRef APAccountRef DueDate SalesTermRef VendorAddr",
        ("VendorRef", "Line"),
        "VendorRef",
        "VendorRef DueDate Balance APAccountRef",
        counted=True,
    ),
    _purchase("VendorCredit", "VendorRef APAccountRef VendorAddr", ("VendorRef", "Line"), "VendorRef", "VendorRef"),
    _purchase(
        "BillPayment",
        "VendorRef PayType CheckPayment CreditCardPayment TotalAmt APAccountRef ProcessBillPayment",
        ("VendorRef", "PayType", "TotalAmt", "Line"),
        "VendorRef",
        "VendorRef PayType",
        counted=True,
        voidable=True,
    ),
    _purchase(
        "Purchase",
        "AccountRef PaymentType EntityRef Credit PaymentMethodRef PaymentRefNum PrintStatus RemitToAddr",
        ("AccountRef", "PaymentType", "Line"),
        "EntityRef",
        "PaymentType AccountRef",
    ),
    _purchase("JournalEntry", "Adjustment", ("Line",), "", counted=True),
    _purchase("Deposit", "DepositToAccountRef CashBack", ("DepositToAccountRef", "Line"), "", counted=True),
    _purchase("Transfer", "FromAccountRef ToAccountRef Amount", ("FromAccountRef", "ToAccountRef", "Amount"), ""),
    _purchase(
        "PurchaseOrder",
        "VendorRef APAccountRef DueDate VendorAddr ShipAddr POStatus Memo EmailStatus POEmail SalesTermRef",
        ("VendorRef", "Line"),
        "VendorRef",
        "VendorRef POStatus DueDate",
        counted=True,
        keeps_accounts=False,
    ),
    Entity(name="CompanyInfo", kind=Kind.SETTING, in_changes=False, in_webhooks=False, keeps_accounts=False),
    Entity(name="Preferences", kind=Kind.SETTING, in_changes=False, in_webhooks=True, keeps_accounts=False),
)
ENTITIES = {one.name: one for one in _ENTITIES}
BY_PATH = {one.path: one for one in _ENTITIES}
BY_FOLDED = {one.name.casefold(): one for one in _ENTITIES}
NAMES_SHARED = ("Customer", "Vendor", "Employee")
"""One display name may be used once in all three."""
IGNORED = _words(
    "Id SyncToken MetaData domain sparse TotalAmt Balance HomeBalance HomeTotalAmt RemainingCredit UnappliedAmt "
    "FullyQualifiedName CurrentBalance CurrentBalanceWithSubAccounts BalanceWithJobs Level V4IDPseudonym LinkedTxn "
    "ClientEntityId PurchaseEx status"
)
"""What a client sends back from what it read, and the server works out by itself."""
