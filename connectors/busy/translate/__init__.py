"""What BUSY's raw records mean.

``from_xml`` (and ``from_tables``) turn a raw record of their route into a row of ``connectors.busy.staging``; the
other modules turn rows into canonical records, whatever the route was.
"""
