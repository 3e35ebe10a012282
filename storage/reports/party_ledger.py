"""Which ledgers are parties', which way their money runs, and on what terms.

A ledger is a party's if it hangs under Sundry Debtors or Sundry Creditors, if the source keeps bills for it, or if it
ever carried a bill. Where the account tree is not known (a day book without masters) a party record that names the
ledger is evidence enough. Debtors are receivable and creditors payable; any other runs the way its balance does.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from canonical.dates import CreditPeriod, CreditUnit
from canonical.ledger import ReservedGroup
from canonical.receivable import Direction
from storage.engine import Row, Transaction
from storage.reports.clock import Clock

NO_TERMS = CreditPeriod(0)
DIRECTIONS = {
    ReservedGroup.SUNDRY_DEBTORS.value: Direction.RECEIVABLE,
    ReservedGroup.SUNDRY_CREDITORS.value: Direction.PAYABLE,
}


@dataclass(frozen=True, slots=True)
class PartyLedger:
    """One party's ledger.

    Attributes:
        direction: None where only its balance can tell.
        credit_period: default for bills that give none; None without.
    """

    key: str
    name: str
    direction: Direction | None
    credit_period: CreditPeriod | None

    @property
    def terms(self) -> CreditPeriod:
        """Credit period, zero days without."""
        return self.credit_period or NO_TERMS

    def runs(self, direction: Direction, net: Decimal) -> bool:
        """Whether the ledger belongs into a report, given its debit-positive balance."""
        if self.direction is not None:
            return self.direction is direction
        return (net >= 0) is (direction is Direction.RECEIVABLE)


def read_party_ledgers(transaction: Transaction, company_id: int, clock: Clock) -> dict[str, PartyLedger]:
    """Read a company's party ledgers by key, as known at the clock's moment."""
    mine = (transaction.tenant_id, company_id)
    known, bound = clock.known(transaction)
    masters = transaction.rows(
        "SELECT key, name, reserved, is_bill_wise, credit_number, credit_unit FROM ledger WHERE tenant_id = ? "
        f"AND company_id = ? AND {known} ORDER BY id",
        (*mine, *bound),
    )
    parties = transaction.rows(
        f"SELECT ledger_key, name FROM party WHERE tenant_id = ? AND company_id = ? AND {known} AND ledger_key <> ''",
        (*mine, *bound),
    )
    with_bills = transaction.rows("SELECT ledger_key FROM bill_ledger WHERE tenant_id = ? AND company_id = ?", mine)
    return _sort_out(masters, dict(parties), {key for (key,) in with_bills})


def _sort_out(masters: list[Row], parties: dict[str, str], with_bills: set[str]) -> dict[str, PartyLedger]:
    found: dict[str, PartyLedger] = {}
    unknown = with_bills | parties.keys()
    for key, name, reserved, is_bill_wise, number, unit in masters:
        unknown.discard(key)
        found.pop(key, None)  # of several masters of one name the latest counts
        is_party = reserved in DIRECTIONS or is_bill_wise or key in with_bills or (not reserved and key in parties)
        if is_party:
            period = None if number is None else CreditPeriod(number, CreditUnit(unit))
            found[key] = PartyLedger(key, name, DIRECTIONS.get(reserved), period)
    for key in unknown:
        found[key] = PartyLedger(key, parties.get(key, key), None, None)
    return found
