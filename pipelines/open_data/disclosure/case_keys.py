"""Keys of cases: a pseudo-random number per dossier and feedback item, derived from the installation's secret.

Belongs here: computing them. A cell's key is the sum of its cases' keys, so the same set of cases always has the same
key. Keys stay in the scratch database of the run; the secret never leaves this process: it is in no SQL, log or file.
"""

from pathlib import Path

import duckdb
import polars as pl
import polars_hash  # noqa: F401  (gives polars expressions their `chash`)

from pipelines.parsing.secret import load_key

# Sums of 36-bit keys of a hundred million cases still fit 64 bits. The lowest 8 bits decide rounding; all 36 identify
# sets.
HEX_DIGITS = 9
# The secret also makes pseudonyms; a case's key must not be one of those.
PURPOSE = "sdc-1 "
BATCH = 1_000_000
CODES = """
    select dossier_code as case_code from tthc.marts.fct_timeliness
    union all select feedback_code from tthc.marts.fct_feedback
"""


def case_keys(codes: pl.Series, secret: str) -> pl.Series:
    """Return the key of each code: 36 bits of its HMAC-SHA256 under the secret."""
    name = codes.name
    digits = (pl.lit(PURPOSE) + pl.col(name)).chash.hmac_sha256(key=secret).str.head(HEX_DIGITS)  # type: ignore[attr-defined]
    return pl.DataFrame(codes).select(digits.str.to_integer(base=16, dtype=pl.Int64).alias("key"))["key"]


def create_key_table(connection: duckdb.DuckDBPyConnection, key_file: Path) -> None:
    """Create table `case_key` (case_code, key) for all cases of the attached candidate `tthc`."""
    secret = load_key(key_file)
    connection.execute("create or replace table case_key (case_code varchar, key bigint)")
    reader = connection.cursor().execute(CODES).to_arrow_reader(BATCH)
    for batch in reader:
        codes = pl.Series("case_code", batch.column(0))
        connection.register("incoming", pl.DataFrame([codes, case_keys(codes, secret)]).to_arrow())
        connection.execute("insert into case_key select * from incoming")
        connection.unregister("incoming")


def key_check(key_file: Path) -> str:
    """Return a short fingerprint of the secret, which shows whether it changed and reveals nothing of it."""
    return f"{case_keys(pl.Series('case_code', ['key check']), load_key(key_file))[0] & 0xFFFFFFFF:08x}"
