"""The northbound's documents: TAPI 2.1.3 and RFC 8345 over RESTCONF (RFC 8040), without HTTP. Pure.

::

    request -> datastore -> service_document -> the desk's events        restconf: roots, streams, errors
               datastore <- service_state    <- the desk's answers       topology, names: what never changes

What each TAPI leaf means here is told in ``docs/northbound.md``.
"""
