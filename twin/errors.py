"""The one tree of errors. Only ``twin/cli.py`` prints them and turns them into an exit status.

TwinError
  +- BadInput          2  a document, a value or an option is wrong
  +- MachineLacks      3  this machine has not got something that the job needs
  +- RunBroke          4  the run itself failed
"""

from __future__ import annotations

from dataclasses import dataclass


class TwinError(Exception):
    """Base of all errors that a user can cause or mend; ``exit_status`` is what the command returns."""

    exit_status = 4


@dataclass
class BadInput(TwinError):
    """Something the user wrote is wrong.

    ``where`` is ``FILE:LINE`` (or the name of the option), ``path`` the YAML path (``sites.tokyo.nic``), ``found``
    what was there, ``allowed`` what may be there and ``remedy`` what to do. Empty parts are left out of the message.
    """

    where: str
    path: str
    found: str
    allowed: str = ""
    remedy: str = ""

    exit_status = 2

    def __str__(self) -> str:
        place = f"{self.where}: {self.path}" if self.path else self.where
        parts = [f"{place}: {self.found}"]
        if self.allowed:
            parts.append(f"allowed: {self.allowed}")
        if self.remedy:
            parts.append(self.remedy)
        return "; ".join(parts)


@dataclass
class MachineLacks(TwinError):
    """This machine lacks ``what``; ``remedy`` says how to get it (a command, or another lab to use)."""

    what: str
    remedy: str

    exit_status = 3

    def __str__(self) -> str:
        return f"this machine lacks {self.what}; {self.remedy}"


@dataclass
class RunBroke(TwinError):
    """The run failed: ``what`` happened, and ``log`` names the file that tells more."""

    what: str
    log: str = ""

    exit_status = 4

    def __str__(self) -> str:
        return f"the run broke: {self.what}" + (f"; see {self.log}" if self.log else "")
