"""The files of `deploy/` agree with the program and with each other."""

import re
import shutil
import subprocess
from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipelines.country.provinces import load_installation, province_of
from pipelines.country.run_queue import DEFINITIONS, NIGHT_TAG
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


def test_the_example_of_several_provinces_is_a_list_of_provinces_that_exist(tmp_path: Path) -> None:
    text = (DEPLOY / "provinces.example.yml").read_text(encoding="utf-8")
    # What is commented out is valid too, once it is wanted.
    whole = re.sub(r"^( *)#( *\w+:.*)$", r"\1\2", text, flags=re.MULTILINE).replace("/var/lib", str(tmp_path))
    for content in (text, whole):
        path = tmp_path / "provinces.yml"
        path.write_text(content, encoding="utf-8")
        installation = load_installation(Settings(provinces_file=path))
        assert province_of(installation, "H19").code == "H19"
    assert set(installation.provinces) == {"H19", "H08"} and installation.provinces["H19"].in_rollup is False


def kubernetes(name: str) -> Any:
    return yaml.safe_load((DEPLOY / "kubernetes" / name).read_text(encoding="utf-8"))


def test_pods_of_nights_have_the_same_folders_whichever_way_they_are_started() -> None:
    (deployment,) = kubernetes("values.yaml")["dagster-user-deployments"]["deployments"]
    executor = kubernetes("executor.yml")["execution"]["config"]
    assert deployment["dagsterApiGrpcArgs"] == ["-m", DEFINITIONS]
    assert (deployment["volumes"], deployment["volumeMounts"]) == (executor["volumes"], executor["volume_mounts"])
    assert [f"{one['name']}={one['value']}" for one in deployment["env"]] == executor["env_vars"]
    runs = kubernetes("values.yaml")["concurrency"]["runs"]
    nights = next(one["limit"] for one in runs["tagConcurrencyLimits"] if one["key"] == NIGHT_TAG)
    assert runs["maxConcurrentRuns"] == nights + 1


@pytest.mark.slow
@pytest.mark.skipif(find_spec("dagster_k8s") is None, reason="the extra kubernetes (dagster-k8s) is not installed")
def test_dagster_takes_what_is_said_of_kubernetes(tmp_path: Path) -> None:
    import dagster as dg
    from dagster._config import process_config

    from pipelines.country.jobs import build_country_definitions

    library = import_module("dagster_k8s")
    path = tmp_path / "provinces.yml"
    text = (DEPLOY / "provinces.example.yml").read_text(encoding="utf-8")
    path.write_text(text.replace("executor: multiprocess", "executor: kubernetes"), encoding="utf-8")
    job = build_country_definitions(load_installation(Settings(provinces_file=path))).resolve_job_def("nights")
    assert job.executor_def.name == "k8s"
    assert dg.validate_run_config(job, kubernetes("executor.yml"))
    launcher = kubernetes("values.yaml")["runLauncher"]["config"]["k8sRunLauncher"]
    own = {re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in launcher.items()}
    own["run_k8s_config"] = {
        re.sub("([A-Z])", r"_\1", name).lower(): value for name, value in own.pop("run_k8s_config").items()
    }
    # The chart adds the rest.
    own |= {"service_account_name": "dagster", "instance_config_map": "c", "postgres_password_secret": "s",
            "dagster_home": "/opt/dagster/dagster_home"}  # fmt: skip
    shape: Callable[..., Any] = dg.Shape  # its constructor has no annotations
    checked = process_config(shape(library.K8sRunLauncher.config_type()), own)
    assert checked.success, checked.errors
