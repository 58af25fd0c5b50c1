"""The files of `deploy/` agree with the program and with each other."""

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from pipelines.settings import PROJECT_DIR, Settings

DEPLOY = PROJECT_DIR / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
WAREHOUSE = "/var/lib/tthc/warehouse"


def values(name: str) -> dict[str, str]:
    """Return what `environment.example` sets, what is commented out included."""
    text = (DEPLOY / name).read_text(encoding="utf-8")
    return dict(re.findall(r"^#?(TTHC_\w+)=(.*)$", text, re.MULTILINE))


def test_the_example_of_the_environment_names_settings_and_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    given = values("environment.example")
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    settings = Settings()
    assert {name.removeprefix("TTHC_").lower() for name in given} - {"lang"} <= set(Settings.model_fields)
    assert str(settings.warehouse_dir) == WAREHOUSE


def test_units_write_where_the_environment_says_and_nowhere_else() -> None:
    services = [unit.read_text(encoding="utf-8") for unit in UNITS if unit.suffix == ".service"]
    assert len(services) == 3
    for service in services:
        assert re.findall(r"^ReadWritePaths=(.*)$", service, re.MULTILINE) == [WAREHOUSE]
        assert f"ReadOnlyPaths={values('environment.example')['TTHC_RAW_DIR']}" in service
        for line in ("User=tthc", "ProtectSystem=strict", "NoNewPrivileges=yes", "PrivateTmp=yes", "UMask=0027"):
            assert f"\n{line}\n" in service
        assert "\nMemoryDenyWriteExecute=" not in service  # Polars cannot be imported under it


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed (Debian: systemd)")
def test_systemd_takes_the_units(tmp_path: Path) -> None:
    for unit in UNITS:
        text = unit.read_text(encoding="utf-8")
        (tmp_path / unit.name).write_text(re.sub(r"^ExecStart=\S+", "ExecStart=/bin/true", text, flags=re.MULTILINE))
    paths = [str(tmp_path / unit.name) for unit in UNITS]
    done = subprocess.run(["systemd-analyze", "verify", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


def test_timer_crontab_and_the_schedule_of_dagster_say_the_same_hour() -> None:
    timer = (DEPLOY / "systemd" / "tthc-night.timer").read_text(encoding="utf-8")
    assert "OnCalendar=*-*-* 01:30:00 Asia/Ho_Chi_Minh" in timer and "Persistent=true" in timer
    (line,) = re.findall(
        r"^\d+ \d+ \* \* \* .*$", (DEPLOY / "crontab.example").read_text(encoding="utf-8"), re.MULTILINE
    )
    assert line.startswith("30 1 * * * tthc ") and "%" not in line  # cron takes that sign for a new line
    assert subprocess.run(["sh", "-n", "-c", line.split(" tthc ", 1)[1]], check=False).returncode == 0


def test_containers_have_no_rights_and_a_root_that_is_not_written() -> None:
    services = yaml.safe_load((DEPLOY / "container" / "compose.yml").read_text(encoding="utf-8"))["services"]
    assert set(services) == {"night", "page", "web"}
    for service in services.values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"] and service["mem_limit"] and service["tmpfs"]
    assert services["night"]["network_mode"] == "none"
    text = (DEPLOY / "container" / "Containerfile").read_text(encoding="utf-8")
    assert "--require-hashes" in text and "\nUSER $UID:$UID\n" in text and "HEALTHCHECK" in text
    copied = re.findall(r"^COPY (?!--from)(\S+)", text, re.MULTILINE)
    assert copied == ["requirements.lock", "."]
    ignored = (PROJECT_DIR / ".dockerignore").read_text(encoding="utf-8").split()
    assert {".git", ".venv", "data"} <= set(ignored)
