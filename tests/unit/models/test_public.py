"""Where the public weights are: said without importing PyTorch."""

from __future__ import annotations

from tests.fresh import imported


def test_no_net_is_imported_to_say_where_its_weights_are() -> None:
    assert imported("import sakuga.models.public", "torch") == []
