"""The summary of a night: every ending has a cause and a next step, and whoever wants to know is told."""

import datetime as dt
import http.server
import json
import os
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import RunLocked, TthcError
from pipelines.common.i18n import catalogue, language, speaking
from pipelines.nightly import context
from pipelines.reports.endings import Ending, ending_of
from pipelines.reports.morning.facts import Morning, Turned
from pipelines.reports.morning.notices import load_notices, occasions, send_locked, send_morning
from pipelines.reports.morning.render import FORMATS, needs_a_look, render, title
from pipelines.settings import Settings
from pipelines.storage.ledger import open_ledger
from pipelines.storage.runs import Run, begin_run, note_locked_out, runs

BEGAN = "2026-11-28T18:30:00+00:00"
RUN = Run(7, 1, BEGAN, BEGAN, "published", "2026-11-27-abc", "2026-11-27", {})


@pytest.fixture(autouse=True)
def vietnamese() -> Iterator[None]:
    """Other tests may have left another language behind."""
    with speaking("vi"):
        yield


def verdict(check: str) -> dict[str, Any]:
    return {"tables": [{"problems": [], "checks": [{"id": check, "success": False}]}], "problems": []}


HELD, FAILED = verdict("no_volume_held"), verdict("keys_unique")
SOURCE = {"source": "ho_so", "is_late": True, "silence": 4, "longest_silence": 3.0, "newest_day": "2026-11-20",
          "missing_days": ["2026-11-23", "2026-11-24"]}  # fmt: skip
STATUS: dict[str, Any] = {
    "version": "2026-11-27-abc",
    "as_of": "2026-11-27",
    "synthetic": False,
    "is_stale": False,
    "age_working_days": 1,
    "sources": [SOURCE],
    "left_in_landing": [{"why": "la.docx nằm lại: định dạng lạ"}],
    "held": [],
    "reports_due": [{"period_code": "2026-Q4", "report_due_date": "2026-12-10"}],
    "gate": {"passed": 391, "expected": 391, "tables": 38, "failed": [], "problems": []},
}
GOOD = Ending("published", None, None, "Không phải làm gì")
MORNING = Morning(
    RUN,
    GOOD,
    STATUS,
    {"ho_so": {"files": 2, "rows_in": 4120, "rejected": 7}},
    [("Sở Tư pháp", 5, "ho_so.bad_code (5)")],
    [("ho_so ngày 2026-11-27: thường 150, nay 4", "PD-1,volume,ho_so")],
    [Turned("G1", "Tỷ lệ đúng hạn", "xa", "not_met", "met", 0.98, 0.97)],
    95.4,
)
QUIET = replace(
    MORNING, came={}, held=[], turned=[], rejected=[], status={**STATUS, "sources": [], "left_in_landing": []}
)


def failed(cause: str, why: str) -> Run:
    return run_of("failed", cause=cause, why=why)


def run_of(outcome: str, **detail: Any) -> Run:
    return replace(RUN, outcome=outcome, detail=detail, pid=os.getpid() if outcome == "running" else 1)


ENDINGS = {
    "held": (run_of("refused"), HELD, "refused_held", "overrides.csv"),
    "failed_check": (run_of("refused"), FAILED, "refused_failed", "refused"),
    "out_of_memory": (failed("out_of_memory", "[out_of_memory] x"), None, "out_of_memory", "TTHC_MEMORY_LIMIT"),
    "child_killed": (failed("child_killed", "[child_killed] x"), None, "child_killed", "journalctl"),
    "disk_full": (failed("disk_full", "[disk_full] x"), None, "disk_full", "TTHC_KEEP_VERSIONS"),
    "full_within_a_step": (
        failed("step_failed", "[step_failed] step x: [disk_full] y"),
        None,
        "step_failed",
        "TTHC_KEEP_VERSIONS",
    ),
    "step": (
        failed("step_failed", "[step_failed] step x stopped: [archive_missing] y"),
        None,
        "step_failed",
        "TTHC_DEBUG",
    ),
    "unexpected": (failed("run_broke", "[run_broke] AttributeError"), None, "run_broke", "TTHC_DEBUG"),
    "no_word": (run_of("failed"), None, None, "TTHC_DEBUG"),
    "stopped": (failed("stopped", "[stopped] x"), None, "stopped", "tthc run"),
    "killed": (run_of("interrupted", cause="killed"), None, "killed", "tthc run"),
    "killed_for_memory": (
        run_of("interrupted", cause="out_of_memory_killed"),
        None,
        "out_of_memory_killed",
        "TTHC_MEMORY_LIMIT",
    ),
}


@pytest.mark.parametrize("name", ENDINGS)
def test_every_bad_ending_has_a_cause_and_a_next_step_in_both_languages(name: str) -> None:
    run, gate, cause, step = ENDINGS[name]
    for lang in ("vi", "en"):
        with speaking(lang):
            found = ending_of(run, Settings(), gate)
        assert (found.is_good, found.cause) == (False, cause)
        assert step in found.next_step
        assert "{" not in found.next_step + (found.why or "")


def test_a_run_whose_process_is_gone_was_interrupted() -> None:
    gone = replace(RUN, outcome="running", pid=2**22 + 1)
    found = ending_of(gone, Settings())
    assert (found.outcome, found.is_good) == ("interrupted", False) and found.why


def test_a_run_that_keeps_another_from_beginning_says_so(tmp_path: Path) -> None:
    settings = Settings(warehouse_dir=tmp_path)
    settings.work_dir.mkdir(parents=True)
    with open_ledger(settings.ledger_file) as ledger:
        begin_run(ledger, os.getpid())
        note_locked_out(ledger)
        (run,) = runs(ledger, limit=1)
    found = ending_of(run, settings)
    assert (found.outcome, found.cause, found.is_good) == ("running", "locked", False)
    assert str(os.getpid()) in (found.why or "") and "tthc status" in found.next_step


@pytest.mark.parametrize("outcome", ["published", "unchanged", "beside", "received", "running"])
def test_a_good_ending_asks_for_nothing_that_frightens(outcome: str) -> None:
    found = ending_of(run_of(outcome), Settings())
    assert found.is_good and found.why is None and found.next_step


def test_every_sentence_of_next_steps_is_used_or_reached_by_its_cause() -> None:
    steps = {code for code in catalogue() if code.startswith("next_")}
    others = {"next_nothing", "next_published_look", "next_received", "next_running", "next_locked", "next_stale"}
    reached = {f"next_{code}" for _, _, code, _ in ENDINGS.values() if code}
    assert steps - others <= reached


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("lang", ["vi", "en"])
def test_the_summary_says_all_that_matters_in_each_format(form: str, lang: str) -> None:
    with speaking(lang):
        text = render(MORNING, form)
    for said in ("2026-11-27-abc", "ho_so", "4.120" if lang == "vi" else "4,120", "Sở Tư pháp", "thường 150, nay 4",
                 "PD-1,volume,ho_so", "la.docx", "2026-Q4", "391", "95"):  # fmt: skip
        assert said in text, said
    if form == "txt":
        assert max(len(line) for line in text.splitlines()) <= 80
    if form == "html":
        assert text.startswith("<!doctype html>") and f'lang="{lang}"' in text


def test_a_name_of_a_file_is_text_and_never_markup() -> None:
    status = {**STATUS, "left_in_landing": [{"why": "<script>alert(1)</script>.csv"}]}
    page = render(replace(MORNING, status=status), "html")
    assert "<script>" not in page and "&lt;script&gt;" in page


def test_what_wants_a_look_is_said_though_the_night_ended_well() -> None:
    assert needs_a_look(MORNING) and not needs_a_look(QUIET)
    assert "để ý" in render(MORNING, "md") and "Không phải làm gì" in render(QUIET, "md")


def test_stale_figures_are_the_first_thing_to_do() -> None:
    stale = replace(QUIET, status={**QUIET.status, "is_stale": True, "age_working_days": 6})
    assert "6 ngày làm việc" in render(stale, "md")
    assert "stale" in occasions(stale)


@pytest.mark.parametrize(
    ("morning", "expected"),
    [
        (QUIET, {"published"}),
        (MORNING, {"published", "look"}),
        (replace(QUIET, ending=Ending("refused", "refused_held", "x", "y")), {"refused"}),
        (replace(QUIET, ending=Ending("failed", "disk_full", "x", "y")), {"failed"}),
        (replace(QUIET, ending=Ending("interrupted", "killed", "x", "y")), {"failed"}),
        (replace(QUIET, ending=Ending("unchanged", None, None, "y")), {"unchanged"}),
    ],
)
def test_occasions(morning: Morning, expected: set[str]) -> None:
    assert occasions(morning) == expected


class _Hook(http.server.BaseHTTPRequestHandler):
    received: list[tuple[str, str]]

    def do_GET(self) -> None:
        self._answer("")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers["Content-Length"])).decode())

    def _answer(self, body: str) -> None:
        type(self).received.append((self.path, body))
        self.send_response(200)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


class _Mail(socketserver.StreamRequestHandler):
    """As much of SMTP as a client needs to hand in one message."""

    received: list[str]

    def handle(self) -> None:
        self.wfile.write(b"220 here\r\n")
        while line := self.rfile.readline():
            word = line[:4].upper()
            if word == b"DATA":
                self.wfile.write(b"354 go on\r\n")
                lines = iter(self.rfile.readline, b".\r\n")
                type(self).received.append(b"".join(lines).decode())
            self.wfile.write(b"221 bye\r\n" if word == b"QUIT" else b"250 ok\r\n")
            if word == b"QUIT":
                return


@contextmanager
def serving(server: socketserver.TCPServer) -> Iterator[int]:
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture
def hook() -> Iterator[tuple[int, list[tuple[str, str]]]]:
    _Hook.received = []
    with serving(http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Hook)) as port:
        yield port, _Hook.received


@pytest.fixture
def mail() -> Iterator[tuple[int, list[str]]]:
    _Mail.received = []
    with serving(socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Mail)) as port:
        yield port, _Mail.received


def settings_with(tmp_path: Path, text: str, mode: int = 0o600) -> Settings:
    path = tmp_path / "notices.yml"
    path.write_text(text, encoding="utf-8")
    path.chmod(mode)
    return Settings(notices_file=path, warehouse_dir=tmp_path)


def test_a_mail_a_webhook_and_the_heartbeat_are_sent(
    tmp_path: Path, hook: tuple[int, list[tuple[str, str]]], mail: tuple[int, list[str]]
) -> None:
    text = f"""
heartbeat: http://127.0.0.1:{hook[0]}/ping
notices:
  - {{to: "mailto://127.0.0.1:{mail[0]}?from=kho@example.org&to=truc@example.org", when: [published]}}
  - {{to: "json://127.0.0.1:{hook[0]}/hook"}}
  - {{to: "json://127.0.0.1:{hook[0]}/never", when: [failed]}}
"""
    assert send_morning(settings_with(tmp_path, text), MORNING) == []
    assert [path for path, _ in hook[1]] == ["/hook", "/ping"]
    assert "2026-11-27-abc" in hook[1][0][1]
    assert len(mail[1]) == 1 and "Subject:" in mail[1][0] and "truc@example.org" in mail[1][0]


def test_the_heartbeat_is_silent_after_a_bad_night(tmp_path: Path, hook: tuple[int, list[tuple[str, str]]]) -> None:
    settings = settings_with(tmp_path, f"heartbeat: http://127.0.0.1:{hook[0]}/ping")
    send_morning(settings, replace(QUIET, ending=Ending("failed", "disk_full", "x", "y")))
    assert hook[1] == []


def test_what_cannot_be_sent_is_named_without_the_address(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    text = """
heartbeat: http://127.0.0.1:1/geheim
notices: [{to: "json://user:geheim@127.0.0.1:1/x", when: [published]}]
"""
    assert send_morning(settings_with(tmp_path, text), QUIET) == ["json", "heartbeat"]
    assert "geheim" not in "".join(record.getMessage() for record in caplog.records if record.name.startswith("tthc"))


def test_a_run_that_cannot_begin_is_reported(tmp_path: Path, hook: tuple[int, list[tuple[str, str]]]) -> None:
    text = f'notices: [{{to: "json://127.0.0.1:{hook[0]}/hook"}}]'
    assert send_locked(settings_with(tmp_path, text), RunLocked("locked", pid=4711)) == []
    assert "4711" in hook[1][0][1]


def test_a_run_that_was_killed_is_reported_by_the_next(
    tmp_path: Path, hook: tuple[int, list[tuple[str, str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = settings_with(tmp_path, f'notices: [{{to: "json://127.0.0.1:{hook[0]}/hook"}}]')
    settings.work_dir.mkdir(parents=True)
    with open_ledger(settings.ledger_file) as ledger:
        begin_run(ledger, 2**22 + 1)
    monkeypatch.setattr(context, "tell", lambda _: None)
    with context.open_run(settings, is_whole=False) as run:
        run.record_received()
    (message,) = hook[1]
    said = json.loads(message[1])
    assert "bị ngắt" in said["title"] and "tthc run" in said["message"]
    with context.open_run(settings, is_whole=False) as run:
        run.record_received()
    assert len(hook[1]) == 1


@pytest.mark.parametrize(
    ("text", "mode", "code"),
    [
        ("notices: []", 0o640, "notices_open"),
        ("notices: [{to: 'json://geheim', when: [sometimes]}]", 0o600, "notices_invalid"),
        ("nobody: []", 0o600, "notices_invalid"),
        ("notices: [", 0o600, "notices_invalid"),
    ],
)
def test_a_bad_file_of_receivers_is_refused_without_its_secrets(
    tmp_path: Path, text: str, mode: int, code: str
) -> None:
    with pytest.raises(TthcError, match=code) as refused:
        load_notices(settings_with(tmp_path, text, mode))
    assert "geheim" not in str(refused.value)


def test_nobody_is_told_unless_somebody_wants_it(tmp_path: Path) -> None:
    assert load_notices(Settings(warehouse_dir=tmp_path)).notices == ()
    assert language.get() == "vi" and "đã công bố" in title(QUIET)
    assert dt.date.fromisoformat(QUIET.status["as_of"])
