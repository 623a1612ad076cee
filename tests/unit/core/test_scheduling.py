"""Writing AV1 leaves the process's priority as it was."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from sakuga.core.codecs import VideoFormat
from sakuga.core.encode import VideoWriter


@pytest.mark.skipif(not hasattr(os, "sched_getscheduler"), reason="only Linux has schedulers")
def test_av1_takes_no_real_time_priority(tmp_path: Path):
    with VideoWriter(tmp_path / "a.mkv", 64, 48, VideoFormat("av1", 45)) as writer:
        for level in (0, 100, 200):
            writer.write(np.full((48, 64, 3), level, np.uint8))
        assert {os.sched_getscheduler(int(t)) for t in os.listdir("/proc/self/task")} == {
            os.SCHED_OTHER
        }
