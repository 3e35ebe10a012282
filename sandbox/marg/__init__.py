"""The world as Marg ERP 9+ would hold it: branches of rows, sale bills, a fake EDE web API, tables.

What it is: a branch for every company of the world (``branch.py``), the file a supplier sends (``sale_bill.py``), the
web API over the branches (``app.py``), the same rows as SQL (``tables.py``). README.md says what is known of the real
one and what is assumed.
May import: ``canonical``, ``sandbox.world``, ``sandbox.web``.
Start at: ``branch.py`` (``build_branches``), ``app.py`` (``MargApp``), ``write.py`` (``write_bills``).
"""

from sandbox.marg.app import DEMO, Keys, MargApp, Options
from sandbox.marg.branch import Branch, build_branches
from sandbox.marg.write import Written, write_bills

__all__ = ["DEMO", "Branch", "Keys", "MargApp", "Options", "Written", "build_branches", "write_bills"]
