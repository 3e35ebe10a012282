"""The closed lists: everything a request may name. What is not here is never sent.

An unknown collection TYPE opens a message box in Tally ("Incorrect Object Type!") that freezes the gateway until a
person clicks; a reference to an undefined collection does the same and may end Tally. So these lists hold only what
was seen to work on real installations, and nothing a user types ever becomes part of one.
"""

from __future__ import annotations

from enum import StrEnum


class ObjectType(StrEnum):
    """Collection TYPEs that were each seen to answer without a message box."""

    COMPANY = "Company"
    CURRENCY = "Currency"
    UNIT = "Unit"
    GROUP = "Group"
    LEDGER = "Ledger"
    VOUCHER_TYPE = "VoucherType"
    COST_CATEGORY = "CostCategory"
    COST_CENTRE = "CostCentre"
    STOCK_GROUP = "StockGroup"
    STOCK_CATEGORY = "StockCategory"
    STOCK_ITEM = "StockItem"
    GODOWN = "Godown"
    TAX_UNIT = "TaxUnit"
    BUDGET = "Budget"
    ATTENDANCE_TYPE = "AttendanceType"
    BILLS = "Bills"
    VOUCHER = "Voucher"

    @property
    def tag(self) -> str:
        """The element its objects come as."""
        return self.value.upper()


class ReportId(StrEnum):
    """Named reports that answered; an unknown one is a harmless error, but a wrong guess costs an hour of a person."""

    TRIAL_BALANCE = "Trial Balance"
    BALANCE_SHEET = "Balance Sheet"
    PROFIT_AND_LOSS = "Profit and Loss"
    STOCK_SUMMARY = "Stock Summary"
    GODOWN_SUMMARY = "Godown Summary"
    BILLS_RECEIVABLE = "Bills Receivable"
    BILLS_PAYABLE = "Bills Payable"
    DAY_BOOK = "Day Book"
    VOUCHER_REGISTER = "Voucher Register"
    SALES_REGISTER = "Sales Register"
    PURCHASE_REGISTER = "Purchase Register"
    JOURNAL_REGISTER = "Journal Register"
    LIST_OF_ACCOUNTS = "List of Accounts"
    CASH_FLOW = "Cash Flow"
    FUNDS_FLOW = "Funds Flow"
    GROUP_SUMMARY = "Group Summary"
    STATISTICS = "Statistics"
    NEGATIVE_LEDGERS = "Negative Ledgers"
    NEGATIVE_STOCK = "Negative Stock"
    COST_CATEGORY_SUMMARY = "Cost Category Summary"


class Variable(StrEnum):
    """Static variables of an export, beside company, period and format, which every request sets itself."""

    EXPLODE = "EXPLODEFLAG"
    EXPLODE_ALL_LEVELS = "EXPLODEALLLEVELS"
    IS_LEDGER_WISE = "ISLEDGERWISE"
    IS_ITEM_WISE = "ISITEMWISE"
    GROUP_NAME = "GROUPNAME"
    LEDGER_NAME = "LEDGERNAME"
    VOUCHER_TYPE_NAME = "VOUCHERTYPENAME"
    SHOW_FOREX = "SHOWFOREX"
    ACCOUNT_TYPE = "ACCOUNTTYPE"
    PLAIN_FORMAT = "SVEXPORTINPLAINFORMAT"


class SystemFunction(StrEnum):
    """Functions that may be asked for on their own."""

    PERIOD_FROM = "$$SystemPeriodFrom"
    PERIOD_TO = "$$SystemPeriodTo"
    SIMPLE_COMPANY = "$$CurrentSimpleCompany"
    """The company on screen; a member of it if a group company is open (asking a group company has crashed Tally)."""
    SERIAL_NUMBER = "$$LicenseInfo:SerialNumber"
    IS_EDUCATIONAL = "$$LicenseInfo:IsEducationalMode"


class FormulaFunction(StrEnum):
    """Functions inside formulae. A name with a blank in it ends the Tally process, so none is ever assembled."""

    DATE = "$$Date"
    NUMBER = "$$Number"
    STRING = "$$String"
    NUM_VALUE = "$$NumValue"
    IS_DEBIT = "$$IsDebit"
    IS_EQUAL = "$$IsEqual"
    IS_EMPTY = "$$IsEmpty"
    IS_ORDER = "$$IsOrderVch"
    IS_INVENTORY = "$$IsInventoryVch"
    IS_ACCOUNTING = "$$IsAccountingVch"
    IS_PAYROLL = "$$IsPayrollVch"
    FULL_LIST = "$$FullList"
    IS_INWARDS = "$$IsInwards"
    TAIL_UNITS = "$$TailUnits"
    BASE_VALUE = "$$BaseValue"
    FOREX_VALUE = "$$ForexValue"
    RATE_OF_EXCHANGE = "$$RatexValue"
    CURRENCY = "$$Currency"


class SystemVariable(StrEnum):
    """Variables a formula may read."""

    CURRENT_COMPANY = "##SVCurrentCompany"
    FROM_DATE = "##SVFromDate"
    TO_DATE = "##SVToDate"


class SystemFormula(StrEnum):
    """Formulae that Tally brings along."""

    RELEASE = "@@VersionReleaseString"


class Aggregate(StrEnum):
    """What a group-by computes."""

    SUM = "SUM"
    COUNT = "COUNT"
    MIN = "MIN"
    MAX = "MAX"
