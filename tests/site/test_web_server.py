"""`deploy/web/nginx.conf`, tried with nginx itself on a published version, as a user who owns nothing of it."""

import gzip
import os
import re
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

import pytest

from pipelines.common.files import link_tree
from pipelines.publish import versions
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.site.serve import HEADERS
from pipelines.storage.access import ensure_access
from pipelines.storage.run_spec import candidate_dir
from tests.publishable import small_candidate, small_settings

WEB = PROJECT_DIR / "deploy" / "web"
INSTALLED = "/var/lib/tthc/warehouse"
NGINX = shutil.which("nginx") or ("/usr/sbin/nginx" if Path("/usr/sbin/nginx").exists() else None)
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed (Debian: apt-get install nginx-light)")
# The whole of nginx's configuration but for the server, which is the example's.
AROUND = """\
{user}
daemon off; pid {folder}/nginx.pid; error_log {folder}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
    uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
    include {folder}/server.conf;
}}
"""


@dataclass(frozen=True)
class Answer:
    """What the server answered."""

    status: int
    headers: Message
    body: bytes


class NoRedirects(urllib.request.HTTPRedirectHandler):
    """Take a redirect for an answer."""

    def redirect_request(self, *_: object) -> None:
        return None


@dataclass(frozen=True)
class Server:
    """The server under test, and the warehouse it reads."""

    port: int
    settings: Settings

    def get(self, path: str, method: str = "GET", **headers: str) -> Answer:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=named, method=method)
        try:
            with urllib.request.build_opener(NoRedirects).open(asked, timeout=10) as answer:
                return Answer(answer.status, answer.headers, answer.read())
        except urllib.error.HTTPError as error:
            return Answer(error.code, error.headers, error.read())


def publish(settings: Settings, name: str, site: Path, open_data: Path) -> None:
    """Publish a version with a real site and real open data, under a umask that shuts everybody out."""
    before = os.umask(0o077)
    try:
        ensure_access(settings)
        plan, gate = small_candidate(settings, name)
        folder = candidate_dir(settings)
        shutil.rmtree(folder / "open-data")
        link_tree(open_data, folder / "open-data")
        shutil.copytree(site, folder / "site")
        (folder / "site" / "phien-ban.txt").write_text(name)
        versions.publish(settings, plan, gate, "code", {})
        ensure_access(settings)
    finally:
        os.umask(before)


@pytest.fixture
def server(passable: Path, small_site: Path, small_open_data: Path) -> Iterator[Server]:
    assert NGINX is not None
    settings = small_settings(passable)
    publish(settings, "v1", small_site, small_open_data)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    text = (WEB / "nginx.conf").read_text(encoding="utf-8")
    assert text.count("listen 8080;") == 1 and INSTALLED in text
    text = text.replace("listen 8080;", f"listen 127.0.0.1:{port};").replace(INSTALLED, str(settings.warehouse_dir))
    folder = passable / "nginx"
    folder.mkdir()
    (folder / "server.conf").write_text(text, encoding="utf-8")
    user = "user nobody nogroup;" if os.geteuid() == 0 else ""
    (folder / "nginx.conf").write_text(AROUND.format(user=user, folder=folder), encoding="utf-8")
    command = [NGINX, "-p", str(folder), "-e", str(folder / "error.log"), "-c", str(folder / "nginx.conf")]
    checked = subprocess.run([*command, "-t"], capture_output=True, text=True, check=False)
    assert checked.returncode == 0 and "[warn]" not in checked.stderr, checked.stderr
    process = subprocess.Popen(command)
    try:
        _wait_for(port)
        yield Server(port, settings)
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_for(port: int) -> None:
    for _ in range(100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    pytest.fail("nginx did not start")


def test_pages_and_open_data_are_served_as_what_they_are(server: Server) -> None:
    expected = {
        "/": "text/html; charset=utf-8",
        "/vi/index.html": "text/html; charset=utf-8",
        "/vi/": "text/html; charset=utf-8",
        "/assets/site.css": "text/css; charset=utf-8",
        "/du-lieu/chi-tieu.csv": "text/csv; charset=utf-8",
        "/open-data/chi-tieu.csv": "text/csv; charset=utf-8",
        "/du-lieu/catalog.jsonld": "application/ld+json; charset=utf-8",
        "/open-data/datapackage.json": "application/json; charset=utf-8",
        "/open-data/SHA256SUMS": "text/plain; charset=utf-8",
        "/robots.txt": "text/plain; charset=utf-8",
    }
    site = server.settings.current_link / "site"
    expected |= {f"/{path.relative_to(site)}": "image/png" for path in list((site / "xem-truoc").glob("*.png"))[:1]}
    expected = {path: kind for path, kind in expected.items() if not _lacks(server.settings.current_link, path)}
    assert len(expected) > 6
    answers = {path: server.get(path) for path in expected}
    assert {path: answer.status for path, answer in answers.items()} == dict.fromkeys(expected, 200)
    assert {path: answer.headers["Content-Type"] for path, answer in answers.items()} == expected
    assert answers["/open-data/chi-tieu.csv"].body == (site.parent / "open-data" / "chi-tieu.csv").read_bytes()


def _lacks(version: Path, path: str) -> bool:
    """Return True if the small site has no such file; a whole one has them all."""
    place = version / path[1:] if path.startswith("/open-data/") else version / "site" / path[1:]
    return not path.endswith("/") and not place.is_file()


def test_every_answer_carries_the_policy_that_the_pages_keep_to(server: Server) -> None:
    for path in ("/", "/vi/index.html", "/open-data/chi-tieu.csv", "/nothing-here"):
        headers = server.get(path).headers
        assert {name: headers[name] for name in HEADERS} == HEADERS, path
        assert "/" not in headers["Server"]  # no version of nginx


def test_readers_ask_whether_a_file_changed_and_get_it_packed(server: Server) -> None:
    first = server.get("/open-data/chi-tieu.csv")
    assert first.headers["ETag"] and first.headers["Last-Modified"]
    again = server.get("/open-data/chi-tieu.csv", If_None_Match=first.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    packed = server.get("/vi/index.html", Accept_Encoding="gzip")
    assert packed.headers["Content-Encoding"] == "gzip" and packed.headers["Vary"] == "Accept-Encoding"
    assert gzip.decompress(packed.body) == server.get("/vi/index.html").body


def test_a_switch_is_seen_without_a_reload(server: Server, small_site: Path, small_open_data: Path) -> None:
    assert server.get("/phien-ban.txt").body == b"v1"
    publish(server.settings, "v2", small_site, small_open_data)
    assert server.get("/phien-ban.txt").body == b"v2"
    versions.switch_current(server.settings, "v1")
    assert server.get("/phien-ban.txt").body == b"v1"


def test_nothing_else_can_be_reached(server: Server) -> None:
    kho = server.settings.warehouse_dir
    (kho / "restricted").mkdir(exist_ok=True)
    (kho / "restricted" / "secret.key").write_text("secret")
    site = (kho / "current" / "site").resolve()
    (site / "lối-ra.txt").symlink_to(kho / "current" / "tthc.duckdb")
    (site / ".an").write_text("x")
    tried = (
        "/../tthc.duckdb", "/..%2ftthc.duckdb", "/%2e%2e/tthc.duckdb", "/open-data../tthc.duckdb",
        "/open-data/..%2ftthc.duckdb", "/open-data/../tthc.duckdb", "//etc/passwd", "/manifest.json", "/tthc.duckdb",
        "/l%E1%BB%91i-ra.txt", "/.an", "/assets/", "/assets", "/open-data/", "/du-lieu/", "/../../run.pid",
    )  # fmt: skip
    codes = {path: server.get(path).status for path in tried}
    allowed = {"/assets": 301}
    assert {path: code for path, code in codes.items() if code not in (400, 404) and allowed.get(path) != code} == {}
    assert server.get("/", method="POST").status == 405


def test_both_examples_send_the_headers_of_tthc_serve() -> None:
    for example in ("nginx.conf", "Caddyfile"):
        text = (WEB / example).read_text(encoding="utf-8")
        for name, value in HEADERS.items():
            assert re.search(rf"{name}\s+\"?{re.escape(value)}\"?", text), (example, name)
