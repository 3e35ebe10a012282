"""What happens in a business: trade, and second thoughts about it.

``trade`` is a normal day's step; ``second_thought`` alters, voids, deletes, renames and retires. Both draw from dice,
go through the same writing as the API and obey its rules. Each returns what it did, for a test that wants to say so.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from itertools import islice
from typing import TYPE_CHECKING

from sandbox.quickbooks.amounts import cents_of
from sandbox.quickbooks.shelf import Document, Record
from sandbox.quickbooks.trade import NOTHING, Trade
from sandbox.world.dice import Dice

if TYPE_CHECKING:
    from sandbox.quickbooks.live import LiveCompany

_LOOK_BACK_AT = 200
"""How many of the newest documents a second thought is had about."""


class Business(Trade):
    """Draws what happens next in a company, and what is changed of it later.

    Args:
        live: the company.
        dice: what decides.
    """

    def __init__(self, live: LiveCompany, dice: Dice) -> None:
        super().__init__(live, dice)
        self._thoughts: tuple[Callable[[], str], ...] = (
            *(self.alter_invoice, self.alter_invoice, self.alter_bill, self.void_invoice, self.void_payment),
            *(self.delete_document, self.delete_document, self.rename_customer, self.retire_item, self.new_customer),
            *(self.write_note,),
        )

    def second_thought(self) -> str:
        """Let something be changed that was done before."""
        with self._company.lock:
            return self._dice.pick(self._thoughts)()

    def step(self) -> str:
        """Let anything happen, mostly trade."""
        return self.second_thought() if self._dice.one_in(4) else self.trade()

    def _draw(self, entity: str) -> Record | None:
        records = self._company.shelf(entity).records
        if not records:
            return None
        return records[self._dice.pick(list(islice(reversed(records), _LOOK_BACK_AT)))]

    def _update(self, record: Record, changes: Document) -> str:
        self._live.write.update(record.entity.name, {"Id": record.key, **changes}, sparse=True)
        return f"altered {record.entity.name} {record.key}"

    def alter_invoice(self) -> str:
        """Change an invoice nobody has paid yet: its lines, or its day."""
        record = self._draw("Invoice")
        if record is None or record.is_void or record.open_cents != cents_of(record.document["TotalAmt"]):
            return NOTHING
        if self._dice.one_in(2) and record.day is not None:
            return self._update(record, {"TxnDate": _later(record.day, self._company.today).isoformat()})
        document = self._sale(record.document["CustomerRef"]["value"])
        del document["CustomerRef"]
        return self._update(record, document)

    def alter_bill(self) -> str:
        """Change a bill that is not paid."""
        record = self._draw("Bill")
        if record is None or record.open_cents != cents_of(record.document["TotalAmt"]):
            return NOTHING
        return self._update(record, self._expenses())

    def write_note(self) -> str:
        """Change a memo and no figure."""
        record = self._draw(self._dice.pick(("Invoice", "Bill", "JournalEntry", "Purchase")))
        if record is None or record.is_void:
            return NOTHING
        self._serial += 1
        return self._update(record, {"PrivateNote": f"Seen {self._serial}"})

    def void_invoice(self) -> str:
        """Void an invoice, paid or not."""
        return self._void("Invoice")

    def void_payment(self) -> str:
        """Void a payment that is not deposited."""
        return self._void("Payment")

    def _void(self, entity: str) -> str:
        record = self._draw(entity)
        if record is None or record.is_void or _is_deposited(record) or record.document["TotalAmt"] == 0:
            return NOTHING
        self._live.write.void(entity, record.key)
        return f"voided {entity} {record.key}"

    def delete_document(self) -> str:
        """Delete a document for good."""
        kinds = ("Invoice", "Payment", "Bill", "CreditMemo", "JournalEntry", "Purchase", "Estimate", "BillPayment")
        record = self._draw(self._dice.pick(kinds))
        if record is None or _is_deposited(record):
            return NOTHING
        self._live.write.delete(record.entity.name, record.key)
        return f"deleted {record.entity.name} {record.key}"

    def rename_customer(self) -> str:
        """Change a customer's name; every document of his shows the new one."""
        record = self._draw("Customer")
        if record is None:
            return NOTHING
        self._serial += 1
        name = str(record.document["DisplayName"]).split(" / ", maxsplit=1)[0]
        return self._update(record, {"DisplayName": f"{name} / {self._serial}"})

    def retire_item(self) -> str:
        """Take an item out of use."""
        if len(self._items) < 5:  # noqa: PLR2004 - some must be left to sell
            return NOTHING
        key = self._items.pop()
        self._live.write.deactivate("Item", key)
        return f"retired Item {key}"

    def new_customer(self) -> str:
        """Take on a customer."""
        self._serial += 1
        name = {"DisplayName": f"New Customer {self._serial}"}
        record = self._live.write.create("Customer", name)
        self._customers.append(record.key)
        return f"Customer {record.key}"


def _later(day: date, today: date) -> date:
    return min(day + timedelta(days=3), max(day, today))


def _is_deposited(record: Record) -> bool:
    return any(one["TxnType"] == "Deposit" for one in record.document.get("LinkedTxn", []))
