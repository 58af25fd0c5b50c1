"""Settings of one installation, read once from the environment (`TTHC_…`), with sensible defaults.

Belongs here: where everything lies on disk (folders as properties of `Settings`, and the names within the folder of a
version), and how much memory the engines may take. Does not belong here: the domain, which is in `registers/`.
"""

import datetime as dt
import re
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Literal

from pydantic import ByteSize, Field, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# What DuckDB takes as settings of a connection.
DuckDBConfig = dict[str, str | bool | int | float | list[str]]

PROJECT_DIR = Path(__file__).resolve().parent.parent
# Who may read what is published, besides its owner (`storage.access`).
Readers = Literal["owner", "group", "everyone"]
# What computes the models (`transform.spark`).
Engine = Literal["duckdb", "spark"]

# Names within the folder of a version, a candidate or a refused candidate.
DATABASE_FILE, OPEN_DATA_FOLDER, SITE_FOLDER, VERDICT_FILE = "tthc.duckdb", "open-data", "site", "gate.json"
REPORTS_FOLDER, DICTIONARY_FOLDER = "reports", "dictionary"
# A bucket, and a prefix of the lake's own in it, since clean-up removes what it does not know there.
OBJECT_STORE = re.compile(r"s3://[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](/[A-Za-z0-9][\w.=-]*)+")
# Memory that a night needs besides DuckDB's: Dagster, Great Expectations and dbt as loaded, batches of rows, and what
# DuckDB's allocator keeps beyond its limit. Measured by `make campaign`.
BESIDE_DUCKDB = 1_536 << 20
LEAST_MEMORY, LEAST_DUCKDB = 16 << 20, 256 << 20
HEAP_OF_JAVA = 0.9  # Spark's own default for what an executor has beside its heap is a tenth
LEAST_SPARK = 1 << 30  # below it Spark spends its time collecting garbage
# A format's own reader (Excel, HTML, Parquet) runs while DuckDB does not, beside the loaded libraries.
BESIDE_DECODER = 1 << 30
LARGEST_DECODER, LEAST_DECODER = 3 << 30, 512 << 20
# Validating a batch of rows takes about ten copies of it, while the next and the last batch are in memory too.
BATCHES_IN_TOTAL, LARGEST_BATCH, LEAST_BATCH = 64, 64 << 20, 1 << 20


@cache
def machine_memory() -> int:
    """Return the bytes of memory this process may use: what its container or the machine allows.

    DuckDB reads control groups of both kinds to find its default limit, which is 80 % of that.
    """
    import duckdb

    with duckdb.connect() as connection:
        row = connection.execute("select current_setting('memory_limit')").fetchone()
    assert row is not None
    return int(TypeAdapter(ByteSize).validate_python(row[0].replace(" ", "")) / 0.8)


@dataclass(frozen=True)
class ReadLimits:
    """Limits for reading one delivered file: bytes of one batch of rows, bytes of the process that decodes it."""

    batch_bytes: int = LARGEST_BATCH
    decoder_memory: int = LARGEST_DECODER


class Settings(BaseSettings):
    """Paths are absolute once read. `as_of` None means: the newest business day delivered for `ho_so`."""

    model_config = SettingsConfigDict(env_prefix="TTHC_", frozen=True, env_ignore_empty=True)

    raw_dir: Path = Field(PROJECT_DIR / "data" / "raw", description="landing: what the systems deliver")
    warehouse_dir: Path = Field(PROJECT_DIR / "data" / "warehouse", description="everything the run writes")
    lake: str | None = Field(
        None,
        description="where the lake lies: a folder, or an object store as s3://bucket/prefix (docs/operate.md); "
        "default the folder lake of the warehouse",
    )
    lake_endpoint: str | None = Field(
        None,
        pattern=r"^https?://[^\s/?#@]+$",
        description="address of the object store, where it is not Amazon's: https://host:port",
    )
    lake_credentials: Path | None = Field(
        None,
        description="credentials of the object store in a file like AWS's own, mode 0600; default environment or "
        "AWS profile",
    )
    as_of: dt.date | None = Field(None, description="business day to compute as of; default the newest one")
    publish: bool = Field(
        False, description="publish a version as of an earlier day than the published one, and withdraw what is newer"
    )
    rebuild: bool = Field(
        False, description="compute everything anew and carry nothing over from the published version"
    )
    secret_file: Path | None = Field(None, description="key for pseudonyms; made on the first run, mode 0600")
    memory_limit: ByteSize = Field(
        ByteSize(4 << 30), ge=LEAST_MEMORY, description="memory that a night may take, all its processes together"
    )
    threads: int = Field(2, ge=1, description="threads that DuckDB may use")
    engine: Engine = Field("duckdb", description="what computes the models: duckdb, or spark (docs/scale.md)")
    spark_master: str | None = Field(
        None,
        description="where Spark runs, such as spark://host:7077; default on this machine, on `TTHC_THREADS` threads",
    )
    temp_limit: ByteSize = Field(ByteSize(50 * 10**9), description="disk that DuckDB may use to spill")
    province: str = Field("dong-nai", description="folder of registers/ that describes the province")
    registers_dir: Path = Field(PROJECT_DIR / "registers", description="registers of the country and provinces")
    provinces_file: Path | None = Field(
        None, description="list of the provinces of an installation that has several (docs/country.md); default one"
    )
    contracts_dir: Path = Field(PROJECT_DIR / "contracts", description="one contract per source")
    expectations_dir: Path = Field(PROJECT_DIR / "expectations", description="what the gate checks")
    keep_archive_days: int | None = Field(
        None, ge=30, description="days after its business day that a delivered file is kept; default for ever"
    )
    keep_quarantine_days: int | None = Field(
        None, ge=30, description="days after its business day that a rejected row is kept; default for ever"
    )
    verify_days: int = Field(
        7,
        ge=0,
        description="days after which lake and ledger are verified again though nothing touched them; 0: always",
    )
    public_url: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="address of the site for everybody; default not known"
    )
    schedule: str = Field(
        "30 1 * * *",
        description="when Dagster's daemon starts the night: a crontab line, in Việt Nam's time; off: never",
    )
    watch_landing: int = Field(
        0, ge=0, description="minutes after which Dagster's daemon looks for new deliveries and starts a run; 0: never"
    )
    longest_night: int = Field(360, ge=1, description="minutes after which Dagster's daemon ends a run that it started")
    notices_file: Path | None = Field(
        None,
        description="file that says who is sent the summary of a night, mode 0600 (docs/operate.md); default nobody",
    )
    readers: Readers = Field(
        "everyone",
        description="who reads what is published, whatever the umask: owner, group (also the warehouse), everyone "
        "(also sites and open data)",
    )
    keep_versions: int = Field(10, ge=2, description="published versions kept for rollback")

    @field_validator("raw_dir", "warehouse_dir", "secret_file", "notices_file", "registers_dir", "provinces_file",
                     "contracts_dir", "expectations_dir", "lake_credentials")  # fmt: skip
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path is not None else None

    @field_validator("lake")
    @classmethod
    def _is_a_place(cls, place: str | None) -> str | None:
        if place is None or "://" not in place:
            return place
        if not OBJECT_STORE.fullmatch(place.rstrip("/")):
            raise ValueError("neither a folder nor s3://bucket/prefix")
        return place.rstrip("/")

    @field_validator("public_url")
    @classmethod
    def _is_a_folder(cls, address: str | None) -> str | None:
        return f"{address.rstrip('/')}/" if address else None

    @cached_property
    def restricted_dir(self) -> Path:
        """Mode 0700: the raw archive, the quarantine and the secret. Personal data never leaves it."""
        return self.warehouse_dir / "restricted"

    @cached_property
    def archive_dir(self) -> Path:
        """Every delivered file as it came; the ledger can be made again from it."""
        return self.restricted_dir / "archive"

    @cached_property
    def quarantine_dir(self) -> Path:
        """Rejected rows, whole, with their reasons."""
        return self.restricted_dir / "quarantine"

    @cached_property
    def open_data_backup_dir(self) -> Path:
        """Second copies of the editions, and the exact cells behind them (`disclosure.cell_history`)."""
        return self.restricted_dir / OPEN_DATA_FOLDER

    @cached_property
    def lake_dir(self) -> Path:
        """The lake, or copies of its objects where it lies in an object store (`storage.lake_store`)."""
        if self.lake is None or self.lake_url is not None:
            return self.warehouse_dir / "lake"
        return Path(self.lake).expanduser().absolute()

    @cached_property
    def lake_url(self) -> str | None:
        """Address of the lake in an object store; None if it lies in a folder."""
        return self.lake if self.lake is not None and "://" in self.lake else None

    @cached_property
    def ledger_file(self) -> Path:
        return self.warehouse_dir / "ledger" / "ledger.sqlite"

    @cached_property
    def versions_dir(self) -> Path:
        return self.warehouse_dir / "versions"

    @cached_property
    def editions_dir(self) -> Path:
        """Every published edition of the open data, one folder each; never pruned."""
        return self.warehouse_dir / "editions"

    @cached_property
    def first_published_dir(self) -> Path:
        """The first published value of each figure; files are only added."""
        return self.warehouse_dir / "first-published"

    @cached_property
    def current_link(self) -> Path:
        return self.warehouse_dir / "current"

    @cached_property
    def work_dir(self) -> Path:
        """Scratch of the run that holds the lock: the workspace database, spill files, dbt's target."""
        return self.warehouse_dir / "work"

    @cached_property
    def refused_dir(self) -> Path:
        """Candidates that the gate refused, kept for inspection."""
        return self.warehouse_dir / "refused"

    @cached_property
    def verdict_file(self) -> Path:
        """The gate's verdict of the run under way."""
        return self.work_dir / VERDICT_FILE

    @cached_property
    def quality_dir(self) -> Path:
        """Quality pages, one folder per run."""
        return self.warehouse_dir / "quality"

    @cached_property
    def reports_dir(self) -> Path:
        """Officers' reports by period, what was handed in, findings and worklists by unit; never open data."""
        return self.warehouse_dir / "reports"

    @cached_property
    def quality_page(self) -> Path:
        """Link to the folder of the newest quality page."""
        return self.quality_dir / "latest"

    @cached_property
    def key_file(self) -> Path:
        return self.secret_file or self.restricted_dir / "secret.key"

    @cached_property
    def dbt_dir(self) -> Path:
        """What dbt writes for itself, one folder per content of the project."""
        return self.warehouse_dir / "dbt"

    @cached_property
    def private_dirs(self) -> tuple[Path, ...]:
        """Folders of every night that only their owner may enter, besides `restricted_dir`."""
        return self.lake_dir, self.ledger_file.parent, self.work_dir, self.dbt_dir, self.dagster_home

    @cached_property
    def dagster_home(self) -> Path:
        return self.warehouse_dir / "dagster"

    @cached_property
    def country_dir(self) -> Path:
        """Registers that are the same for every province."""
        return self.registers_dir / "vietnam"

    @cached_property
    def province_dir(self) -> Path:
        """Registers of the province."""
        return self.registers_dir / self.province

    @cached_property
    def dbt_project_dir(self) -> Path:
        return PROJECT_DIR / "dbt_project"

    @cached_property
    def memory_bytes(self) -> int:
        """Bytes of memory that a night may take: the setting, or that of the container or machine if it is less."""
        return min(self.memory_limit, machine_memory())

    @cached_property
    def memory_shown(self) -> str:
        """`memory_bytes` for display, such as 4.0GiB."""
        return ByteSize(self.memory_bytes).human_readable()

    @cached_property
    def duckdb_memory(self) -> str:
        """DuckDB's share of `memory_bytes`, in DuckDB's notation.

        Half of the total if that is small, and at least LEAST_DUCKDB, which a small province needs.
        """
        share = max(self.memory_bytes - BESIDE_DUCKDB, self.memory_bytes // 2, min(self.memory_bytes, LEAST_DUCKDB))
        return f"{share >> 10}KiB"

    @cached_property
    def duckdb_temp_limit(self) -> str:
        """`temp_limit` in DuckDB's notation."""
        return f"{self.temp_limit >> 10}KiB"

    @cached_property
    def read_limits(self) -> ReadLimits:
        """Limits for reading one file. Polars has no memory limit of its own, so its batches have one."""
        return ReadLimits(
            batch_bytes=max(min(self.memory_bytes // BATCHES_IN_TOTAL, LARGEST_BATCH), LEAST_BATCH),
            decoder_memory=max(min(self.memory_bytes - BESIDE_DECODER, LARGEST_DECODER), LEAST_DECODER),
        )

    @cached_property
    def spark_memory(self) -> str:
        """Heap of Spark's driver and, on a cluster, of each executor.

        It is what a night has, less what else it loads, and less the part that Java needs beside its heap.
        """
        return f"{max(int((self.memory_bytes - BESIDE_DUCKDB) * HEAP_OF_JAVA), LEAST_SPARK) >> 20}m"

    @cached_property
    def spark_place(self) -> str:
        """Where Spark runs, in its notation."""
        return self.spark_master or f"local[{self.threads}]"

    def duckdb_config(self) -> DuckDBConfig:
        """Return the configuration of every DuckDB connection: bounded memory and disk, no extension is ever loaded."""
        return {
            "memory_limit": self.duckdb_memory,
            "threads": str(self.threads),
            "temp_directory": str(self.work_dir / "spill"),
            "max_temp_directory_size": self.duckdb_temp_limit,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
