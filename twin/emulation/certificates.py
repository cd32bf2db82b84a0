"""A certificate for one run: made by openssl when the run starts, kept in memory, gone with the lab.

One key pair for this host stands for both sides, and each trusts it alone. Whoever cannot read the folder can neither
pose as the controller nor as a switch.
"""

from __future__ import annotations

import ssl
import subprocess
from pathlib import Path
from typing import Final

from twin.errors import MachineLacks, RunBroke

#: The files in the folder.
CERTIFICATE, KEY = "certificate.pem", "key.pem"
_DAYS: Final = "2"


def make(folder: Path, host: str) -> None:
    """Put a fresh certificate for ``host`` and its key into ``folder``. Raises ``MachineLacks`` without openssl."""
    folder.mkdir(mode=0o700, exist_ok=True)
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command += ["-days", _DAYS, "-subj", f"/CN={host}", "-addext", f"subjectAltName=IP:{host},DNS:localhost"]
    command += ["-keyout", str(folder / KEY), "-out", str(folder / CERTIFICATE)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        raise MachineLacks("openssl", "sudo apt install openssl") from None
    if done.returncode != 0:
        raise RunBroke(f"openssl made no certificate: {done.stderr.strip()}")


def to_controller(folder: Path) -> ssl.SSLContext:
    """How a switch's connection to the controller is made: both sides show the certificate."""
    context = ssl.create_default_context(cafile=str(folder / CERTIFICATE))
    context.load_cert_chain(folder / CERTIFICATE, folder / KEY)
    return context
