"""PyTorch on the twin's servers: all-reduces and a step of DistributedDataParallel over gloo, one process per rank.

    python3 clients/torch_ddp.py --rank R --of N --master ADDRESS --bytes 4194304 --repeat 3

Rank 0 prints one line of JSON: the time of each all-reduce and of the step, s, and whether both gave what they should.
Needs torch with gloo (Debian: python3-torch). ``GLOO_SOCKET_IFNAME`` must name the server's interface.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from datetime import timedelta

# In the lab there is one CPU: threads that wait by spinning would take it from the network.
os.environ.setdefault("OMP_NUM_THREADS", "1")

PORT = 29500
#: How long a rank waits for the others, s: in the lab all of them start on one CPU.
PATIENCE_S = 180.0


def arguments() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description="All-reduces and a DDP step over gloo.")
    parser.add_argument("--rank", type=int, required=True)
    parser.add_argument("--of", type=int, required=True, help="number of ranks")
    parser.add_argument("--master", required=True, help="rank 0's address")
    parser.add_argument("--bytes", type=int, default=4 << 20, help="of each all-reduce, and of the model's gradients")
    parser.add_argument("--repeat", type=int, default=3)
    return parser.parse_args()


def main() -> int:
    """One rank."""
    import torch
    from torch import distributed

    asked = arguments()
    torch.set_num_threads(1)
    address = f"tcp://{asked.master}:{PORT}"
    patience = timedelta(seconds=PATIENCE_S)
    distributed.init_process_group("gloo", address, patience, asked.of, asked.rank)
    times, right = all_reduces(asked.bytes // 4, asked.repeat, asked.of)
    step_s, agreed = ddp_step(asked.bytes // 4, asked.rank)
    if asked.rank == 0:
        found = {"all_reduce_s": times, "ddp_step_s": step_s, "sums": right, "gradients": agreed}
        sys.stdout.write(json.dumps(found) + "\n")
        sys.stdout.flush()
    distributed.barrier()
    distributed.destroy_process_group()
    return 0


def all_reduces(numbers: int, repeat: int, ranks: int) -> tuple[list[float], bool]:
    """The time of each of ``repeat`` all-reduces of fp32 ``numbers``, after one that is not measured; whether each
    element was the sum over all ranks."""
    import torch
    from torch import distributed

    times, right = [], True
    for index in range(repeat + 1):
        data = torch.full((numbers,), float(distributed.get_rank() + 1))
        distributed.barrier()
        start_s = time.monotonic()
        distributed.all_reduce(data)
        spent_s = time.monotonic() - start_s
        right = right and bool((data == ranks * (ranks + 1) / 2).all())
        if index:
            times.append(spent_s)
    return times, right


def ddp_step(numbers: int, rank: int) -> tuple[float, bool]:
    """The time of one forward and backward pass of a linear layer of ``numbers`` weights; whether the gradients are
    the mean over the ranks, whose inputs are rank + 1."""
    import torch
    from torch import distributed
    from torch.nn.parallel import DistributedDataParallel

    model = DistributedDataParallel(torch.nn.Linear(numbers, 1, bias=False), bucket_cap_mb=64)
    distributed.barrier()
    start_s = time.monotonic()
    model(torch.full((1, numbers), float(rank + 1))).sum().backward()
    spent_s = time.monotonic() - start_s
    mean = (distributed.get_world_size() + 1) / 2
    gradient = next(model.parameters()).grad
    return spent_s, gradient is not None and bool(torch.allclose(gradient, torch.full_like(gradient, mean)))


if __name__ == "__main__":
    sys.exit(main())
