"""`topterms serve` as a process of its own."""

import signal
import socket
import subprocess
from pathlib import Path

import httpx
import pytest

from tests.service.conftest import TOPTERMS, Ask, Demo


def test_it_says_where_it_listens_answers_and_ends_when_asked_to(demo: Demo) -> None:
    command = [str(TOPTERMS), "serve", "-C", str(demo.folder), "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr is not None
            address = run.stderr.readline().split()[3].rstrip("/")
            assert httpx.get(f"{address}/ready", timeout=30).status_code in (200, 503)
        finally:
            run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=30)
    assert run.returncode == 0
    assert err == ""
    assert '"path": "/ready"' in out


def test_several_processes_answer_as_one_and_their_figures_are_added(demo: Demo) -> None:
    """Each question is counted once, whichever process answered it; all end when asked to."""
    command = [str(TOPTERMS), "serve", "-C", str(demo.folder), "--port", "0", "--processes", "2"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as run:
        try:
            assert run.stderr is not None
            address = run.stderr.readline().split()[3].rstrip("/")
            answers = [httpx.get(f"{address}/v1/suggest?prefix=slow", timeout=120) for _ in range(20)]
            assert {answer.status_code for answer in answers} == {200}
            figures = httpx.get(f"{address}/metrics", timeout=120).text
            assert 'topterms_requests_total{method="GET",route="/v1/suggest",status="200"} 20.0' in figures
        finally:
            run.send_signal(signal.SIGTERM)
        out, err = run.communicate(timeout=120)
    assert run.returncode == 0
    assert err == ""
    assert out.count('"path": "/v1/suggest"') == 20


@pytest.mark.parametrize("options", [["--port", "70000"], ["--processes", "0"], ["--port", "x"], ["--colour"]])
def test_options_that_make_no_sense_are_refused(ask: Ask, options: list[str]) -> None:
    assert ask("serve", *options).code == 2


def test_a_folder_that_is_no_project_is_refused(ask: Ask, tmp_path: Path) -> None:
    found = ask("serve", "-C", tmp_path)
    assert found.code == 2
    assert "not a topterms project" in found.err


def test_a_port_that_is_taken_is_told_with_its_number(ask: Ask, demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        found = ask("serve", "-C", demo.folder, "--port", port)
    assert found.code == 1
    assert str(port) in found.err
    assert len(found.err.splitlines()) == 1
