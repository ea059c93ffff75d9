"""`tapstone bench uplink` with few sales: the drain works and banks each sale once."""

import json

from typer.testing import CliRunner

from host_tools.cli import app
from host_tools.uplink import bench


def test_the_queue_is_drained_and_the_figures_are_told(monkeypatch):
    lines = [line for line in bench.CONDITIONS if line.name == "rtt_50_ms"]
    monkeypatch.setattr(bench, "CONDITIONS", lines)
    done = CliRunner().invoke(app, ["bench", "uplink", "--sales", "20", "--json"])
    assert done.exit_code == 0, done.output
    told = json.loads(done.stdout.splitlines()[-1])
    assert set(told) == {line.name for line in lines}
    for figures in told.values():
        assert figures["sales_per_s"] > 1
        assert figures["ratio_to_one_in_flight"] > 0
        assert 300 < figures["bytes_per_sale"] < 3000
