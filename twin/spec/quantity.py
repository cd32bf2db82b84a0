"""Pydantic types for quantities with units: text in the file, base units in the model, exact text again in a dump.

rate: Annotated[float, Quantity("rate", 1e6, 1.6e12)]            "400 Gb/s"        400e9
end: Annotated[float | None, Quantity("time", 0, 60, {"when-done": None})]
queue: Annotated[Depth, DepthRule()]                             "1 MiB", "5 ms", "automatic"
below: Annotated[Measure, MeasureRule()]                         "50 ms", 0.05
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

from twin import units
from twin.spec.document import show

_SHOW: Final[dict[str, Callable[[float], str]]] = {
    "rate": units.show_rate,
    "time": units.show_time,
    "size": units.show_size,
    "length": units.show_length,
    "ratio": lambda value: f"{value * 100:.6g} %",
    "power": lambda value: f"{value:.6g} W",
    "level": lambda value: f"{value:.6g} dB",
    "slowness": lambda value: f"{value * 1e6:.6g} us/km",
    "attenuation": lambda value: f"{value:.6g} dB/km",
    "carrier power": lambda value: f"{value:.6g} dBm",
    "frequency": lambda value: f"{value / 1e9:.9g} GHz",
    "symbol rate": lambda value: f"{value / 1e9:.12g} GBd",
    "memory bandwidth": lambda value: f"{value / 1e9:.9g} GB/s",
    "computing": lambda value: f"{value / 1e12:.9g} Tflop/s",
}
_BASE: Final = {
    "rate": "b/s",
    "time": "s",
    "size": "B",
    "length": "km",
    "ratio": "%",
    "power": "W",
    "level": "dB",
    "slowness": "s/km",
    "attenuation": "dB/km",
    "carrier power": "dBm",
    "frequency": "Hz",
    "memory bandwidth": "B/s",
    "computing": "flop/s",
}
_EXAMPLE: Final = {
    "rate": "400 Gb/s",
    "time": "10 ms",
    "size": "256 MiB",
    "length": "80 km",
    "ratio": "5 %",
    "power": "17 W",
    "level": "3 dB",
    "slowness": "4.8967 us/km",
    "attenuation": "0.2 dB/km",
    "carrier power": "0 dBm",
    "frequency": "75 GHz",
    "symbol rate": "63.1 GBd",
    "memory bandwidth": "3.35 TB/s",
    "computing": "989 Tflop/s",
}


def problem(found: str, allowed: str = "", remedy: str = "") -> PydanticCustomError:
    """An error that carries the parts of a ``BadInput`` through pydantic."""
    return PydanticCustomError("twin", "{found}", {"found": found, "allowed": allowed, "remedy": remedy})


def read(value: Any, kind: str) -> float:
    """``"400 Gb/s"`` as a number of ``kind``'s base unit. Raises the error made by ``problem``."""
    example = f"a number and a unit, as in {_EXAMPLE[kind]!r}"
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        allowed = f"{', '.join(units.UNITS[kind])}, as in {_EXAMPLE[kind]!r}"
        raise problem(f"found {show(value)} without a unit", allowed)
    if not isinstance(value, str):
        raise problem(f"found {show(value)}", example)
    try:
        return units.parse(value, kind)
    except ValueError as error:
        found, _, allowed = str(error).partition("; allowed: ")
        raise problem(found if len(found) < 90 else f"found {show(value)}", allowed) from None


def exact(value: float, kind: str) -> str:
    """``value`` as text with a unit: short where that is exact, long elsewhere."""
    text = _SHOW[kind](value)
    if units.parse(text, kind) == value:
        return text
    if kind == "symbol rate":
        return f"{value / 1e9!r} GBd"
    return f"{value * 100 if kind == 'ratio' else value!r} {_BASE[kind]}"


def _schema(check: Callable[[Any], Any], write: Callable[[Any], Any]) -> CoreSchema:
    return core_schema.no_info_plain_validator_function(
        check, serialization=core_schema.plain_serializer_function_ser_schema(write)
    )


@dataclass(frozen=True)
class Quantity:
    """A quantity of ``kind`` between ``lowest`` and ``highest``, both allowed. ``words`` gives words that may stand in
    its place their values. ``whole``: the base unit cannot be divided."""

    kind: str
    lowest: float
    highest: float
    words: Mapping[str, Any] = field(default_factory=dict, hash=False)
    whole: bool = False

    def check(self, value: Any) -> Any:
        """The value in base units. Raises the error made by ``problem``."""
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        if self.words and not (isinstance(value, str) and any(letter.isdigit() for letter in value)):
            raise problem(f"found {show(value)}", f"{', '.join(self.words)}, or as in {_EXAMPLE[self.kind]!r}")
        number = read(value, self.kind)
        if not self.lowest <= number <= self.highest:
            allowed = f"{exact(self.lowest, self.kind)} to {exact(self.highest, self.kind)}"
            raise problem(f"found {show(value)}", allowed)
        if self.whole and number != int(number):
            base = _BASE[self.kind]
            raise problem(f"found {show(value)}, which is {number:g} {base}", f"a whole number of {base}")
        return int(number) if self.whole else number

    def write(self, value: Any) -> str:
        """The inverse of ``check``."""
        for word, meaning in self.words.items():
            if value == meaning:
                return word
        return exact(value, self.kind)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _schema(self.check, self.write)


@dataclass(frozen=True)
class Count:
    """A whole number between ``lowest`` and ``highest``, or one of ``words``."""

    lowest: int
    highest: int
    words: Mapping[str, int] = field(hash=False)

    def check(self, value: Any) -> int:
        """Raises the error made by ``problem``."""
        if isinstance(value, str) and value in self.words:
            return self.words[value]
        if isinstance(value, int) and not isinstance(value, bool) and self.lowest <= value <= self.highest:
            return value
        raise problem(f"found {show(value)}", f"{', '.join(self.words)}, or {self.lowest} to {self.highest}")

    def write(self, value: int) -> str | int:
        """The inverse of ``check``."""
        return next((word for word, meaning in self.words.items() if value == meaning), value)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _schema(self.check, self.write)


@dataclass(frozen=True)
class Depth:
    """How deep a queue is: a size, or a time at the port's rate, or neither (``word``)."""

    kind: str
    value: float = 0.0

    def bytes_at(self, rate_bps: float) -> int | None:
        """The depth in bytes at ``rate_bps``; None where a word stands for it."""
        if self.kind == "time":
            return int(self.value * rate_bps / 8)
        return int(self.value) if self.kind == "size" else None


@dataclass(frozen=True)
class DepthRule:
    """Reads a ``Depth``: a size, a time, or ``word``. At least 2 KB, so that a frame fits."""

    word: str

    def check(self, value: Any) -> Depth:
        """Raises the error made by ``problem``."""
        allowed = f"{self.word}, a size as in '1 MiB' or a time as in '5 ms'"
        if value == self.word:
            return Depth(self.word)
        if isinstance(value, str):
            for kind, (lowest, highest) in {"size": (2e3, 2.0**32), "time": (1e-6, 10.0)}.items():
                try:
                    number = units.parse(value, kind)
                except ValueError:
                    continue
                if not lowest <= number <= highest:
                    raise problem(f"found {show(value)}", f"{exact(lowest, kind)} to {exact(highest, kind)}")
                return Depth(kind, number)
        raise problem(f"found {show(value)}", allowed)

    def write(self, value: Depth) -> str:
        """The inverse of ``check``."""
        return self.word if value.kind == self.word else exact(value.value, value.kind)

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _schema(self.check, self.write)


@dataclass(frozen=True)
class Measure:
    """A number of any kind, in base units, and how it was written."""

    value: float
    written: str | float


@dataclass(frozen=True)
class MeasureRule:
    """Reads a ``Measure``: a plain number, or a quantity of any kind."""

    def check(self, value: Any) -> Measure:
        """Raises the error made by ``problem``."""
        if isinstance(value, (int, float)) and not isinstance(value, bool) and abs(value) < 1e30:
            return Measure(float(value), value)
        if isinstance(value, str):
            for kind in units.UNITS:
                try:
                    return Measure(units.parse(value, kind), value)
                except ValueError:
                    continue
        raise problem(f"found {show(value)}", "a number, or a quantity as in '50 ms', '90 Gb/s' or '5 %'")

    def write(self, value: Measure) -> str | float:
        """The inverse of ``check``."""
        return value.written

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return _schema(self.check, self.write)
