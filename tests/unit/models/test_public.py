"""Where the public weights are: said without importing PyTorch."""

from __future__ import annotations

import subprocess
import sys


def test_no_net_is_imported_to_say_where_its_weights_are() -> None:
    script = "import sys, sakuga.models.public; print('torch' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "False"
