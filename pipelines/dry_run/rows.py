"""The rows of all files under check, held against each other and against the lists of a warehouse, by DuckDB.

Keys, what is looked up, and a hash of the rest lie in a scratch database that spills to a private folder, so that ten
million rows need no more memory than the settings allow. The rules are the models' (`transform.row_rules`,
dbt_project/macros/disposition.sql). Does not belong here: judging a row by itself (parsing.judge).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.dry_run.report import FIRST_ROWS
from pipelines.dry_run.stage import KNOWN, TOLD, StagedRows, listed, quoted
from pipelines.parsing.unit_names import hash_unit_names

# SQL here is put together from names of contracts, quoted, and words of ours; values are bound.
# ruff: noqa: S608
FIRST_CONFLICTS = 5
UNITS, DOSSIERS, LONG_AGO = "don_vi", "ho_so", -(1 << 60)
CONFLICT = "conflict"
# A source, and the files and row numbers of two of its rows.
Conflict = tuple[str, list[tuple[int, int]]]
FILLED_FIRST = [known.source for known in KNOWN.values() if known.source]


@dataclass(frozen=True)
class ComparisonRejection:
    """Rows of one file and source that only a comparison rejects: why, how many, the first row numbers."""

    file: int
    source: str
    reason: str
    count: int
    first_rows: list[int]


class ComparedRows(StagedRows):
    """Rows that are added file by file (`add`), then weighed all together (`compare`), after `know` also by lists."""

    def looks_up(self) -> bool:
        """Return True if any source added so far is looked up in a list."""
        return any(self._rules[source].lookups for source in self._sources)

    def needs_lists(self) -> bool:
        """Return True if the lists of a warehouse could say anything of what was added."""
        return self.looks_up() or UNITS in self._sources

    def load_lists(self, database: Path) -> None:
        """Load the lists of a published version. Raise duckdb.Error if it cannot be read or believed."""
        if database.with_name(f"{database.name}.wal").exists():  # nobody of ours leaves a log beside a finished file
            raise duckdb.IOException("a log lies beside it")
        # Attaching takes no bound value; a quote in the path is doubled.
        self._db.execute(f"attach '{str(database).replace(chr(39), chr(39) * 2)}' as tthc (read_only)")
        for relation, known in KNOWN.items():
            self._db.execute(f"create table {relation} ({listed(known.columns)}) as {known.query}")
        self._lists = set(KNOWN)

    def compare(self) -> list[ComparisonRejection]:
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
            keys, rows, late = listed(self._contracts[source].key), self._table(source), self._table(source, "late")
            # Of repeats the one that says most counts.
            silent = [f"({quoted(TOLD + name)} is null)" for name in self._untellable(source)]
            silent += [part.unsaid for part in self._rules[source].partly if part.weighs]
            unsaid = " + ".join(["0", *(f"{one}::integer" for one in silent)])
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

    def unnamed(self) -> list[ComparisonRejection]:
        """Return rows that are accepted and name a handling unit of no list; nothing if no list is at hand."""
        if DOSSIERS not in self._sources or "known_unit" not in self._lists:
            return []
        rows, late = self._table(DOSSIERS), self._table(DOSSIERS, "late")
        query = f"""
            select _file, count(*), min(_row, {FIRST_ROWS})
            from {rows} anti join {late} using (_file, _row)
            where MaDonViXuLy is null and DonViXuLy is not null and unit_by_name is null
            group by _file order by _file
        """
        found = self._db.execute(query).fetchall()
        return [
            ComparisonRejection(file, DOSSIERS, "handling_unit_unknown", count, first) for file, count, first in found
        ]

    def conflicts(self) -> list[Conflict]:
        """Return the first conflicts of each source: the files and row numbers of their first two rows."""
        found = []
        for source in self._sources:
            keys = listed(self._contracts[source].key)
            query = f"""
                select min({{'file': _file, 'row': _row}}, 2) as places
                from {self._table(source)} join {self._table(source, "late")} using (_file, _row)
                where reason = '{CONFLICT}' group by {keys}, _newness order by places limit {FIRST_CONFLICTS}
            """
            rows = self._db.execute(query).fetchall()
            found += [(source, [(one["file"], one["row"]) for one in places]) for (places,) in rows]
        return found

    def rejected_of_file(self, file: int, source: str, first: int, last: int) -> pl.DataFrame:
        """Return `_row_number` and `_late` (the reason) of rows of a file that a comparison rejects."""
        if source not in self._sources:
            return pl.DataFrame(schema={"_row_number": pl.Int64, "_late": pl.String})
        return self._db.execute(
            f"select _row as _row_number, reason as _late from {self._table(source, 'late')}"
            " where _file = ? and _row between ? and ?",
            [file, first, last],
        ).pl()

    def _resolve_names(self, source: str) -> None:
        """Add to each row the unit that it names (`unit_by_name`), as the models do; null without a list."""
        rows, day = self._table(source), self._naming_day
        self._db.execute(f"alter table {rows} add column unit_by_name varchar")
        if "known_unit" not in self._lists:
            return
        self._db.execute(
            "create or replace temp table unit_named as"
            f" select distinct DonViXuLy as mark, {day} as on_day from {rows}"
            " where MaDonViXuLy is null and DonViXuLy is not null"
        )
        self._list_names()
        self._db.execute(
            f"update {rows} set unit_by_name = n.MaDonVi from ({self._named}) n"
            f" where MaDonViXuLy is null and DonViXuLy = n.mark and {day} = n.on_day"
        )

    def _list_names(self) -> None:
        """Make the list of every name of the known units, from lake and files under check, with its unit."""
        files = sorted(str(path) for path in (self._lake / UNITS).glob("*/*.parquet"))
        said = [pl.DataFrame(schema={"MaDonVi": pl.String, "TenDonVi": pl.String})]
        if files:
            in_lake = "select MaDonVi, TenDonVi from read_parquet($files, union_by_name = true)"
            said.append(self._db.execute(in_lake, {"files": files}).pl())
        if UNITS in self._sources:
            good = f"{self._table(UNITS)} anti join {self._table(UNITS, 'late')} using (_file, _row)"
            said.append(self._db.execute(f"select MaDonVi, TenDonVi from {good}").pl())
        names = pl.concat(said)
        self._db.register(
            "called", names.join(hash_unit_names(names["TenDonVi"], self._secret), on="TenDonVi").to_arrow()
        )
        self._db.execute(
            "create or replace temp table delivered_unit_name as"
            " select distinct mark, is_bare, MaDonVi, HieuLucTu, HieuLucDen from called join known_unit using (MaDonVi)"
        )
        self._db.unregister("called")

    def _reject(self, source: str) -> None:
        rows, late = self._table(source), self._table(source, "late")
        named = ", unit_by_name" if source == DOSSIERS else ""
        if named:
            self._resolve_names(source)
        if judged := self._judged(source, f"select _file, _row, {self._asked(source)}{named} from {rows}"):
            self._db.execute(f"insert into {late} select _file, _row, reason from ({judged}) where reason is not null")
        keys = f"{listed(self._contracts[source].key)}, _newness"
        differs = [f"count(distinct {quoted(TOLD + name)}) > 1" for name in self._untellable(source)]
        for part in self._rules[source].partly:
            if part.value:
                silent = f"max(case when {part.value} is null and not {part.unsaid} then 1 else 0 end)"
                differs.append(f"count(distinct {part.value}) + {silent} > 1")
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

    def _judged(self, source: str, relation: str) -> str | None:
        """Return SQL over a relation's rows with their `reason`; null if no list of a warehouse is at hand."""
        rules, tombstone = self._rules[source], self._contracts[source].tombstone
        lookups = [one if one.relation in self._lists else None for one in rules.lookups]
        if not any(lookups) or None in lookups:
            return None
        joins, cases = [], [f"when d.{quoted(tombstone)} = 1 then null"] if tombstone else []
        for number, one in enumerate(rules.lookups):
            own, other = f"d.{quoted(one.field)}", f"k{number}.{quoted(one.column)}"
            joins.append(f"left join {one.relation} k{number} on {own} = {other}")
            cases.append(f"when {own} is not null and {other} is null then '{one.reason}'")
        cases += [f"when {rule.when} then '{rule.reason}'" for rule in rules.forbidden]
        return f"select d.*, case {' '.join(cases)} end as reason from ({relation}) d {' '.join(joins)}"

    def _add_to_lists(self, source: str) -> None:
        """Add to a list what the files bring of its own source, in place of what was known of the same thing."""
        for relation, known in KNOWN.items():
            if known.source != source or relation not in self._lists:
                continue
            if source in self._sources:
                key, *others = (quoted(column) for column in known.columns)
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
        files = sorted(str(path) for path in (self._lake / DOSSIERS).glob("*/*.parquet"))
        # Which unit a row of the lake names is not asked: only its mark under another secret lies there.
        fields = self._contracts[DOSSIERS].by_name
        columns = listed([name for name in self._columns(DOSSIERS) if not fields[name].unit_name])
        columns += ", null::varchar as unit_by_name"
        judged = self._judged(DOSSIERS, f"select {columns} from read_parquet($files, union_by_name = true)")
        if not files or judged is None:
            return
        sound = f"select distinct MaHoSo from ({judged}) where reason is null"
        try:
            self._db.execute(f"insert into known_dossier {sound}", {"files": files})
        except duckdb.Error:  # a night may be letting go of files; the published list still serves
            return

    def _late(self, source: str) -> list[ComparisonRejection]:
        query = f"""
            select _file, reason, count(*), min(_row, {FIRST_ROWS})
            from {self._table(source, "late")} group by all order by all
        """
        return [ComparisonRejection(file, source, *rest) for file, *rest in self._db.execute(query).fetchall()]
