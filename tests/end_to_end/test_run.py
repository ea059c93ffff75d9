"""`tapstone run` as a newcomer meets it: one command, one page, one sale; and a clean end."""

import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest
from playwright.sync_api import expect, sync_playwright
from test_page import CHROMIUM, FLAGS

ROOT = Path(__file__).resolve().parents[2]
TAPSTONE = [sys.executable, "-c", "from host_tools.cli import main; main()"]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


class Run:
    """A `tapstone run` process, read until it is ready."""

    def __init__(self, data, *options, port=None):
        self.port = port or free_port()
        self.process = subprocess.Popen(
            [*TAPSTONE, "run", "--data", str(data), "--port", str(self.port), *options],
            stderr=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        self.said = []

    def ready(self):
        for line in self.process.stderr:
            self.said.append(line)
            if "ready" in line:
                return self
        raise AssertionError("".join(self.said))

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        rest = self.process.communicate(timeout=30)[1]
        return self.process.returncode, rest


def children(data):
    """Processes whose command line or environment names the data folder."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            command = (folder / "cmdline").read_bytes()
        except OSError:
            continue
        if str(data).encode() in command and int(folder.name) != os.getpid():
            found.append(command)
    return found


def gone(data, seconds=10):
    end = time.monotonic() + seconds
    while children(data) and time.monotonic() < end:
        time.sleep(0.05)
    return not children(data)


@pytest.mark.needs_tool
def test_a_newcomer_taps_a_card_and_sees_the_money_arrive(tmp_path):
    if not CHROMIUM and not os.environ.get("CI"):
        pytest.skip("chromium is not installed")
    run = Run(tmp_path / "data").ready()
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.goto(f"http://127.0.0.1:{run.port}/")
            # The terminal tells what it shows; the feed repeats it.
            expect(page.locator("#events")).to_contain_text("link up", timeout=30000)
            for key in "1250":
                page.click(f"#key-{key}")
            page.click("#key-E")
            expect(page.locator("#events")).to_contain_text("shows: present", timeout=10000)
            page.click("#card-unionpay-debit")
            expect(page.locator("#ledger-rows")).to_contain_text("12.50", timeout=10000)
            expect(page.locator("#banked")).to_contain_text("12.50")
            expect(page.locator("#records")).to_contain_text("paid", timeout=10000)
            browser.close()
    finally:
        code, _ = run.stop()
    assert code == 0
    assert gone(tmp_path / "data")


def test_it_carries_on_with_the_same_data_and_begins_anew_when_asked(tmp_path):
    data = tmp_path / "data"
    Run(data).ready().stop()
    first = (data / "provision.json").read_text()
    Run(data).ready().stop()
    again = (data / "provision.json").read_text()
    ikid = re.compile(r'"ikid": "(\w+)"')
    assert ikid.search(first)[1] == ikid.search(again)[1]
    Run(data, "--fresh").ready().stop()
    assert ikid.search((data / "provision.json").read_text())[1] != ikid.search(first)[1]


def test_a_taken_port_is_said_plainly(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        run = Run(tmp_path / "data", port=listener.getsockname()[1])
        said = run.process.communicate(timeout=30)[1]
    assert run.process.returncode == 1
    assert "is taken" in said
    assert "Traceback" not in said


def test_two_runs_on_one_folder_are_refused(tmp_path):
    run = Run(tmp_path / "data").ready()
    try:
        other = Run(tmp_path / "data")
        said = other.process.communicate(timeout=30)[1]
    finally:
        run.stop()
    assert other.process.returncode == 1
    assert "in use by another run" in said


def test_a_killed_run_leaves_no_process_behind(tmp_path):
    run = Run(tmp_path / "data").ready()
    run.stop(signal.SIGKILL)
    assert gone(tmp_path / "data")


def test_fresh_does_not_remove_what_is_not_a_terminals_folder(tmp_path):
    (tmp_path / "thesis.txt").write_text("years of work")
    done = subprocess.run(
        [*TAPSTONE, "run", "--data", str(tmp_path), "--fresh"],
        capture_output=True,
        text=True,
        cwd=ROOT,
        timeout=30,
    )
    assert done.returncode == 2
    assert (tmp_path / "thesis.txt").exists()


def test_the_installed_package_plays_the_demo_without_the_checkout(tmp_path):
    """What `pip install .` would put in place, in a folder of its own."""
    source = tmp_path / "source"
    wanted = ("firmware", "boards", "host_tools", "pyproject.toml", "README.md", "LICENSE")
    source.mkdir()
    for name in wanted:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, source / name)
    subprocess.run(
        [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "-w", tmp_path, source],
        check=True,
        timeout=120,
    )
    site = tmp_path / "site"
    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        wheel.extractall(site)
    shutil.rmtree(source)
    done = subprocess.run(
        [*TAPSTONE, "demo", "--json"],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site)},
        timeout=180,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert '"lost": 0' in done.stdout
    assert '"doubled": 0' in done.stdout
