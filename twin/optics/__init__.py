"""The optical plant on the host side: lightpaths through GNPy, wavelengths, exchange formats, power and cost.

::

    Topology, Catalogue -> gnpy_json -> gnpy_adapter (the only user of GNPy) -> lines -> lightpaths -> Plan.light

Nothing is imported here. GNPy and numpy come in when a plant with light is planned, and never on the lab side.
"""
