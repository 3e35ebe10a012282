"""Cost categories and cost centres; an employee is a cost centre for payroll."""

from __future__ import annotations

from canonical.cost import CostCategory, CostCentre
from canonical.ledger import name_key
from connectors.tally.translate.extras import extras_of
from connectors.tally.translate.names import name_of, parent_of
from connectors.tally.translate.node import Node, key_of, text_of
from connectors.tally.translate.reading import Reading
from connectors.tally.translate.tags import COST_CENTRE
from connectors.tally.translate.values import is_yes


def read_cost_category(node: Node, reading: Reading, name: str) -> CostCategory:
    """Read a dimension of cost."""
    name = name_of(node, name)
    reading.label = f"Cost category {name}"
    return CostCategory(
        source=reading.source,
        key=name_key(name),
        name=name,
        allocates_revenue=text_of(node.get("ALLOCATEREVENUE")) != "No",
        allocates_non_revenue=is_yes(text_of(node.get("ALLOCATENONREVENUE"))),
        extras=extras_of(node, COST_CENTRE, reading, "cost category"),
    )


def read_cost_centre(node: Node, reading: Reading, name: str) -> CostCentre:
    """Read a cost centre or employee; personal particulars stay in ``extras``."""
    name = name_of(node, name)
    reading.label = f"Cost centre {name}"
    is_group = is_yes(text_of(node.get("ISEMPLOYEEGROUP")))
    return CostCentre(
        source=reading.source,
        key=name_key(name),
        name=name,
        category_key=key_of(text_of(node.get("CATEGORY"))),
        parent_key=name_key(parent_of(node)),
        is_employee=is_yes(text_of(node.get("FORPAYROLL"))) and not is_group,
        is_employee_group=is_group,
        extras=extras_of(node, COST_CENTRE, reading, "cost centre"),
    )
