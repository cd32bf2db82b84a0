"""``import:`` of a topology file: sites and fibres of a reference plant, put into the raw document before checks."""

from __future__ import annotations

from typing import Any

from pydantic_core import PydanticCustomError

from twin.spec import topohub
from twin.spec.document import Document
from twin.spec.problems import validate
from twin.spec.topology_file import ImportFile


def expand(document: Document) -> None:
    """Replace ``import`` in ``document`` by what it stands for; nothing happens without one. Raises ``BadInput``.

    Every imported site is made like ``import.site``. A key of the file's own entry for a site replaces the imported
    one, and the file may add sites and fibres.
    """
    data = document.data
    if data.get("import") is None:
        return
    file = validate(ImportFile, document, ("import",))
    try:
        sites, fibres, note = topohub.load(file.topohub)
    except PydanticCustomError as error:
        parts = error.context or {}
        path = ("import", "topohub")
        raise document.bad(path, parts["found"], parts["allowed"], parts["remedy"]) from None
    template = data["import"].get("site") or {}
    _mark(document, sites, fibres, list(template))
    data["sites"] = _merged({name: {**site, **template} for name, site in sites.items()}, data.get("sites"))
    data["fibres"] = _merged(fibres, data.get("fibres"))
    if isinstance(data.get("notes", []), list):
        data["notes"] = [note, *data.get("notes", [])]
    del data["import"]


def _mark(document: Document, sites: dict[str, Any], fibres: dict[str, Any], keys: list[str]) -> None:
    """Lines for what is imported: those of ``import``, so that errors point somewhere useful."""
    where = document.where(("import",))
    for section, names in (("sites", sites), ("fibres", fibres)):
        for name in names:
            document.marks.setdefault((section, name), where)
    for name in sites:
        for key in keys:
            document.marks.setdefault(("sites", name, key), document.where(("import", "site", key)))


def _merged(imported: dict[str, Any], own: Any) -> Any:
    if own is not None and not isinstance(own, dict):
        return own
    found = dict(imported)
    for name, entry in (own or {}).items():
        both = isinstance(entry, dict) and name in found
        found[name] = {**found[name], **entry} if both else entry
    return found
