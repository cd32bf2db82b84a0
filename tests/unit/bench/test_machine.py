"""The machine's description."""

from __future__ import annotations

from bench import machine


def test_the_model_of_the_first_cpu() -> None:
    assert machine.cpu_model("processor\t: 0\nmodel name\t: Fast CPU @ 3 GHz\n\nprocessor\t: 1\n") == "Fast CPU @ 3 GHz"
    assert machine.cpu_model("processor\t: 0\n") == "x86-64"


def test_memory_in_whole_gib() -> None:
    assert machine.memory_gib("MemTotal:       24689712 kB\nMemFree: 1 kB\n") == 24


def test_the_machine_in_words() -> None:
    found = {"cpu": "Fast CPU", "cpus": 2, "memory_gib": 24, "kernel": "6.1.0"}
    assert machine.sentence(found) == "Fast CPU, 2 CPUs, 24 GiB, Linux 6.1.0"


def test_this_machine_has_all_of_it() -> None:
    assert set(machine.describe()) == {"cpu", "cpus", "memory_gib", "kernel"}
