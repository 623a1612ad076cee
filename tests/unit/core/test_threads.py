"""A NumPy imported in the block has one thread of linear algebra; the environment is left alone."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from sakuga.core.threads import one_thread

NAME = "OPENBLAS_NUM_THREADS"


def test_the_environment_is_as_it_was_after_the_block(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(NAME, raising=False)
    with one_thread():
        assert os.environ[NAME] == "1"
    assert NAME not in os.environ


def test_what_the_user_says_stands(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(NAME, "2")
    with one_thread():
        assert os.environ[NAME] == "2"
    assert os.environ[NAME] == "2"


@pytest.mark.skipif(sys.platform != "linux", reason="counts threads in /proc")
def test_numpy_starts_no_thread() -> None:
    program = (
        "import os\n"
        "from sakuga.core.threads import one_thread\n"
        "with one_thread():\n"
        "    import numpy as np\n"
        "np.ones((512, 512)) @ np.ones((512, 512))\n"
        "print(len(os.listdir('/proc/self/task')))"
    )
    environment = {key: value for key, value in os.environ.items() if key != NAME}
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert done.stdout.strip() == "1"
