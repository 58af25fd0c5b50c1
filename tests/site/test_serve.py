"""`tthc serve`: this machine only, this folder only, the version that is current now."""

import http.client
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pipelines.common.errors import TthcError
from pipelines.settings import Settings
from pipelines.site.serve import site_server
from tests.conftest import tthc

SECRET = "not for citizens"


@pytest.fixture
def warehouse(tmp_path: Path, small_site: Path) -> Path:
    """Return a warehouse with one version, whose database must never be served."""
    version = tmp_path / "versions" / "one"
    version.mkdir(parents=True)
    (version / "tthc.duckdb").write_text(SECRET, encoding="utf-8")
    (version / "site").symlink_to(small_site)
    (tmp_path / "current").symlink_to(version)
    return tmp_path


@pytest.fixture
def port(warehouse: Path) -> Iterator[int]:
    with site_server(Settings(warehouse_dir=warehouse), 0) as server:
        assert server.server_address[0] == "127.0.0.1"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


def ask(port: int, path: str) -> tuple[int, bytes, dict[str, str]]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    answer = connection.getresponse()
    return answer.status, answer.read(), dict(answer.getheaders())


def test_pages_and_files_are_served(port: int, small_site: Path) -> None:
    for path in ("/", "/vi/index.html", "/assets/site.css", "/du-lieu/chi-tieu.csv"):
        status, body, headers = ask(port, path)
        assert status == 200
        assert body == (small_site / (path.strip("/") or "index.html")).read_bytes()
        assert "default-src 'none'" in headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "path",
    ["/../tthc.duckdb", "/%2e%2e/tthc.duckdb", "/vi/..%2f..%2ftthc.duckdb", "/..\\tthc.duckdb", "//../tthc.duckdb",
     "/vi/../../tthc.duckdb", "/%00", "/vi/co-quan/"],
)  # fmt: skip
def test_nothing_outside_the_site_and_no_listing(port: int, path: str) -> None:
    status, body, _ = ask(port, path)
    assert status == 404
    assert SECRET.encode() not in body


def test_a_link_out_of_the_site_is_not_followed(tmp_path: Path) -> None:
    site = tmp_path / "current" / "site"
    site.mkdir(parents=True)
    (site / "index.html").write_text("x", encoding="utf-8")
    (tmp_path / "current" / "tthc.duckdb").write_text(SECRET, encoding="utf-8")
    (site / "leak").symlink_to(tmp_path / "current" / "tthc.duckdb")
    with site_server(Settings(warehouse_dir=tmp_path), 0) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        status, body, _ = ask(server.server_port, "/leak")
        server.shutdown()
        thread.join()
    assert (status, SECRET.encode() in body) == (404, False)


def test_a_night_that_switches_is_followed(port: int, warehouse: Path) -> None:
    other = warehouse / "versions" / "two" / "site"
    other.mkdir(parents=True)
    (other / "index.html").write_text("the next version", encoding="utf-8")
    waiting = warehouse / "waiting"
    waiting.symlink_to(other.parent)
    waiting.replace(warehouse / "current")
    assert ask(port, "/index.html")[1] == b"the next version"


def test_without_a_site_the_next_step_is_said(tmp_path: Path) -> None:
    done = tthc("serve", "--warehouse", str(tmp_path))
    assert done.returncode == 1
    assert "tthc run" in done.stderr


def test_a_taken_port_is_said(warehouse: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(TthcError, match="--port 0"):
            site_server(Settings(warehouse_dir=warehouse), taken.getsockname()[1])
