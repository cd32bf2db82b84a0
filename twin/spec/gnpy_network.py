"""A GNPy network (and equipment library) as raw sites, fibres and catalogue entries of a topology file.

GNPy ignores keys that it does not know; here every element and key is checked first. What is taken: ROADMs as sites,
with their places, and the chains of fibres between them. Amplifiers and padding (att_in) are designed anew, ROADMs and
PMD are those of the line system and the fibre's type, so their settings in the file are not; the plan says so.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from twin.errors import BadInput
from twin.spec.document import nearest, show

#: Elements that are taken, and what may stand in them.
_KEYS: Final = {"uid", "type", "type_variety", "metadata", "params", "operational", "name"}
_TYPES: Final = ("Transceiver", "Roadm", "Fiber", "Edfa")
_FIBRE_KEYS: Final = {"length", "length_units", "loss_coef", "con_in", "con_out", "att_in", "pmd_coef"}
#: GNPy's name of a fibre -> ours.
_FIBRES: Final = {"SSMF": "G.652", "G.652": "G.652", "hollow-core": "hollow-core"}
_FACTORS: Final = {"km": 1.0, "m": 1e-3}
#: Lengths that differ by less are one, km.
_SAME_KM: Final = 1e-3


@dataclass
class GnpyNetwork:
    """Reads one network file, whose fibres may be of the ``types`` of a catalogue too."""

    path: Path
    types: Collection[str] = ()
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)

    def read(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """(sites, fibres). Raises ``BadInput`` with the line of the file."""
        data = read_json(self.path)
        for key in ("elements", "connections"):
            items = data.get(key)
            if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
                raise self._bad(key, key, "found no list of objects", "a list of objects, as GNPy writes it")
        for element in data["elements"]:
            self._check(element)
            self.elements[element["uid"]] = element
        for i, join in enumerate(data.get("connections", [])):
            for end in ("from_node", "to_node"):
                if join.get(end) not in self.elements:
                    raise self._bad(str(join.get(end)), f"connections[{i}]", f"found no element {show(join.get(end))}")
            self.after.setdefault(join["from_node"], []).append(join["to_node"])
        roadms = [uid for uid, element in self.elements.items() if element["type"] == "Roadm"]
        if not roadms:
            raise self._bad("", "elements", "found no ROADM", "a network of ROADMs joined by fibres")
        self.names = {uid: self._name(self.elements[uid]) for uid in roadms}
        for uid, name in self.names.items():
            others = [other for other in roadms if other != uid and self.names[other] == name]
            if others:
                found = f"found the ROADMs {uid!r} and {others[0]!r}, which would both be the site {name!r}"
                raise self._bad(uid, uid, found, "each city once", "name their cities apart")
        sites = {self.names[uid]: self._site(self.elements[uid]) for uid in roadms}
        return sites, self._fibres(roadms)

    def _check(self, element: dict[str, Any]) -> None:
        uid, kind = element.get("uid"), element.get("type")
        if not isinstance(uid, str):
            raise self._bad("elements", "elements", f"found an element without a uid ({show(kind)})", "a uid for each")
        if kind not in _TYPES:
            found = f"found the unknown element {show(kind)}"
            raise self._bad(uid, uid, found, ", ".join(_TYPES), nearest(str(kind), list(_TYPES)))
        wrong = sorted(element.keys() - _KEYS)
        if kind == "Fiber":
            wrong += sorted(element.get("params", {}).keys() - _FIBRE_KEYS)
        if wrong:
            raise self._bad(uid, uid, f"found the unknown key {wrong[0]!r}", ", ".join(sorted(_KEYS | _FIBRE_KEYS)))
        variety, known = element.get("type_variety"), {**_FIBRES, **dict.fromkeys(self.types)}
        if kind == "Fiber" and variety not in known:
            found = f"found the fibre type {show(variety)}"
            remedy = "import the equipment library that has it, or add it to the catalogue"
            raise self._bad(uid, uid, found, ", ".join(known), remedy)

    def _name(self, roadm: dict[str, Any]) -> str:
        city = roadm.get("metadata", {}).get("location", {}).get("city")
        text = city or re.sub(r"^roadm[ _-]*", "", roadm["uid"], flags=re.IGNORECASE)
        # Letters without their accents: Norrköping -> Norrkoping.
        plain = unicodedata.normalize("NFKD", str(text)).encode("ascii", "ignore").decode()
        name = re.sub(r"[^A-Za-z0-9_-]+", "-", plain).strip("-")[:40]
        return name if re.match(r"[A-Za-z]", name) else f"site-{name}"

    def _site(self, roadm: dict[str, Any]) -> dict[str, Any]:
        place = roadm.get("metadata", {}).get("location", {})
        latitude, longitude = place.get("latitude"), place.get("longitude")
        if latitude is None or longitude is None or (latitude, longitude) == (0, 0):
            return {}
        return {"location": {"latitude": float(latitude), "longitude": float(longitude)}}

    def _fibres(self, roadms: list[str]) -> dict[str, Any]:
        chains = [chain for uid in roadms for chain in self._chains(uid)]
        fibres: dict[str, Any] = {}
        back = [chain for chain in chains if chain.source > chain.target]
        for chain in (chain for chain in chains if chain.source < chain.target):
            other = next((item for item in back if item.matches(chain)), None)
            if other is None:
                raise self._one_way(chain)
            back.remove(other)
            a, b = self.names[chain.source], self.names[chain.target]
            name, number = f"{a}-{b}"[:40], 1
            while name in fibres:
                number += 1
                name = f"{a}-{b}"[:36] + f"-{number}"
            fibres[name] = {"between": [a, b], **chain.fibre()}
        if back:
            raise self._one_way(back[0])
        return fibres

    def _one_way(self, chain: _Chain) -> BadInput:
        found = f"found fibres from {chain.source!r} to {chain.target!r}, but none of that length back"
        return self._bad(chain.spans[0]["uid"], chain.spans[0]["uid"], found, "both directions, of one length")

    def _chains(self, roadm: str) -> list[_Chain]:
        found = []
        for uid in self.after.get(roadm, []):
            spans, amplified, here = [], False, uid
            while self.elements[here]["type"] in ("Fiber", "Edfa"):
                if self.elements[here]["type"] == "Fiber":
                    spans.append(self.elements[here])
                amplified = amplified or (self.elements[here]["type"] == "Edfa" and len(spans) > 0)
                following = self.after.get(here, [])
                if len(following) != 1:
                    problem = f"found {len(following)} ways on from it"
                    raise self._bad(here, here, problem, "one", "join every fibre and amplifier to the next")
                here = following[0]
            if self.elements[here]["type"] == "Roadm" and spans:
                found.append(_Chain(roadm, here, spans, self))
            elif spans:
                problem = f"found a chain of fibres from {roadm!r} that ends at {here!r}"
                raise self._bad(here, here, problem, "a ROADM at both ends")
        return found

    def _bad(self, text: str, path: str, found: str, allowed: str = "", remedy: str = "") -> BadInput:
        """With the line in which ``text`` first stands in quotes."""
        lines = self.path.read_text(encoding="utf-8").splitlines()
        quoted = json.dumps(text, ensure_ascii=False)
        number = next((i for i, line in enumerate(lines, start=1) if quoted in line), 1)
        return BadInput(f"{self.path}:{number}", path, found, allowed, remedy)


@dataclass
class _Chain:
    """Fibres from one ROADM to the next."""

    source: str
    target: str
    spans: list[dict[str, Any]]
    network: GnpyNetwork

    def lengths_km(self) -> list[float]:
        """The spans' lengths."""
        lengths = []
        for span in self.spans:
            params = span.get("params", {})
            units = params.get("length_units", "km")
            if units not in _FACTORS or not isinstance(params.get("length"), (int, float)):
                uid = span["uid"]
                raise self.network._bad(uid, uid, "found no length in km or m", "a length, with length_units km or m")
            lengths.append(float(params["length"]) * _FACTORS[units])
        return lengths

    def matches(self, other: _Chain) -> bool:
        """Whether this is the way back of ``other``."""
        ends = (self.source, self.target) == (other.target, other.source)
        return ends and abs(sum(self.lengths_km()) - sum(other.lengths_km())) < _SAME_KM

    def fibre(self) -> dict[str, Any]:
        """The raw fibre: as spans where there are several, else as a length that is divided every 80 km."""
        lengths = self.lengths_km()
        variety = self._common("type_variety", [span["type_variety"] for span in self.spans])
        found: dict[str, Any] = {"type": variety if variety in self.network.types else _FIBRES[variety]}
        if len(lengths) > 1:
            found["spans"] = [f"{length!r} km" for length in lengths]
        else:
            found["length"] = f"{lengths[0]!r} km"
        params = [span.get("params", {}) for span in self.spans]
        loss = self._common("loss_coef", [item.get("loss_coef") for item in params])
        if loss is not None:
            if not isinstance(loss, (int, float)):
                uid = self.spans[0]["uid"]
                raise self.network._bad(uid, uid, "found a loss that depends on frequency", "one number in dB/km")
            found["loss"] = f"{float(loss)!r} dB/km"
        ends = [item.get(key) or 0 for item in params for key in ("con_in", "con_out")]
        connector = self._common("connector losses (con_in, con_out)", ends)
        if connector:
            found["connectors"] = f"{float(connector)!r} dB"
        return found

    def _common(self, key: str, values: list[Any]) -> Any:
        """The one value of all spans."""
        if any(value != values[0] for value in values):
            uid = self.spans[0]["uid"]
            raise self.network._bad(uid, uid, f"found spans of one fibre with different {key}", "one value for all")
        return values[0]


def read_json(path: Path) -> dict[str, Any]:
    """A JSON file whose top is an object. Raises ``BadInput``."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except OSError as problem:
        raise BadInput(str(path), "", f"cannot be read ({problem.strerror})", "a readable JSON file") from None
    except UnicodeDecodeError:
        raise BadInput(str(path), "", "found bytes that are not UTF-8", "JSON text") from None
    except json.JSONDecodeError as problem:
        raise BadInput(f"{path}:{problem.lineno}", "", f"found text that is not JSON ({problem.msg})", "JSON") from None
    if not isinstance(data, dict):
        raise BadInput(f"{path}:1", "", f"found {show(data)}", "an object with elements and connections")
    return data
