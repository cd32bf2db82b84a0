"""``twin circuit list|create|delete``: a tenant's circuits at a controller's northbound. Each verb returns its text."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from twin.errors import BadInput

_PROTECTIONS: Final = ("none", "restoration", "1:1", "1+1")

Url = Annotated[str, typer.Option("--url", envvar="TWIN_URL", help="The northbound, as https://127.0.0.1:8443.")]
Token = Annotated[str, typer.Option("--token", envvar="TWIN_TOKEN", help="The tenant's token.")]
Ca = Annotated[Path | None, typer.Option("--ca", envvar="TWIN_CA", help="Certificates to trust, for https.")]
Places = Annotated[list[str], typer.Option(metavar="NAME", help="Fibres and sites; may be given again.")]

app = typer.Typer(help="A tenant's circuits at a controller's northbound (TAPI over RESTCONF).", no_args_is_help=True)


@app.command("list", epilog="Example: twin circuit list --url http://127.0.0.1:8443 --token token-of-alice")
def show(url: Url, token: Token, ca: Ca = None) -> str:
    """Show the tenant's circuits."""
    from twin.circuit_client import Client

    rows = [("circuit", "ends", "state", "fibres", "channel", "reason")]
    rows += [
        (row.name, row.ends, row.state, row.fibres, row.channel, row.reason) for row in Client(url, token, ca).rows()
    ]
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    lines = ("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip() for row in rows)
    return "\n".join(lines)


@app.command(epilog="Example: twin circuit create tokyo osaka --name c1 --protection 1+1 --max-delay '5 ms'")
def create(
    a: Annotated[str, typer.Argument(metavar="SITE")],
    b: Annotated[str, typer.Argument(metavar="SITE")],
    url: Url,
    token: Token,
    ca: Ca = None,
    name: Annotated[str | None, typer.Option("--name", help="Otherwise the server chooses one.")] = None,
    capacity: Annotated[str | None, typer.Option("--capacity", help="At least, as '400 Gb/s'.")] = None,
    max_delay: Annotated[str | None, typer.Option("--max-delay", help="One way, as '5 ms'.")] = None,
    protection: Annotated[str, typer.Option("--protection", help=", ".join(_PROTECTIONS))] = "restoration",
    revert: Annotated[bool, typer.Option(help="Return to a better path when it is back.")] = True,
    avoid: Places = [],  # noqa: B006 - Typer reads it and never changes it
    through: Places = [],  # noqa: B006
    apart_from: Annotated[list[str], typer.Option(metavar="CIRCUIT", help="No fibre in common with it.")] = [],  # noqa: B006
    start: Annotated[str | None, typer.Option("--start", help="As 2026-01-01T00:00:00Z; otherwise now.")] = None,
    end: Annotated[str | None, typer.Option("--end", help="As 2026-01-01T00:00:00Z; otherwise never.")] = None,
) -> str:
    """Ask for a circuit between two sites."""
    from twin.circuit_client import Client, named

    wanted: dict[str, Any] = {"reversion-mode": "REVERTIVE" if revert else "NON-REVERTIVE"} | _resilience(protection)
    if name is not None:
        wanted["name"] = named(name)
    if capacity is not None:
        kbps = round(_quantity(capacity, "rate", "--capacity") / 1e3)
        wanted["requested-capacity"] = {"total-size": {"value": kbps, "unit": "KBPS"}}
    if max_delay is not None:
        wanted["max-allowed-delay"] = {"value": round(_quantity(max_delay, "time", "--max-delay") * 1e6)}
    times = {"start-time": start, "end-time": end}
    if start or end:
        wanted["schedule"] = {leaf: moment for leaf, moment in times.items() if moment}
    places = {"exclude": avoid, "include": through, "apart": apart_from}
    made = Client(url, token, ca).create((a, b), wanted, places)
    return f"{made.name}: {made.state}"


@app.command(epilog="Example: twin circuit delete c1")
def delete(
    circuit: Annotated[str, typer.Argument(metavar="CIRCUIT", help="Its name, or its id.")],
    url: Url,
    token: Token,
    ca: Ca = None,
) -> str:
    """Give a circuit back."""
    from twin.circuit_client import Client

    Client(url, token, ca).delete(circuit)
    return f"{circuit}: released"


def _resilience(protection: str) -> dict[str, Any]:
    from twin.control.service import Protection
    from twin.northbound.service import RESILIENCE

    if protection not in _PROTECTIONS:
        raise BadInput("--protection", "", f"found {protection!r}", ", ".join(_PROTECTIONS))
    kind, policy = RESILIENCE[Protection(protection)]
    return {"resilience-type": {"protection-type": kind, "restoration-policy": policy}}


def _quantity(text: str, kind: str, option: str) -> float:
    from twin.units import parse

    try:
        return parse(text, kind)
    except ValueError as problem:
        raise BadInput(option, "", str(problem)) from None
