"""Training as users start it, on one rank or several, on CPUs; killed, too."""

from __future__ import annotations

import importlib.util
import shutil
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from sakuga.train import journal
from tests import builds
from tests.held import stopped

PROFILES = builds.ROOT / "profiles" / "train"
ENV = builds.env(
    OMP_NUM_THREADS="1",  # sums of other threads round otherwise
    DS_ACCELERATOR="cpu",
    # DeepSpeed compiles here, once for all sessions of tests: it takes minutes.
    TORCH_EXTENSIONS_DIR=str(Path(tempfile.gettempdir()) / "sakuga-torch-extensions"),
)
LAUNCH = [sys.executable, "-m", "accelerate.commands.launch", "--main_process_port=0"]
ALONE = [sys.executable]
TWO = [  # `accelerate launch --cpu` would start one
    *("env", "ACCELERATE_USE_CPU=true"),
    *(sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc_per_node=2"),
]
ZERO = [*LAUNCH, f"--config_file={PROFILES / 'zero2.yaml'}"]
OFFLOADED = [*LAUNCH, f"--config_file={PROFILES / 'zero2_offload.yaml'}"]

needs_deepspeed = [
    pytest.mark.timeout(900),
    pytest.mark.skipif(
        importlib.util.find_spec("deepspeed") is None, reason="needs sakuga[deepspeed]"
    ),
    pytest.mark.skipif(shutil.which("c++") is None, reason="DeepSpeed compiles with c++"),
]


def start(python: list[str], *given: str) -> subprocess.CompletedProcess[str]:
    """`sakuga train` on these ranks, to its end."""
    whole = [*python, "-m", "sakuga", "train", *given]
    return subprocess.run(whole, env=ENV, capture_output=True, text=True, timeout=600)


def kill_after(lines: int, run: Path, python: list[str], *given: str) -> None:
    """Kill -9 all ranks once so many steps are logged."""
    stopped(
        signal.SIGKILL,
        "sakuga.train.journal:Journal.write",
        lines,
        "train",
        *given,
        python=python,
        env=ENV,
    )
    assert len(journal.read(run)) == lines


def told(run: Path, of: str) -> list[float]:
    """What the journal says of each step."""
    return [line[of] for line in journal.read(run)]
