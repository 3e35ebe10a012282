"""BUSY's files of the sandbox's business: XML exports (.DAT), and lists as workbook or CSV.

May import: ``canonical``, ``sandbox``.
Start at: ``write.py`` for the call, ``voucher_text.py`` for what a voucher looks like, ``lists.py`` for the lists.
"""

from sandbox.busy.exports.lists import ListForm, write_lists
from sandbox.busy.exports.write import WrittenExports, write

__all__ = ["ListForm", "WrittenExports", "write", "write_lists"]
