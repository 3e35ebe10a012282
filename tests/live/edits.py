"""What people do in their books, as random edits; those that hurt an incremental sync most are here.

The simple ones are shared with the tests of the tap. Here are renames of every kind of master, names that change
hands, masters that move in their trees, and backups.
"""

from __future__ import annotations

from random import Random

from sandbox.tally.books import LiveCompany
from sandbox.tally.books.drafts import BillDraft, EntryDraft, VoucherDraft
from tests.connectors.tally.live.tally import (
    MASTER_EDITS,
    VOUCHER_EDITS,
    Edit,
    _day,
    _ledgers,
    renumber,
)

RENAMED_KINDS = (
    *("LEDGER", "GROUP", "STOCKITEM", "STOCKGROUP", "GODOWN", "UNIT", "COSTCENTRE", "COSTCATEGORY", "VOUCHERTYPE"),
    *("STOCKCATEGORY", "TAXUNIT", "CURRENCY"),
)


def rename_any_master(company: LiveCompany, dice: Random) -> None:
    """Any master of any class gets another name."""
    rows = company.masters.of_kind(dice.choice(RENAMED_KINDS))
    if rows:
        row = dice.choice(rows)
        company.edit_masters.rename(row.master_id, f"{row.name[:20]} {dice.choice('abcde')}{dice.randrange(100)}")


def rename_and_reuse(company: LiveCompany, dice: Random) -> None:
    """A ledger gets another name, and a new ledger takes the old one and is used at once."""
    row = dice.choice([row for row in company.masters.of_kind("LEDGER") if row.name in _ledgers(company)])
    company.edit_masters.rename(row.master_id, f"{row.name} (old {dice.randrange(1000)})")
    company.edit_masters.create("LEDGER", row.name, PARENT="Indirect Expenses")
    _journal(company, dice, row.name)


def swap_names(company: LiveCompany, dice: Random) -> None:
    """Two ledgers change names."""
    names = _ledgers(company)
    one, other = (row for row in dice.sample([r for r in company.masters.of_kind("LEDGER") if r.name in names], 2))
    company.edit_masters.rename(one.master_id, "between two names")
    company.edit_masters.rename(other.master_id, one.name)
    company.edit_masters.rename(one.master_id, other.name)


def rename_there_and_back(company: LiveCompany, dice: Random) -> None:
    """A rename that nobody sees, unless somebody looks in between."""
    row = dice.choice(company.masters.of_kind("LEDGER"))
    company.edit_masters.rename(row.master_id, f"{row.name} (briefly)")
    company.edit_masters.rename(row.master_id, row.name)


def move_ledger(company: LiveCompany, dice: Random) -> None:
    """A ledger goes under another group: it may become a party, or stop being one."""
    row = dice.choice(company.masters.of_kind("LEDGER"))
    group = dice.choice(["Sundry Debtors", "Sundry Creditors", "Indirect Expenses", "Loans & Advances (Asset)"])
    company.edit_masters.alter(row.master_id, PARENT=group)


def move_group(company: LiveCompany, dice: Random) -> None:
    """A group of the company's own goes elsewhere, with all its ledgers."""
    own = [row for row in company.masters.of_kind("GROUP") if not row.tree.attributes.get("RESERVEDNAME")]
    if own:
        parent = dice.choice(["Sundry Debtors", "Current Assets", "Indirect Expenses"])
        company.edit_masters.alter(dice.choice(own).master_id, PARENT=parent)


def bill_on_any_ledger(company: LiveCompany, dice: Random) -> None:
    """A bill on a ledger that need not be a party's: a party is inferred from it."""
    _journal(
        company, dice, dice.choice(_ledgers(company)), BillDraft(kind="New Ref", paise=12300, ref=f"B{dice.random()}")
    )


def use_once_and_rename(company: LiveCompany, dice: Random) -> None:
    """A new ledger, used, then renamed, all between two syncs."""
    name = f"Brief {dice.randrange(10**6)}"
    row = company.edit_masters.create("LEDGER", name, PARENT="Sundry Debtors")
    _journal(company, dice, name)
    company.edit_masters.rename(row.master_id, f"{name} & Sons")


def rename_company(company: LiveCompany, dice: Random) -> None:
    """The company itself is called otherwise."""
    company.rename_company(f"Ashoka Trading {dice.randrange(1000)}")


def _journal(company: LiveCompany, dice: Random, ledger: str, *bills: BillDraft) -> None:
    other = dice.choice([name for name in _ledgers(company) if name != ledger])
    entries = (EntryDraft(ledger=ledger, paise=12300, bills=bills), EntryDraft(ledger=other, paise=-12300))
    company.edit_vouchers.create(VoucherDraft(type_name="Journal", day=_day(dice), entries=entries, narration="added"))


def renumber_counted(company: LiveCompany, dice: Random) -> None:
    """Another number for a voucher that counts; Tally moves no counter at all for one that is optional."""
    rows = [row for row in company.vouchers() if not row.is_optional]
    if rows:
        company.edit_vouchers.renumber(dice.choice(rows).master_id, f"N/{dice.randrange(1000)}")


HARD_EDITS: tuple[Edit, ...] = (
    rename_any_master,
    rename_and_reuse,
    swap_names,
    rename_there_and_back,
    move_ledger,
    move_group,
    bill_on_any_ledger,
    use_once_and_rename,
    rename_company,
)
ALL_EDITS: tuple[Edit, ...] = (
    *(edit for edit in VOUCHER_EDITS if edit is not renumber),
    renumber_counted,
    *MASTER_EDITS,
    *HARD_EDITS,
)


def guids(company: LiveCompany) -> set[str]:
    """Everything that exists in the books at this moment, as the source's keys."""
    numbers = {*company.state.vouchers, *company.masters.by_id}
    return {f"{company.guid}-{number:08x}" for number in numbers}
