"""Accuracy: every row over one to five switches in virtual time, and stock Mininet's ``TCLink`` in real time."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from bench import cases, expected, labs
from bench.table import Table, share
from twin.plan.codec import to_json
from twin.units import show_rate

HOPS = (1, 2, 3, 4, 5)
#: How long stock Mininet may take for all rows; those it does not get to are left out.
STOCK_LIMIT_S = 150.0
FULL = {"probes": 10, "datagrams": 2100, "loss_probes": 20_000, "share": 1.0}
QUICK = {"probes": 3, "datagrams": 700, "loss_probes": 2000, "share": 0.25}


def measure(quick: bool, say: Callable[[str], None]) -> dict[str, Any]:
    """All rows; ``say`` hears of progress."""
    sizes = QUICK if quick else FULL
    hops = (1, 2) if quick else HOPS
    rows = []
    for row in cases.ROWS:
        say(f"accuracy: {row.name}")
        answer = labs.ask("accuracy", {"row": to_json(row), "switches": hops, "tcp": hops, **sizes})
        rows.append({"row": to_json(row), "name": row.name, "wall_s": answer.wall_s, **answer.found})
    say("accuracy: stock Mininet, real time")
    asked = {"rows": to_json(cases.ROWS), "probes": sizes["probes"], "share": sizes["share"]}
    stock = labs.ask("stock", asked, clock="real", timeout_s=STOCK_LIMIT_S, partial=True).found
    stock += [None] * (len(cases.ROWS) - len(stock))
    return {"rows": rows, "stock": stock, "loss_probes": sizes["loss_probes"]}


def failures(found: dict[str, Any]) -> list[str]:
    """Every measurement outside its bound, in words."""
    return [
        f"{row['name']} over {chain['switches']} switch{'es' * (chain['switches'] > 1)}: {what}"
        for row in found["rows"]
        for chain in row["chains"]
        for what, holds in checks(row["row"], chain, found["loss_probes"]).items()
        if not holds
    ] + [
        f"{row['name']}: of a burst {row['overrun']['arrived']} frames arrived"
        for row in found["rows"]
        if not burst_explained(row["overrun"])
    ]


def checks(row: dict[str, Any], chain: dict[str, Any], loss_probes: int) -> dict[str, bool]:
    """What was measured over one chain -> is it within its bound?"""
    delay_s = row["delay_s"]
    found = {
        "delay": all(expected.delay_holds(value, delay_s) for value in chain["delays_s"]),
        "RTT": all(expected.delay_holds(value, 2 * delay_s) for value in chain["rtts_s"]),
        "UDP goodput": expected.goodput_holds(chain["udp_bps"], chain["udp_expected_bps"]),
        "drops": chain["dropped"] == 0,
    }
    if "tcp_bps" in chain:
        found["TCP goodput"] = expected.goodput_holds(chain["tcp_bps"], tcp_expected_bps(row))
    if "lost" in chain:
        low, high = expected.binomial_interval(loss_probes, row["loss"])
        found["loss"] = low <= chain["lost"] <= high
    return found


def tcp_expected_bps(row: dict[str, Any]) -> float:
    """What headers leave of the row's rate."""
    return float(row["rate_bps"]) * expected.tcp_share(row["mtu"])


def burst_explained(overrun: dict[str, int]) -> bool:
    """Did the queue lose exactly what its size says, and count it?"""
    return overrun["sent"] - overrun["arrived"] == overrun["counted"] == overrun["expected"]


def tables(found: dict[str, Any]) -> list[Table]:
    """Ours, the losses, and ours beside stock Mininet."""
    return [_ours(found), _drops(found), _beside(found)]


def _worst(values: list[float], wanted: float) -> str:
    """The largest error of ``values``, in ns."""
    return f"{max((value - wanted for value in values), key=abs) * 1e9:+.0f} ns"


def _ours(found: dict[str, Any]) -> Table:
    lines = []
    for row in found["rows"]:
        for chain in row["chains"]:
            delay_s = row["row"]["delay_s"]
            tcp = share(chain["tcp_bps"], tcp_expected_bps(row["row"])) if "tcp_bps" in chain else ""
            held = all(checks(row["row"], chain, found["loss_probes"]).values())
            lost = f"{chain['lost'] / found['loss_probes']:.2%}".replace("%", " %") if "lost" in chain else ""
            lines.append(
                (
                    row["name"],
                    str(chain["switches"]),
                    _worst(chain["delays_s"], delay_s),
                    _worst(chain["rtts_s"], 2 * delay_s),
                    tcp,
                    share(chain["udp_bps"], chain["udp_expected_bps"]),
                    lost,
                    str(chain["dropped"]),
                    "yes" if held else "NO",
                )
            )
    columns = ("rate, delay", "switches", "delay error", "RTT error", "TCP", "UDP", "loss", "drops", "holds")
    note = (
        "Virtual clock. The worst of the delay probes; goodput in steady state against the rate times payload/frame "
        "(8948/9014, or 1448/1514 up to 1 Gb/s); loss of 1 % set, and it holds within its binomial 99 % interval of "
        f"{found['loss_probes']:,} probes; frames dropped during the TCP, UDP and delay measurements. 400 and 800 Gb/s "
        "have eight flows."
    )
    return Table("Accuracy", columns, tuple(lines), note)


def _drops(found: dict[str, Any]) -> Table:
    lines = [
        (row["name"], *(str(row["overrun"][key]) for key in ("sent", "arrived", "counted", "expected")))
        for row in found["rows"]
    ]
    columns = ("rate, delay", "sent", "arrived", "dropped, counted", "dropped, expected")
    note = "A burst at one instant into a queue of 100 frames: what the bucket and the queue hold arrives."
    return Table("Drops that the queue explains", columns, tuple(lines), note)


def _beside(found: dict[str, Any]) -> Table:
    lines = []
    for row, stock in zip(found["rows"], found["stock"], strict=True):
        wanted, delay_s = tcp_expected_bps(row["row"]), row["row"]["delay_s"]
        ours = next(chain for chain in row["chains"] if chain["switches"] == 1)
        lines.append(
            (
                row["name"],
                share(_middle(ours["rtts_s"]), 2 * delay_s),
                share(_middle(stock["rtts_s"]), 2 * delay_s) if stock else "not reached",
                show_rate(ours["tcp_bps"]),
                show_rate(stock["tcp_bps"]) if stock else "",
                share(ours["tcp_bps"], wanted),
                share(stock["tcp_bps"], wanted) if stock else "",
            )
        )
    columns = ("rate, delay", "RTT, twin", "RTT, Mininet", "TCP, twin", "TCP, Mininet", "off, twin", "off, Mininet")
    note = (
        "One switch. Stock Mininet (TCLink, real clock, the same kernel), with a long queue, jumbo frames and socket "
        "buffers set for it. It ignores any bw above 1000 (Mb/s): those links are not shaped, and carry what the "
        "machine can. Rows that it did not reach within the time it was given say so. Median RTT."
    )
    return Table("Beside stock Mininet", columns, tuple(lines), note)


def _middle(values: list[float]) -> float:
    return sorted(values)[len(values) // 2]
