"""Files of BUSY: XML exports, and reports saved as workbooks or text.

``source.py`` reads all files to their end before the first record is handed over; ``document.py`` is the XML,
``sheets.py`` the rows of a workbook, ``report.py`` what a report's rows are, by the layouts of ``layouts.py``.
"""
