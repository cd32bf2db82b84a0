"""What the lab kernel is made of: Debian's kernel source, our options, a few small edits. The hash names the result.

Pure: nothing here starts a program or writes a file; ``twin.lab.kernel_build`` does. The edits, and why each is needed:

=============================  ==================================================================================
arch/um/Kconfig                TCP's timers tick 1,000 times a second, as on servers, and not 100 times
arch/um/.../time-internal.h    the clock counts single nanoseconds, and not steps of 256
  (2)                          a timer may come any time after another, and not 500 ns after it at the earliest
arch/um/.../syscall.c          a failing system call takes a nanosecond, and not a thousand
arch/um/kernel/time.c (3),     a program that spins without sleeping moves the clock on: see SPIN_CALLS
  .../processor-generic.h
drivers/net/veth.c             a packet that crossed a wire is no longer in its sender's queue (TCP small queues)
arch/um/os-Linux/util.c (2)    random numbers come from the run's seed
Kbuild                         the build does not walk through 300 folders of drivers that this kernel has not got
=============================  ==================================================================================
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from twin.errors import RunBroke

SOURCE_PACKAGE: Final = "linux-source-6.12"
SOURCE_TARBALL: Final = Path(f"/usr/src/{SOURCE_PACKAGE}.tar.xz")
KERNEL_FOLDER: Final = Path(__file__).parent / "kernel"

#: What ``make`` gets besides the target. The fixed date, user and host make the same recipe give the same kernel.
MAKE_ARGUMENTS: Final = (
    "ARCH=um",
    "KBUILD_BUILD_TIMESTAMP=2026-01-01",
    "KBUILD_BUILD_USER=twin",
    "KBUILD_BUILD_HOST=lab",
    "KBUILD_BUILD_VERSION=1",
)

#: Reading the virtual clock and a system call that fails (a socket with nothing to read, say) cost one nanosecond, so
#: a program that waits by doing so again and again would take millions of calls for a millisecond (iperf3 paces UDP
#: so). After this many without the machine ever being idle each costs the program ``SPIN_NS``. A sender that fills a
#: 1 GiB socket buffer in one go makes about as many. The calls of others go on costing nothing: iperf3's client spins
#: for a round trip once it has written all, while its server still reads.
SPIN_CALLS: Final = 50_000
#: After so many of all programs together each costs as much, whoever makes it: a shell that waits in a loop starts a
#: new process each time round.
ALL_SPIN_CALLS: Final = 20 * SPIN_CALLS
SPIN_NS: Final = 2_000

#: The part of the source that this configuration reads: 200 MB of its 1.5 GB.
WANTED_MEMBERS: Final = (
    "*/Kconfig*",
    "*/Makefile*",
    "*/Kbuild*",
    *(
        f"{SOURCE_PACKAGE}/{folder}"
        for folder in (
            *("arch/um", "arch/x86", "block", "certs", "crypto", "drivers/base", "drivers/block", "drivers/char"),
            *("drivers/input", "drivers/net/*.[ch]", "drivers/tty", "fs", "include", "init", "io_uring", "ipc"),
            *("kernel", "lib", "mm", "net", "scripts", "security", "tools/include", "tools/scripts", "usr"),
        )
    ),
)

#: About how many lines ``make`` prints, for the progress shown while it works.
EXPECTED_STEPS: Final = 850


@dataclass(frozen=True)
class Edit:
    """Replace ``before``, which must be in ``file`` exactly once, by ``after``."""

    file: str
    before: str
    after: str


def edits() -> tuple[Edit, ...]:
    """The changes to the kernel's source, in order."""
    getrandom = "ssize_t os_getrandom(void *buf, size_t len, unsigned int flags)\n{\n\treturn "
    seeded_random = (KERNEL_FOLDER / "seeded_random.c").read_text(encoding="utf-8")
    return (
        Edit("arch/um/Kconfig", "config HZ\n\tint\n\tdefault 100\n", "config HZ\n\tint\n\tdefault 1000\n"),
        Edit(
            "arch/um/include/linux/time-internal.h",
            "#define TIMER_MULTIPLIER 256\n",
            "#define TIMER_MULTIPLIER 1\n\nunsigned long lab_cost_ns(void);\n",
        ),
        Edit("arch/um/include/linux/time-internal.h", "#define TIMER_MIN_DELTA  500\n", "#define TIMER_MIN_DELTA  1\n"),
        Edit(
            "arch/um/include/asm/processor-generic.h",
            "\tstruct task_struct *prev_sched;\n",
            "\tstruct task_struct *prev_sched;\n\tunsigned int lab_idles, lab_calls;\n",
        ),
        Edit(
            "arch/um/kernel/time.c",
            "void time_travel_sleep(void)\n{\n",
            "static unsigned int lab_idles, lab_calls;\n\nunsigned long lab_cost_ns(void)\n{\n"
            "\tstruct thread_struct *own = &current->thread;\n\n"
            "\tif (own->lab_idles != lab_idles) {\n\t\town->lab_idles = lab_idles;\n\t\town->lab_calls = 0;\n\t}\n"
            f"\tlab_calls++;\n\tif (++own->lab_calls > {SPIN_CALLS} || lab_calls > {ALL_SPIN_CALLS})\n"
            f"\t\treturn {SPIN_NS};\n\treturn TIMER_MULTIPLIER;\n}}\n\n"
            "void time_travel_sleep(void)\n{\n",
        ),
        Edit(
            "arch/um/kernel/time.c",
            "\tunsigned long long next = S64_MAX;\n",
            "\tunsigned long long next = S64_MAX;\n\n\tlab_idles++;\n\tlab_calls = 0;\n",
        ),
        Edit(
            "arch/um/kernel/time.c",
            "\t\t\ttime_travel_update_time_rel(TIMER_MULTIPLIER);\n",
            "\t\t\ttime_travel_update_time_rel(lab_cost_ns());\n",
        ),
        Edit("arch/um/kernel/skas/syscall.c", "\t\t\tum_udelay(1);\n", "\t\t\ttime_travel_ndelay(lab_cost_ns());\n"),
        Edit("drivers/net/veth.c", "\tskb_tx_timestamp(skb);\n", "\tskb_tx_timestamp(skb);\n\tskb_orphan(skb);\n"),
        Edit("arch/um/os-Linux/util.c", getrandom + "getrandom(", getrandom + "lab_random("),
        Edit("arch/um/os-Linux/util.c", getrandom, f"{seeded_random}\n{getrandom}"),
        Edit(
            "Kbuild",
            "obj-y\t\t\t+= drivers/\nobj-y\t\t\t+= sound/\n",
            "obj-y\t\t\t+= drivers/tty/ drivers/char/ drivers/base/ drivers/net/\n",
        ),
    )


def apply(edit: Edit, text: str) -> str:
    """``text`` with ``edit`` made. Raises ``RunBroke`` unless the place to change is there exactly once."""
    count = text.count(edit.before)
    if count != 1:
        raise RunBroke(
            f"the lab kernel's recipe does not fit this kernel source: {edit.file} has {count} places that read "
            f"{edit.before.strip()!r}, where one is expected; the package {SOURCE_PACKAGE} changed"
        )
    return text.replace(edit.before, edit.after)


def apply_all(source: Path) -> None:
    """Make every edit in the unpacked source tree ``source``."""
    for edit in edits():
        path = source / edit.file
        path.write_text(apply(edit, path.read_text(encoding="utf-8")), encoding="utf-8")


def config() -> str:
    """The kernel options that differ from ``allnoconfig``."""
    return (KERNEL_FOLDER / "config").read_text(encoding="utf-8")


def recipe_hash(source_version: str, compiler_version: str) -> str:
    """Sixteen hex digits that change whenever the kernel would: options, edits, arguments, source and compiler."""
    digest = hashlib.sha256()
    for part in (config(), repr(edits()), repr(MAKE_ARGUMENTS), source_version, compiler_version):
        digest.update(part.encode() + b"\0")
    return digest.hexdigest()[:16]
