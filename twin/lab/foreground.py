"""What a run in the foreground does with its signals and its terminal."""

from __future__ import annotations

import signal
import sys
import termios
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

_ENDING: Final = (signal.SIGTERM, signal.SIGHUP)


@contextmanager
def signals_interrupt() -> Iterator[threading.Event]:
    """SIGTERM and SIGHUP raise ``KeyboardInterrupt`` in the block, as SIGINT does, so that it can clean up.

    Yields an event that is set by then: an exception that comes while Python collects garbage is lost, and who waits
    in a loop can look here. Python handles signals in its main thread only; in another thread this does nothing.
    """
    seen = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield seen
        return

    def interrupt(number: int, frame: FrameType | None) -> None:
        seen.set()
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in _ENDING}
    try:
        yield seen
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def terminal_kept() -> Iterator[None]:
    """Give the terminal back as it was: the lab's console switches it to raw mode and may die in it."""
    if not sys.stdin.isatty():
        yield
        return
    before = termios.tcgetattr(sys.stdin)
    try:
        yield
    finally:
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, before)


@contextmanager
def interrupts_left_to_child() -> Iterator[None]:
    """Ctrl-C is for the program that shares this terminal: this process does not mind it in the block."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
