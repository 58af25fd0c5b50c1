"""Nights on a small warehouse, of which only the making of a vintage and of its pages is a stub."""

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from pipelines.common.errors import TthcError
from pipelines.common.files import link_tree, remove_tree, sha256_of
from pipelines.open_data import publication, vintage
from pipelines.open_data.disclosure.case_keys import key_check
from pipelines.open_data.editions import editions
from pipelines.open_data.publication import write_open_data
from pipelines.open_data.vintage_store import read_vintage, seal_vintage
from pipelines.publish import versions
from pipelines.publish.beside import with_placement
from pipelines.publish.editions import ensure_editions, keep_published, write_editions
from pipelines.publish.skip_unchanged import QUARANTINE_KEY, is_already_published, quarantine_fingerprint
from pipelines.settings import Settings
from pipelines.site import build
from pipelines.site.downloads import link_downloads
from pipelines.storage.documents import OpenData, Verdict
from pipelines.storage.ledger import open_ledger
from pipelines.storage.manifest import read_manifest
from pipelines.storage.open_data_state import published_open_data
from pipelines.storage.run_spec import RunSpec, candidate_dir, candidate_file
from pipelines.storage.runs import begin_run, end_run
from tests.publishable import small_candidate, small_settings

LAST = "2024-12-31"


class Nights:
    """A warehouse below a folder.

    `made` is what comes of the next candidate's open data.
    """

    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch, **settings: Any) -> None:
        self.settings = small_settings(folder, **settings)
        self.settings.restricted_dir.mkdir(parents=True)
        self.settings.key_file.write_text("5a" * 32)
        self.settings.key_file.chmod(0o600)
        self.made: TthcError | str = ""
        self.as_of = LAST
        monkeypatch.setattr(publication, "write_vintage", self._write_vintage)
        monkeypatch.setattr(build, "write_vintage_site", self._write_site)
        monkeypatch.setattr("pipelines.publish.editions.write_vintage_site", self._write_site)

    def asks(self, **settings: Any) -> None:
        """From now on the settings are these."""
        self.settings = Settings(**{**self.settings.model_dump(), **settings})

    def _write_vintage(
        self, settings: Settings, plan: RunSpec, database: Path, previous: Path | None, folder: Path
    ) -> dict[str, Any]:
        """Write a vintage in which the months up to the as-of day are closed; it holds the figure that its name is."""
        months = [f"2024-{month:02d}" for month in range(1, int(plan.as_of[5:7]) + 1)]
        periods = [[month, f"{month}-01", str(_last_day(month))] for month in months]
        essence: Any = {"key_check": key_check(settings.key_file), "closed_periods": periods, "figures": str(self.made)}
        before = read_vintage(previous)
        if before is not None and previous is not None and vintage._stays(settings, before, essence):
            link_tree(previous, folder)
            return before["rows"]
        folder.mkdir(parents=True)
        (folder / "bang.csv").write_text(f"{self.made}\n")
        if isinstance(self.made, TthcError):
            raise self.made  # with half of its files written
        head: Any = {"vintage": self.made, "essence": essence, "rows": {"bang.csv": len(periods)},
                "before": before["vintage"] if before else None, "closed_until": vintage._until(essence),
                "files": {"bang.csv": sha256_of(folder / "bang.csv")}, "descriptions": {}}  # fmt: skip
        seal_vintage(folder, head)
        return {"bang.csv": len(periods)}

    @staticmethod
    def _write_site(open_data: Path, site: Path, country: Path, *, synthetic: bool, **_: object) -> dict[str, Any]:
        site.mkdir()
        link_downloads(open_data, site)
        (site / "index.html").write_text((open_data / "bang.csv").read_text())
        return {}

    def candidate(self, version: str, made: TthcError | str) -> tuple[RunSpec, Verdict, OpenData]:
        """Return a candidate of which `made` comes: a vintage of that name, or what the disclosure control finds."""
        self.made = made
        ensure_editions(self.settings)
        plan, gate = small_candidate(self.settings, version, self.as_of)
        plan = with_placement(self.settings, plan)
        folder = candidate_dir(self.settings)
        (folder / "open-data" / "a.csv").unlink()
        (folder / "open-data").rmdir()
        open_data, _ = write_open_data(self.settings, plan, candidate_file(self.settings), folder / "open-data")
        write_editions(self.settings, folder / "open-data")
        build.write_site_of(self.settings, open_data, folder, "code", synthetic=plan.is_synthetic)
        return plan, gate, open_data

    def night(self, version: str, made: TthcError | str, as_of: str = LAST, *, crash: bool = False) -> bool:
        """Publish such a candidate.

        True if that changed what is published. With `crash` the night ends as soon as it is published.
        """
        self.as_of = as_of
        plan, gate, open_data = self.candidate(version, made)
        with open_ledger(self.settings.ledger_file) as ledger:
            run = begin_run(ledger, 1)
        changed = versions.publish(self.settings, plan, gate, "code", {}, open_data)
        if not crash:
            if not plan.is_beside:
                keep_published(self.settings)
            detail = {QUARANTINE_KEY: quarantine_fingerprint(self.settings), "open_data": open_data}
            with open_ledger(self.settings.ledger_file) as ledger:
                end_run(ledger, run, "beside" if plan.is_beside else "published", version=version, detail=detail)
            versions.prune(self.settings)
        if candidate_dir(self.settings).exists():
            remove_tree(candidate_dir(self.settings))
        return changed

    @property
    def open_data(self) -> OpenData:
        reported = published_open_data(self.settings)
        assert reported is not None
        return reported

    @property
    def editions(self) -> list[str]:
        return [one.name for one in editions(self.settings)]

    @property
    def shown(self) -> str:
        """What citizens read now."""
        return (self.settings.current_link / "open-data" / "bang.csv").read_text().strip()

    @property
    def warehouse(self) -> str:
        """Which version analysts read now."""
        return str(read_manifest(self.settings.current_link)["version"])

    def nothing_to_do(self, version: str) -> bool:
        return is_already_published(self.settings, RunSpec(self.as_of, version, "H19", True, []))


def _last_day(month: str) -> dt.date:
    following = dt.date.fromisoformat(f"{month}-28") + dt.timedelta(days=4)
    return following - dt.timedelta(days=following.day)


def files_below(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
