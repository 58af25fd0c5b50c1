"""Small provinces that have published something, for tests of several: a version with open data, no night behind it."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb
import polars as pl

from pipelines.common.checksums import with_checksum
from pipelines.country.provinces import Installation, load_installation
from pipelines.open_data.vintage_store import VintageHead, seal_vintage
from pipelines.registers.model import load_indicators
from pipelines.settings import PROJECT_DIR, Settings
from pipelines.storage.manifest import file_hashes

COUNTRY = PROJECT_DIR / "registers" / "vietnam"
FORM = ("nhan_tong", "nhan_truc_tuyen", "nhan_truc_tiep", "ky_truoc_chuyen", "giai_quyet_tong", "giai_quyet_truoc_han",
        "giai_quyet_dung_han", "giai_quyet_qua_han", "dang_tong", "dang_trong_han", "dang_qua_han")  # fmt: skip
PERIODS = (("2024-01", "thang", "2024-01-01", "2024-01-31"), ("2024-02", "thang", "2024-02-01", "2024-02-29"),
           ("2024-BC-Q1", "bao-cao", "2024-01-01", "2024-03-11"))  # fmt: skip
# Indicator, rule, period, scope, level, numerator, its flag, denominator.
Figure = tuple[str, str, str, str, str, int | None, str | None, int | None]
CLASSES = {"on_time_rate": "none", "online_share": "none", "satisfaction_rate": "sdc1", "open_datasets": "none"}


def share(numerator: int | None, denominator: int | None, **of: Any) -> Figure:
    """Return the province's on-time rate of January, or what the names of a figure's parts say otherwise."""
    whole = {
        "code": "on_time_rate",
        "rule": "plan",
        "period": "2024-01",
        "scope": "tinh",
        "level": "tinh",
        "flag": None,
    } | of
    return (whole["code"], whole["rule"], whole["period"], whole["scope"], whole["level"], numerator, whole["flag"],
            denominator)  # fmt: skip


@dataclass
class SmallProvince:
    """What a province publishes.

    Attributes:
        code: Its code.
        figures: Rows of `chi-tieu`.
        form: Counts of form II.06a of January, the same number in every column; None: no row.
        periods: Rows of `ky`.
        plan_years: Years that it has a plan of.
        wording: The definition of every numerator, None: as the register has it.
        synthetic: True if its data are not real.
        until: Last day of its closed periods.
        units: Codes of its units.
        version: Name of its version.
    """

    code: str
    figures: Sequence[Figure] = (share(90, 100),)
    form: int | None = 10
    periods: Sequence[tuple[str, str, str, str]] = PERIODS
    plan_years: Sequence[int] = (2024,)
    wording: str | None = None
    synthetic: bool = False
    until: str = "2024-02-29"
    units: Sequence[str] = ()
    version: str = "2024-03-15-000000000001"

    def publish(self, warehouse: Path) -> Path:
        """Lay its version into a warehouse, point `current` to it, and return its folder."""
        version = warehouse / "versions" / self.version
        folder = version / "open-data"
        folder.mkdir(parents=True)
        for name, frame in self._tables().items():
            frame.write_csv(folder / f"{name}.csv")
            frame.write_parquet(folder / f"{name}.parquet")
        essence: Any = {"province": self.code, "synthetic": self.synthetic}
        head: VintageHead = {"vintage": f"{self.until}-{self.code}", "before": None, "closed_until": self.until,
                             "essence": essence, "changes": 0, "rows": {}, "files": {}}  # fmt: skip
        seal_vintage(folder, head)
        with duckdb.connect(str(version / "tthc.duckdb")):
            pass
        manifest = {"version": self.version, "as_of": self.version[:10], "province": self.code, "code": "c",
                    "synthetic": self.synthetic, "files": file_hashes(version)}  # fmt: skip
        (version / "manifest.json").write_text(json.dumps(with_checksum(manifest)), encoding="utf-8")
        (warehouse / "current").unlink(missing_ok=True)
        (warehouse / "current").symlink_to(Path("versions") / self.version)
        return version

    def _tables(self) -> dict[str, pl.DataFrame]:
        known = [one for one in load_indicators(COUNTRY) if one.rule == "plan" and one.code in CLASSES]
        kind = {"ratio": "ty-le", "count": "so-luong"}
        text, number = pl.String, pl.Int64
        form = [("2024-01", "tinh", "tinh", *[self.form] * len(FORM))] if self.form is not None else []
        figures = ("ma_chi_tieu", "cach_tinh", "ky", "pham_vi", "cap", "tu_so", "co_tu_so", "mau_so")
        schema = dict.fromkeys(figures, text) | {"tu_so": number, "mau_so": number}
        return {
            "chi-tieu": pl.DataFrame([*self.figures], schema=schema, orient="row"),
            "tinh-hinh-giai-quyet": pl.DataFrame(
                form, schema={"ky": text, "pham_vi": text, "cap": text, **dict.fromkeys(FORM, number)}, orient="row"
            ),
            "ky": pl.DataFrame(
                [*self.periods], schema=["ky", "loai", "tu_ngay", "den_ngay"], orient="row"
            ).with_columns(pl.col("tu_ngay", "den_ngay").str.to_date()),
            "danh-muc-chi-tieu": pl.DataFrame(
                [(one.code, "plan", kind[one.unit], CLASSES[one.code]) for one in known],
                schema=["ma_chi_tieu", "cach_tinh", "don_vi_tinh", "bao_mat"], orient="row",
            ),
            "dinh-nghia-chi-tieu": pl.DataFrame(
                [(one.code, "plan", one.valid_from, one.valid_to, self.wording or one.numerator.vi, one.denominator.vi)
                 for one in known],
                schema={"ma_chi_tieu": text, "cach_tinh": text, "hieu_luc_tu": pl.Date, "hieu_luc_den": pl.Date,
                        "dinh_nghia_tu_so_vi": text, "dinh_nghia_mau_so_vi": text}, orient="row",
            ),
            "muc-tieu-ke-hoach": pl.DataFrame({"nam": [*self.plan_years]}, schema={"nam": number}),
            "don-vi": pl.DataFrame({"ma_don_vi": [self.code, *self.units]}),
        }  # fmt: skip


def write_installation(folder: Path, codes: Sequence[str], entries: str = "", **settings: Any) -> Installation:
    """Write a list of provinces with registers of their codes below a folder, and return the installation.

    Args:
        folder: Where everything lies.
        codes: The provinces.
        entries: Further keys of every entry, as YAML in braces without them.
        settings: Settings of the installation besides its registers and list.
    """
    registers = folder / "registers"
    registers.mkdir(parents=True)
    (registers / "vietnam").symlink_to(COUNTRY)
    lines = ["folder: country", "memory: 8GiB", "provinces:"]
    for code in codes:
        (registers / code.lower()).mkdir()
        for name in ("province.yml", "periods.yml", "holds.yml"):
            text = (PROJECT_DIR / "registers" / "dong-nai" / name).read_text(encoding="utf-8")
            (registers / code.lower() / name).write_text(text.replace("H19", code), encoding="utf-8")
        own = f"registers: {code.lower()}, raw: {code}/raw, warehouse: {code}/kho, memory: 4GiB"
        lines.append(f"  {code}: {{{own}{', ' + entries if entries else ''}}}")
    path = folder / "provinces.yml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return load_installation(Settings(registers_dir=registers, provinces_file=path, **settings))
