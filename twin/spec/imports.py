"""``import:`` of a topology file: sites and fibres of a reference plant, put into the raw document before checks."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from pydantic_core import PydanticCustomError

from twin.spec import gnpy_equipment, topohub
from twin.spec.document import Document
from twin.spec.gnpy_network import GnpyNetwork
from twin.spec.problems import validate
from twin.spec.topology_file import GnpyFile, ImportFile


def expand(document: Document) -> None:
    """Replace ``import`` in ``document`` by what it stands for; nothing happens without one. Raises ``BadInput``.

    Every imported site is made like ``import.site``. A key of the file's own entry for a site replaces the imported
    one, and the file may add sites and fibres.
    """
    data = document.data
    if data.get("import") is None:
        return
    file = validate(ImportFile, document, ("import",))
    if (file.topohub is None) == (file.gnpy is None):
        found = "found neither topohub nor gnpy" if file.gnpy is None else "found topohub and gnpy"
        raise document.bad(("import",), found, "one of them", "as in 'topohub: nobel-germany'")
    if file.gnpy is not None:
        sites, fibres, note = _gnpy(file.gnpy, document)
    else:
        sites, fibres, note = _topohub(str(file.topohub), document)
    template = data["import"].get("site") or {}
    _mark(document, sites, fibres, list(template))
    data["sites"] = _merged({name: {**site, **template} for name, site in sites.items()}, data.get("sites"))
    data["fibres"] = _merged(fibres, data.get("fibres"))
    if isinstance(data.get("notes", []), list):
        data["notes"] = [note, *data.get("notes", [])]
    del data["import"]


def _topohub(name: str, document: Document) -> tuple[dict[str, Any], dict[str, Any], str]:
    try:
        return topohub.load(name)
    except PydanticCustomError as error:
        parts = error.context or {}
        path = ("import", "topohub")
        raise document.bad(path, parts["found"], parts["allowed"], parts["remedy"]) from None


def _gnpy(file: GnpyFile, document: Document) -> tuple[dict[str, Any], dict[str, Any], str]:
    """The network; the equipment, if any, becomes part of the document's catalogue and its line system the default."""
    folder = Path(document.source).parent
    for key, given in (("network", file.network), ("equipment", file.equipment)):
        if given is not None and not (folder / given).is_file():
            found = f"found {given!r}, but there is no file {folder / given}"
            remedy = "the path counts from the topology file's folder"
            raise document.bad(("import", "gnpy", key), found, "", remedy)
    if file.equipment is not None:
        if document.data.get("catalogue") is not None:
            found = "found a catalogue beside an imported equipment library"
            raise document.bad(("catalogue",), found, "one of them")
        document.data["catalogue"] = gnpy_equipment.read(folder / file.equipment)
        document.marks.setdefault(("catalogue",), document.where(("import", "gnpy", "equipment")))
        optics = document.data.setdefault("optics", {})
        if isinstance(optics, dict):
            optics.setdefault("line_system", "imported")
    own = document.data.get("catalogue")
    types = own.get("fibres") if isinstance(own, dict) else None
    sites, fibres = GnpyNetwork(folder / file.network, list(types) if isinstance(types, dict) else ()).read()
    name = Path(file.network).name
    note = f"sites and fibres are from the GNPy network {name}; amplifiers and padding are designed anew, "
    note += "ROADMs are the line system's, PMD that of the fibres' types"
    return sites, fibres, note


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
