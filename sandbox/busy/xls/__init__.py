"""Workbooks as Excel 97 to 2003 wrote them (.xls): no library that writes them is kept any more (xlwt is archived).

May import: nothing of ours.
Start at: ``workbook.py``; ``strings.py`` is the table of shared texts, ``compound.py`` the file around the workbook.
"""

from sandbox.busy.xls.workbook import Cell, write_xls

__all__ = ["Cell", "write_xls"]
