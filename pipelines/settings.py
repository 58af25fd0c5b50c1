"""Settings of one installation, read once from the environment (`TTHC_…`), with sensible defaults.

Belongs here: where things lie on disk and how much memory the engines may take. Does not belong here:
anything about the province or the domain (that is `registers/`).
"""

import datetime as dt
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path

from pydantic import ByteSize, Field, TypeAdapter, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

# What DuckDB takes as settings of a connection.
DuckDBConfig = dict[str, str | bool | int | float | list[str]]

PROJECT_DIR = Path(__file__).resolve().parent.parent
# What a night holds beside DuckDB's own memory: Dagster, Great Expectations and dbt as loaded, batches of rows on their
# way into the lake, and what DuckDB's allocator keeps beyond its limit. Measured by `make campaign`.
BESIDE_DUCKDB = 1_536 << 20
LEAST_MEMORY, LEAST_DUCKDB = 16 << 20, 256 << 20
# A format's own reader (Excel, HTML, Parquet) runs while DuckDB does not, beside the loaded libraries.
BESIDE_DECODER = 1 << 30
LARGEST_DECODER, LEAST_DECODER = 3 << 30, 512 << 20
# Judging one batch of rows takes some ten copies of it, and the next and the last batch wait beside it.
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
    """What reading one delivered file may take: bytes of one batch of rows, bytes of the process that decodes it."""

    batch_bytes: int = LARGEST_BATCH
    decoder_memory: int = LARGEST_DECODER


class Settings(BaseSettings):
    """Paths are absolute once read. `as_of` None means: the newest business day delivered for `ho_so`."""

    model_config = SettingsConfigDict(env_prefix="TTHC_", frozen=True, env_ignore_empty=True)

    raw_dir: Path = Field(PROJECT_DIR / "data" / "raw", description="landing: what the systems deliver")
    warehouse_dir: Path = Field(PROJECT_DIR / "data" / "warehouse", description="everything the run writes")
    as_of: dt.date | None = Field(None, description="business day to compute as of; default the newest one")
    publish: bool = Field(
        False, description="publish a version as of an earlier day than the published one, and withdraw what is newer"
    )
    secret_file: Path | None = Field(None, description="key for pseudonyms; made on the first run, mode 0600")
    memory_limit: ByteSize = Field(
        ByteSize(4 << 30), ge=LEAST_MEMORY, description="memory that a night may take, all its processes together"
    )
    threads: int = Field(2, ge=1, description="threads that DuckDB may use")
    temp_limit: ByteSize = Field(ByteSize(50 * 10**9), description="disk that DuckDB may use to spill")
    province: str = Field("dong-nai", description="folder of registers/ that describes the province")
    registers_dir: Path = Field(PROJECT_DIR / "registers", description="registers of the country and provinces")
    contracts_dir: Path = Field(PROJECT_DIR / "contracts", description="one contract per source")
    expectations_dir: Path = Field(PROJECT_DIR / "expectations", description="what the gate checks")
    keep_archive_days: int | None = Field(
        None, ge=30, description="days after its business day that a delivered file is kept; default for ever"
    )
    keep_quarantine_days: int | None = Field(
        None, ge=30, description="days after its business day that a rejected row is kept; default for ever"
    )
    public_url: str | None = Field(
        None, pattern=r"^https?://[^\s?#]+$", description="address of the site for everybody; default not known"
    )
    keep_versions: int = Field(10, ge=2, description="published versions kept for rollback")

    @field_validator("raw_dir", "warehouse_dir", "secret_file", "registers_dir", "contracts_dir",
                     "expectations_dir")  # fmt: skip
    @classmethod
    def _absolute(cls, path: Path | None) -> Path | None:
        return path.expanduser().absolute() if path is not None else None

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
    def lake_dir(self) -> Path:
        return self.warehouse_dir / "lake"

    @cached_property
    def ledger_file(self) -> Path:
        return self.warehouse_dir / "ledger" / "ledger.sqlite"

    @cached_property
    def versions_dir(self) -> Path:
        return self.warehouse_dir / "versions"

    @cached_property
    def editions_dir(self) -> Path:
        """Open data that were ever out, one folder per edition; never pruned."""
        return self.warehouse_dir / "editions"

    @cached_property
    def first_published_dir(self) -> Path:
        """What each figure was when it was first published; only added to."""
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
    def key_file(self) -> Path:
        return self.secret_file or self.restricted_dir / "secret.key"

    @cached_property
    def dagster_home(self) -> Path:
        return self.warehouse_dir / "dagster"

    @cached_property
    def country_dir(self) -> Path:
        """Registers that are the same for every province."""
        return self.registers_dir / "vietnam"

    @cached_property
    def dbt_project_dir(self) -> Path:
        return PROJECT_DIR / "dbt_project"

    @cached_property
    def memory_bytes(self) -> int:
        """What a night may take in bytes: the setting, or what the container or machine has where that is less."""
        return min(self.memory_limit, machine_memory())

    @cached_property
    def memory_shown(self) -> str:
        """`memory_bytes` as people read it, such as 4.0GiB."""
        return ByteSize(self.memory_bytes).human_readable()

    @cached_property
    def duckdb_memory(self) -> str:
        """DuckDB's share of `memory_bytes` as DuckDB reads it.

        Where the total is small it is half of it; where it is less than the libraries take by themselves, DuckDB gets
        what a small province needs.
        """
        share = max(self.memory_bytes - BESIDE_DUCKDB, self.memory_bytes // 2, min(self.memory_bytes, LEAST_DUCKDB))
        return f"{share >> 10}KiB"

    @cached_property
    def duckdb_temp_limit(self) -> str:
        """`temp_limit` as DuckDB reads it."""
        return f"{self.temp_limit >> 10}KiB"

    @cached_property
    def read_limits(self) -> ReadLimits:
        """What reading one file may take. Polars has no limit of its own, so the batches that it is given have one."""
        return ReadLimits(
            batch_bytes=max(min(self.memory_bytes // BATCHES_IN_TOTAL, LARGEST_BATCH), LEAST_BATCH),
            decoder_memory=max(min(self.memory_bytes - BESIDE_DECODER, LARGEST_DECODER), LEAST_DECODER),
        )

    def duckdb_config(self) -> DuckDBConfig:
        """How every DuckDB connection of ours is opened: bounded, and never reaching for an extension."""
        return {
            "memory_limit": self.duckdb_memory,
            "threads": str(self.threads),
            "temp_directory": str(self.work_dir / "spill"),
            "max_temp_directory_size": self.duckdb_temp_limit,
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "allow_community_extensions": "false",
        }
