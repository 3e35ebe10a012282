"""Tally's reports written from the sandbox's truth, figure by figure, with no code of the proof.

Amounts are the truth's paise, debit positive; a report's row holds Tally's text, negative debit.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from canonical.record import JsonValue
from sandbox.world.business import World
from sandbox.world.masters import GroupMaster
from sandbox.world.truth import Truth

Row = list[JsonValue]
REVENUE = {
    "Sales Accounts",
    "Purchase Accounts",
    "Direct Incomes",
    "Direct Expenses",
    "Indirect Incomes",
    "Indirect Expenses",
}
COST_OF_SALES = ("Purchase Accounts", "Direct Expenses")


def tally(paise: int) -> str:
    """Paise, debit positive, as Tally writes rupees: negative is debit."""
    sign = "-" if paise > 0 else ""
    return f"{sign}{abs(paise) // 100}.{abs(paise) % 100:02d}" if paise else ""


def printed(day: date) -> str:
    """A day as reports print it."""
    return f"{day.day}-{day:%b}-{day:%y}"


@dataclass(frozen=True)
class Report:
    """One report: its title, its period, and rows as a raw record holds them."""

    title: str
    day_from: date
    as_of: date
    rows: tuple[tuple[str, JsonValue], ...]
    says_period: bool = True

    @property
    def document(self) -> dict[str, JsonValue]:
        """The ``object`` of the raw record."""
        rows = [[tag, tree] for tag, tree in self.rows]
        if not self.says_period:
            return {"rows": rows}
        return {
            "rows": rows,
            "report": self.title,
            "from": self.day_from.isoformat(),
            "to": self.as_of.isoformat(),
        }


@dataclass(frozen=True)
class TruthReports:
    """All reports of one synthetic business.

    Attributes:
        stock: what the closing stock is declared to be worth, paise.
    """

    world: World
    truth: Truth
    stock: int
    shifts: Mapping[tuple[str, str], int] = field(default_factory=dict)

    def all(self) -> list[Report]:
        """Every report a proof compares with."""
        return [
            self.trial_balance(),
            self.profit_and_loss(),
            self.balance_sheet(),
            *self.bills(),
            self.census(),
            self.counters(),
        ]

    def with_shift(self, title: str, row: str, paise: int) -> TruthReports:
        """The same with one figure of one report wrong by some paise (or a count by some)."""
        return replace(self, shifts={(title, row): paise})

    def _made(self, title: str, rows: Sequence[tuple[str, JsonValue]]) -> Report:
        return Report(title, self.truth.books_from, self.truth.as_of, tuple(rows))

    def _off(self, title: str, row: str) -> int:
        return self.shifts.get((title, row), 0)

    def trial_balance(self) -> Report:
        """Ledger by ledger, with every column."""
        rows: list[tuple[str, JsonValue]] = []
        for name, ledger in self.truth.trial_balance.items():
            if ledger.opening or ledger.debit or ledger.credit:
                closing = ledger.closing + self._off("Trial Balance", name)
                side = "DR" if closing > 0 else "CR"
                block = {
                    "DSPOPAMT": {"DSPOPAMTA": tally(ledger.opening)},
                    "DSPDRAMT": {"DSPDRAMTA": tally(ledger.debit)},
                    "DSPCRAMT": {"DSPCRAMTA": tally(-ledger.credit)},
                    f"DSPCL{side}AMT": {f"DSPCL{side}AMTA": tally(closing)},
                }
                rows += [("DSPACCNAME", {"DSPDISPNAME": name}), ("DSPACCINFO", block)]
        return self._made("Trial Balance", rows)

    def _groups(self) -> dict[str, GroupMaster]:
        return {group.name: group for group in self.world.masters.groups}

    def _top(self, group: str) -> str:
        """Predefined name of the top group above a group."""
        groups = self._groups()
        while groups[group].parent:
            group = groups[group].parent
        return groups[group].reserved or group

    def _is_stock(self, group: str) -> bool:
        groups = self._groups()
        while group:
            if groups[group].reserved == "Stock-in-Hand":
                return True
            group = groups[group].parent
        return False

    @property
    def opening_stock(self) -> int:
        """What the stock ledgers open with."""
        return sum(row.opening for row in self.truth.trial_balance.values() if row.group and self._is_stock(row.group))

    def by_top(self) -> dict[str, int]:
        """Closing balance of every top group, stock at its declared value."""
        found: dict[str, int] = {}
        for row in self.truth.trial_balance.values():
            if row.group:
                worth = 0 if self._is_stock(row.group) else row.closing
                found[self._top(row.group)] = found.get(self._top(row.group), 0) + worth
        found["Current Assets"] = found.get("Current Assets", 0) + self.stock
        return found

    @property
    def profit(self) -> int:
        """Net profit of the year, paise, positive."""
        income = sum(worth for top, worth in self.by_top().items() if top in REVENUE)
        return self.stock - self.opening_stock - income

    def profit_and_loss(self) -> Report:
        """Sales, cost of sales with its parts, other incomes and expenses."""
        title, tops = "Profit and Loss", self.by_top()
        costs = self.opening_stock - self.stock + sum(tops.get(name, 0) for name in COST_OF_SALES)
        rows = [
            *self._statement_row(title, "Sales Accounts", tops.get("Sales Accounts", 0), sub=False),
            *self._statement_row(title, "Direct Incomes", tops.get("Direct Incomes", 0), sub=False),
            *self._statement_row(title, "Cost of Sales :", costs, sub=False),
            *self._statement_row(title, "Opening Stock", self.opening_stock, sub=True),
            *self._statement_row(title, "Add: Purchase Accounts", tops.get("Purchase Accounts", 0), sub=True),
            *self._statement_row(title, "Less: Closing Stock", self.stock, sub=True),
            *self._statement_row(title, "Direct Expenses", tops.get("Direct Expenses", 0), sub=True),
            *self._statement_row(title, "Indirect Incomes", tops.get("Indirect Incomes", 0), sub=False),
            *self._statement_row(title, "Indirect Expenses", tops.get("Indirect Expenses", 0), sub=False),
        ]
        return self._made(title, rows)

    def balance_sheet(self) -> Report:
        """Every top group that is no income or expense, by the name it has today, and the profit."""
        title = "Balance Sheet"
        names = {group.reserved: group.name for group in self.world.masters.groups}
        profit = self.truth.trial_balance["Profit & Loss A/c"].closing - self.profit
        worths = {names.get(top, top): worth for top, worth in self.by_top().items() if top not in REVENUE}
        worths |= {"Profit & Loss A/c": profit, "Difference in Opening Balances": 0}
        rows: list[tuple[str, JsonValue]] = []
        for name, worth in worths.items():
            amount = tally(worth + self._off(title, name))
            rows += [
                ("BSNAME", {"DSPACCNAME": {"DSPDISPNAME": name}}),
                ("BSAMT", {"BSMAINAMT": amount} if amount else ""),
            ]
        return self._made(title, rows)

    def _statement_row(self, title: str, name: str, worth: int, *, sub: bool) -> Iterator[tuple[str, JsonValue]]:
        yield "DSPACCNAME", {"DSPDISPNAME": name}
        amount = tally(worth + self._off(title, name))
        yield "PLAMT", {"PLSUBAMT" if sub else "BSMAINAMT": amount} if amount else {}

    def bills(self) -> tuple[Report, Report]:
        """Receivable and payable, by the sign of the bill."""
        return self._bills("Bills Receivable", 1), self._bills("Bills Payable", -1)

    def _bills(self, title: str, sign: int) -> Report:
        rows: list[tuple[str, JsonValue]] = []
        for party in self.truth.parties.values():
            for bill in party.bills:
                if bill.paise * sign > 0:
                    overdue = (self.truth.as_of - bill.due_date).days
                    fixed = {"BILLDATE": printed(bill.bill_date), "BILLREF": bill.ref, "BILLPARTY": party.ledger}
                    off = self._off(title, f"{party.ledger}, {bill.ref}")
                    rows += [
                        ("BILLFIXED", fixed),
                        ("BILLCL", tally(bill.paise + off)),
                        ("BILLDUE", printed(bill.due_date)),
                        ("BILLOVERDUE", str(overdue) if overdue >= 0 else ""),
                    ]
        return self._made(title, rows)

    def census(self) -> Report:
        """How many vouchers of each type, cancelled and optional ones included, whatever their day."""
        title = "Voucher Census"
        counts = {name: number + self._off(title, name) for name, number in self.truth.counts.vouchers.items()}
        rows = [("OBJECT", {"VOUCHERTYPENAME": name, "VOUCHERCOUNT": str(n)}) for name, n in counts.items()]
        return Report(title, self.truth.books_from, date(self.truth.as_of.year + 2, 3, 31), tuple(rows))

    def counters(self) -> Report:
        """The company's own counters of masters."""
        title, masters = "Company Counters", self.truth.masters
        counters = {
            "NUMLEDGERS": masters["ledgers"] + self._off(title, "ledgers"),
            "NUMGROUPS": masters["groups"] + self._off(title, "groups"),
            "NUMSTOCKITEMS": masters["items"] + self._off(title, "stock items"),
        }
        return self._made(title, [("COMPANY", {name: str(count) for name, count in counters.items()})])
