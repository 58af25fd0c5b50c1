"""The rows of all files under check, held against each other and against the lists of a warehouse, by DuckDB.

Keys, what is looked up, and a hash of the rest lie in a scratch database that spills to a private folder, so that ten
million rows need no more memory than the settings allow. The rules are the models' (`transform.row_rules`,
dbt_project/macros/disposition.sql). Does not belong here: judging a row by itself (parsing.judge).
"""

import datetime as dt
import re
from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.contracts import Contract
from pipelines.registers import load_province
from pipelines.settings import Settings
from pipelines.transform.row_rules import misplaced_units, row_rules

# SQL here is put together from names of contracts, quoted, and words of ours; values are bound.
# ruff: noqa: S608
FIRST_ROWS, FIRST_CONFLICTS = 5, 5
UNITS, LONG_AGO = "don_vi", -(1 << 60)
CONFLICT = "conflict"
TOLD = "_told "


@dataclass(frozen=True)
class Known:
    """What a published version knows of a relation: the columns, the query, and the source whose rows add to it."""

    columns: tuple[str, ...]
    query: str
    source: str | None = None


KNOWN = {
    "known_unit": Known(
        ("MaDonVi", "Cap", "MaDonViCha", "HieuLucTu", "HieuLucDen"),
        "select unit_code, unit_level, parent_unit_code, valid_from, valid_to from tthc.marts.dim_unit", "don_vi",
    ),
    "known_procedure": Known(("MaTTHC",), "select procedure_code from tthc.marts.dim_procedure", "thu_tuc"),
    # Dossiers handed in and not yet received, and deleted ones, are in the lake alone.
    "known_dossier": Known(("MaHoSo",), "select dossier_code from tthc.marts.fct_timeliness", "ho_so"),
    "known_goal": Known(
        ("MaChiTieu",), "select distinct indicator_code from tthc.marts.dim_indicator where origin = 'reported'"
    ),
    "known_period": Known(("KyBaoCao",), "select period_code from tthc.marts.dim_period"),
    "known_task": Known(("MaNhiemVu",), "select distinct task_code from tthc.marts.plan_tasks"),
}  # fmt: skip
FILLED_FIRST = [known.source for known in KNOWN.values() if known.source]


@dataclass(frozen=True)
class Late:
    """Rows of one file and source that only a comparison rejects: why, how many, the first row numbers."""

    file: int
    source: str
    reason: str
    count: int
    first_rows: list[int]


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _list(names: Collection[str], of: str = "") -> str:
    return ", ".join(f"{of}{_quoted(name)}" for name in names)


class ComparedRows:
    """A scratch database below `folder`, which the caller makes private and removes. Sources are those of `contracts`;
    with `lists` (a published version's database) what is looked up is held against them."""

    def __init__(self, folder: Path, contracts: dict[str, Contract], settings: Settings) -> None:
        self._contracts = contracts
        config = {**settings.duckdb_config(), "temp_directory": str(folder / "spill")}
        self._db = duckdb.connect(str(folder / "rows.duckdb"), config=config)
        self._db.execute("set enable_progress_bar = false; set preserve_insertion_order = false")
        self._rules = {source: row_rules(settings.dbt_project_dir, source) for source in contracts}
        self._sources: list[str] = []
        self._lists: set[str] = set()
        self._lake = settings.lake_dir / "ho_so"
        self._misplaced = misplaced_units(settings.dbt_project_dir)
        province = load_province(settings.registers_dir / settings.province).code
        self._db.execute("create table run as select ? as province_code", [province])

    def close(self) -> None:
        self._db.close()

    def looks_up(self) -> bool:
        """Return True if any source added so far is looked up in a list."""
        return any(self._rules[source].lookups for source in self._sources)

    def asks_lists(self) -> bool:
        """Return True if the lists of a warehouse could say anything of what was added."""
        return self.looks_up() or UNITS in self._sources

    def add(self, file: int, source: str, accepted: pl.DataFrame, day: dt.date, untold: tuple[str, ...]) -> None:
        """Take in accepted rows of a file. `untold`: fields that their message cannot tell."""
        names, untellable = self._columns(source), self._untellable(source)
        if source not in self._sources:
            self._make(source, accepted, names, untellable)
        content = [name for name in accepted.columns if name != "_row_number" and name not in untellable]
        told = [f"null as {_quoted(TOLD + n)}" if n in untold else f"hash({_quoted(n)})" for n in untellable]
        self._db.register("incoming", accepted.to_arrow())
        self._db.execute(
            f"insert into {self._table(source)} select {', '.join([str(int(file)), '_row_number', _list(names)])},"
            f" {self._newness(source)}, hash({_list(content)}){''.join(', ' + one for one in told)} from incoming",
            [day, day],
        )
        self._db.unregister("incoming")

    def drop(self, file: int) -> None:
        """Forget a file that turned out to be unreadable."""
        for source in self._sources:
            self._db.execute(f"delete from {self._table(source)} where _file = ?", [file])

    def know(self, database: Path) -> None:
        """Take in the lists of a published version. Raises duckdb.Error where it cannot be read or believed."""
        if database.with_name(f"{database.name}.wal").exists():  # nobody of ours leaves a log beside a finished file
            raise duckdb.IOException("a log lies beside it")
        # Attaching takes no bound value; a quote in the path is doubled.
        self._db.execute(f"attach '{str(database).replace(chr(39), chr(39) * 2)}' as tthc (read_only)")
        for relation, known in KNOWN.items():
            self._db.execute(f"create table {relation} ({_list(known.columns)}) as {known.query}")
        self._lists = set(KNOWN)

    def compare(self) -> list[Late]:
        """Find the rows that lists or other rows speak against, the lists' own sources first."""
        order = [s for s in FILLED_FIRST if s in self._contracts] + [s for s in self._sources if s not in FILLED_FIRST]
        for source in order:
            if source in self._sources:
                self._reject(source)
                if source == UNITS:
                    self._reject_misplaced()
            self._add_to_lists(source)
        return [late for source in self._sources for late in self._late(source)]

    def superseded(self) -> dict[tuple[int, str], int]:
        """Return, by file and source, how many accepted rows a newer one, or one just like them, stands for."""
        found: dict[tuple[int, str], int] = {}
        for source in self._sources:
            keys, rows, late = _list(self._contracts[source].key), self._table(source), self._table(source, "late")
            # Of repeats the one that says most counts.
            unsaid = " + ".join(["0", *(f"({_quoted(TOLD + n)} is null)::integer" for n in self._untellable(source))])
            query = f"""
                with
                    good as (select * from {rows} anti join {late} using (_file, _row)),
                    several as (select {keys} from good group by all having count(*) > 1),
                    ranked as (
                        select _file, row_number() over (
                            partition by {keys} order by _newness desc, {unsaid}, _file, _row
                        ) as place
                        from good join several using ({keys})
                    )
                select _file, count(*) from ranked where place > 1 group by _file
            """
            found |= {(file, source): count for file, count in self._db.execute(query).fetchall()}
        return found

    def conflicts(self) -> list[tuple[str, list[tuple[int, int]]]]:
        """Return the first conflicts of each source: the files and row numbers of their first two rows."""
        found = []
        for source in self._sources:
            keys = _list(self._contracts[source].key)
            query = f"""
                select min({{'file': _file, 'row': _row}}, 2) as places
                from {self._table(source)} join {self._table(source, "late")} using (_file, _row)
                where reason = '{CONFLICT}' group by {keys}, _newness order by places limit {FIRST_CONFLICTS}
            """
            rows = self._db.execute(query).fetchall()
            found += [(source, [(one["file"], one["row"]) for one in places]) for (places,) in rows]
        return found

    def late_between(self, file: int, source: str, first: int, last: int) -> pl.DataFrame:
        """Return `_row_number` and `_late` (the reason) of rows of a file that a comparison rejects."""
        if source not in self._sources:
            return pl.DataFrame(schema={"_row_number": pl.Int64, "_late": pl.String})
        return self._db.execute(
            f"select _row as _row_number, reason as _late from {self._table(source, 'late')}"
            " where _file = ? and _row between ? and ?",
            [file, first, last],
        ).pl()

    def _table(self, source: str, what: str = "rows") -> str:
        return _quoted(f"{what}_{source}")

    def _columns(self, source: str) -> list[str]:
        """What is kept of each row besides its hash: key, newness, and all that rules and lists ask for."""
        contract, rules = self._contracts[source], self._rules[source]
        asked = {*contract.key, contract.newness, contract.tombstone, *(lookup.field for lookup in rules.lookups)}
        asked |= {word for rule in rules.forbidden for word in re.findall(r"\bd\.(\w+)", rule.when)}
        asked |= {column for known in KNOWN.values() if known.source == source for column in known.columns}
        return [field.name for field in contract.fields if field.name in asked]

    def _untellable(self, source: str) -> list[str]:
        """Fields of the source that some message cannot tell; they are compared only where they are told."""
        envelopes = [contract.envelope for contract in self._contracts.values() if contract.envelope]
        names = {n for e in envelopes for child in e.children.values() if child.source == source for n in child.untold}
        return [field.name for field in self._contracts[source].fields if field.name in names]

    def _newness(self, source: str) -> str:
        updated, day_end = self._contracts[source].newness, "cast(? as timestamp) + interval 1 day - interval 1 second"
        moment = f"coalesce(cast({_quoted(updated)} as timestamp), {day_end})" if updated else day_end
        return f"epoch_ms({moment}) * 100000 + date_diff('day', date '1970-01-01', cast(? as date))"

    def _make(self, source: str, accepted: pl.DataFrame, names: list[str], untellable: list[str]) -> None:
        self._db.register("incoming", accepted.clear().to_arrow())
        told = "".join(f", 0::ubigint as {_quoted(TOLD + name)}" for name in untellable)
        self._db.execute(
            f"create table {self._table(source)} as select 0 as _file, _row_number as _row, {_list(names)},"
            f" 0::bigint as _newness, 0::ubigint as _content{told} from incoming;"
            f"create table {self._table(source, 'late')} (_file integer, _row bigint, reason varchar)"
        )
        self._db.unregister("incoming")
        self._sources.append(source)

    def _reject(self, source: str) -> None:
        rows, late = self._table(source), self._table(source, "late")
        if judged := self._judged(source, f"select _file, _row, {self._asked(source)} from {rows}"):
            self._db.execute(f"insert into {late} select _file, _row, reason from ({judged}) where reason is not null")
        keys = f"{_list(self._contracts[source].key)}, _newness"
        differs = [f"count(distinct {_quoted(TOLD + name)}) > 1" for name in self._untellable(source)]
        self._db.execute(
            f"""
            insert into {late}
            with
                good as (select * from {rows} anti join {late} using (_file, _row)),
                differing as (
                    select {keys} from good group by all
                    having count(*) > 1 and ({" or ".join(["count(distinct _content) > 1", *differs])})
                )
            select _file, _row, '{CONFLICT}' from good join differing using ({keys})
            """
        )

    def _reject_misplaced(self) -> None:
        """Reject states of units that cannot be, such as a circle, by the files and what the warehouse knows."""
        rows, late = self._table(UNITS), self._table(UNITS, "late")
        known = f"select MaDonVi, Cap, MaDonViCha, {LONG_AGO}::bigint, null from known_unit"
        self._db.execute(
            f"""
            create table listed_unit as
            select MaDonVi, Cap, MaDonViCha, _newness as newness, reason
            from {rows} left join {late} using (_file, _row)
            {f"union all {known}" if "known_unit" in self._lists else ""};
            insert into {late}
            select r._file, r._row, m.reason
            from {rows} r join ({self._misplaced}) m on r.MaDonVi = m.MaDonVi and r._newness = m.newness
            anti join {late} l on r._file = l._file and r._row = l._row
            """
        )

    def _asked(self, source: str) -> str:
        return _list(self._columns(source))

    def _judged(self, source: str, relation: str) -> str | None:
        """SQL over a relation's rows with their `reason`; null where no list of a warehouse is at hand."""
        rules, tombstone = self._rules[source], self._contracts[source].tombstone
        lookups = [one if one.relation in self._lists else None for one in rules.lookups]
        if not any(lookups) or None in lookups:
            return None
        joins, cases = [], [f"when d.{_quoted(tombstone)} = 1 then null"] if tombstone else []
        for number, one in enumerate(rules.lookups):
            own, other = f"d.{_quoted(one.field)}", f"k{number}.{_quoted(one.column)}"
            joins.append(f"left join {one.relation} k{number} on {own} = {other}")
            cases.append(f"when {own} is not null and {other} is null then '{one.reason}'")
        cases += [f"when {rule.when} then '{rule.reason}'" for rule in rules.forbidden]
        return f"select d.*, case {' '.join(cases)} end as reason from ({relation}) d {' '.join(joins)}"

    def _add_to_lists(self, source: str) -> None:
        """What the files bring of a list's own source counts as known, in place of what was known of the same thing."""
        for relation, known in KNOWN.items():
            if known.source != source or relation not in self._lists:
                continue
            if source in self._sources:
                key, *others = (_quoted(column) for column in known.columns)
                newest = ", ".join([key, *(f"arg_max_null({other}, _newness)" for other in others)])
                good = f"{self._table(source)} anti join {self._table(source, 'late')} using (_file, _row)"
                self._db.execute(
                    f"create or replace temp table arrived as select {newest} from {good} group by {key};"
                    f"delete from {relation} where {key} in (select {key} from arrived);"
                    f"insert into {relation} select * from arrived"
                )
            if relation == "known_dossier":
                self._add_dossiers_of_lake()

    def _add_dossiers_of_lake(self) -> None:
        files = sorted(str(path) for path in self._lake.glob("*/*.parquet"))
        columns = self._asked("ho_so")
        judged = self._judged("ho_so", f"select {columns} from read_parquet($files, union_by_name = true)")
        if not files or judged is None:
            return
        sound = f"select distinct MaHoSo from ({judged}) where reason is null"
        try:
            self._db.execute(f"insert into known_dossier {sound}", {"files": files})
        except duckdb.Error:  # a night may be letting go of files; the published list still serves
            return

    def _late(self, source: str) -> list[Late]:
        query = f"""
            select _file, reason, count(*), min(_row, {FIRST_ROWS})
            from {self._table(source, "late")} group by all order by all
        """
        return [Late(file, source, *rest) for file, *rest in self._db.execute(query).fetchall()]
