"""The northbound over HTTP: FastAPI and uvicorn around ``twin.northbound``, on a thread of the controller's process.

::

    uvicorn -> gate (who? which media type?) -> app (routes, shapes) -> datastore -> the desk

Imported only where an experiment asks for a northbound.
"""
