"""Compare the rows of all files under check with each other and with the lists of a published version.

Belongs here: rejections that only a comparison shows (unknown codes, conflicts, impossible units) and superseded rows.
The rules are those of the models (`transform.row_rules`, dbt_project/macros/disposition.sql). Rows lie in a scratch
database (`stage`), so that ten million rows need no more memory than the settings allow. Does not belong here:
validating a row by itself (`parsing.validate`).
"""

from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl

from pipelines.common.sql import quote_identifier, quote_identifiers, quote_text, read_sql
from pipelines.dry_run.report import FIRST_ROWS
from pipelines.dry_run.stage import HASH_PREFIX, KNOWN, REJECTIONS, StagedRows
from pipelines.parsing.unit_names import hash_unit_names

# SQL is composed of quoted names of contracts and text of our own; values are bound.
# ruff: noqa: S608
FIRST_CONFLICTS = 5
UNITS, DOSSIERS, LONG_AGO = "don_vi", "ho_so", -(1 << 60)
CONFLICT = "conflict"
# A source, and the files and row numbers of two of its rows.
Conflict = tuple[str, list[tuple[int, int]]]
FILLED_FIRST = tuple(dict.fromkeys(known.source for known in KNOWN.values() if known.source))


@dataclass(frozen=True)
class ComparisonRejection:
    """Rows of one file and source that a comparison rejects: reason, number, first row numbers."""

    file: int
    source: str
    reason: str
    count: int
    first_rows: list[int]


class ComparedRows(StagedRows):
    """Rows that are added file by file (`add`) and then compared together (`compare`), also with lists if loaded."""

    def looks_up(self) -> bool:
        """Return True if any source added so far is looked up in a list."""
        return any(self._rules[source].lookups for source in self._sources)

    def needs_lists(self) -> bool:
        """Return True if the lists of a published version can affect the result."""
        return self.looks_up() or UNITS in self._sources

    def load_lists(self, database: Path) -> None:
        """Load the lists of a published version.

        Raises:
            duckdb.Error: If it cannot be read, or a log lies beside it that could change its content.
        """
        if database.with_name(f"{database.name}.wal").exists():
            raise duckdb.IOException("a log lies beside it")
        self._db.execute(f"attach {quote_text(str(database))} as tthc (read_only)")
        for relation, known in KNOWN.items():
            self._db.execute(f"create table {relation} ({quote_identifiers(known.columns)}) as {known.query}")
        self._lists = set(KNOWN)

    def compare(self) -> list[ComparisonRejection]:
        """Return the rows that lists or other rows contradict; sources that extend a list are compared first."""
        order = [s for s in FILLED_FIRST if s in self._contracts] + [s for s in self._sources if s not in FILLED_FIRST]
        for source in order:
            if source in self._sources:
                self._reject(source)
                if source == UNITS:
                    self._reject_misplaced()
            self._add_to_lists(source)
        return [rejection for source in self._sources for rejection in self._comparison_rejections(source)]

    def superseded(self) -> dict[tuple[int, str], int]:
        """Return, by file and source, how many accepted rows a newer or an equal row supersedes."""
        found: dict[tuple[int, str], int] = {}
        for source in self._sources:
            keys = quote_identifiers(self._contracts[source].key)
            rows, rejections = self._table(source), self._table(source, REJECTIONS)
            unknown = [f"({quote_identifier(HASH_PREFIX + name)} is null)" for name in self._optional_fields(source)]
            unknown += [part.unsaid for part in self._rules[source].partly if part.weighs]
            missing = " + ".join(["0", *(f"{condition}::integer" for condition in unknown)])
            query = read_sql(
                __package__, "sql/superseded", rows=rows, rejections=rejections, keys=keys, missing=missing
            )
            found |= {(file, source): count for file, count in self._db.execute(query).fetchall()}
        return found

    def unnamed(self) -> list[ComparisonRejection]:
        """Return accepted rows whose handling unit is in no list; none if no list was loaded."""
        if DOSSIERS not in self._sources or "known_unit" not in self._lists:
            return []
        query = read_sql(
            __package__, "sql/unknown_handling_units", rows=self._table(DOSSIERS),
            rejections=self._table(DOSSIERS, REJECTIONS), first_rows=FIRST_ROWS,
        )  # fmt: skip
        found = self._db.execute(query).fetchall()
        return [
            ComparisonRejection(file, DOSSIERS, "handling_unit_unknown", count, first) for file, count, first in found
        ]

    def conflicts(self) -> list[Conflict]:
        """Return the first conflicts of each source, each as file and row number of its first two rows."""
        found = []
        for source in self._sources:
            query = read_sql(
                __package__, "sql/first_conflicts", rows=self._table(source),
                rejections=self._table(source, REJECTIONS), keys=quote_identifiers(self._contracts[source].key),
            )  # fmt: skip
            rows = self._db.execute(query, {"conflict": CONFLICT, "most": FIRST_CONFLICTS}).fetchall()
            found += [(source, [(place["file"], place["row"]) for place in places]) for (places,) in rows]
        return found

    def rejected_of_file(self, file: int, source: str, first: int, last: int) -> pl.DataFrame:
        """Return row number and reason of the rows of a file that a comparison rejects."""
        if source not in self._sources:
            return pl.DataFrame(schema={"_row_number": pl.Int64, "_reason": pl.String})
        return self._db.execute(
            f"select _row as _row_number, reason as _reason from {self._table(source, REJECTIONS)}"
            " where _file = ? and _row between ? and ?",
            [file, first, last],
        ).pl()

    def _resolve_names(self, source: str) -> None:
        """Add `unit_by_name` to each row, the unit that it names, as the models do; null without a list."""
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
        """Create table `delivered_unit_name`: every name of a known unit in the lake or in the files under check."""
        files = sorted(str(path) for path in (self._lake / UNITS).glob("*/*.parquet"))
        named_units = [pl.DataFrame(schema={"MaDonVi": pl.String, "TenDonVi": pl.String})]
        if files:
            in_lake = "select MaDonVi, TenDonVi from read_parquet($files, union_by_name = true)"
            named_units.append(self._db.execute(in_lake, {"files": files}).pl())
        if UNITS in self._sources:
            good = f"{self._table(UNITS)} anti join {self._table(UNITS, REJECTIONS)} using (_file, _row)"
            named_units.append(self._db.execute(f"select MaDonVi, TenDonVi from {good}").pl())
        names = pl.concat(named_units)
        self._db.register(
            "called", names.join(hash_unit_names(names["TenDonVi"], self._secret), on="TenDonVi").to_arrow()
        )
        self._db.execute(
            "create or replace temp table delivered_unit_name as"
            " select distinct mark, is_bare, MaDonVi, HieuLucTu, HieuLucDen from called join known_unit using (MaDonVi)"
        )
        self._db.unregister("called")

    def _reject(self, source: str) -> None:
        """Reject rows that a list or another row of the same key contradicts."""
        rows, rejections = self._table(source), self._table(source, REJECTIONS)
        named = ", unit_by_name" if source == DOSSIERS else ""
        if named:
            self._resolve_names(source)
        columns = quote_identifiers(self._columns(source))
        if with_reasons := self._with_reasons(source, f"select _file, _row, {columns}{named} from {rows}"):
            self._db.execute(
                f"insert into {rejections} select _file, _row, reason from ({with_reasons}) where reason is not null"
            )
        differs = ["count(distinct _content) > 1"]
        differs += [
            f"count(distinct {quote_identifier(HASH_PREFIX + name)}) > 1" for name in self._optional_fields(source)
        ]
        for part in self._rules[source].partly:
            if part.value:
                has_null = f"max(case when {part.value} is null and not {part.unsaid} then 1 else 0 end)"
                differs.append(f"count(distinct {part.value}) + {has_null} > 1")
        query = read_sql(
            __package__, "sql/reject_conflicts", rows=rows, rejections=rejections,
            keys=f"{quote_identifiers(self._contracts[source].key)}, _newness", differs=" or ".join(differs),
        )  # fmt: skip
        self._db.execute(query, {"conflict": CONFLICT})

    def _reject_misplaced(self) -> None:
        """Reject impossible states of units, such as a circle, by the files and the published list."""
        rows, rejections = self._table(UNITS), self._table(UNITS, REJECTIONS)
        known = f"union all select MaDonVi, Cap, MaDonViCha, {LONG_AGO}::bigint, null from known_unit"
        published = known if "known_unit" in self._lists else ""
        self._db.execute(
            read_sql(__package__, "sql/listed_unit", rows=rows, rejections=rejections, published=published)
        )
        misplaced = self._misplaced
        self._db.execute(
            read_sql(__package__, "sql/reject_misplaced_units", rows=rows, rejections=rejections, misplaced=misplaced)
        )

    def _with_reasons(self, source: str, relation: str) -> str | None:
        """Return SQL that adds `reason` to a relation's rows; None unless every list it needs was loaded."""
        rules, tombstone = self._rules[source], self._contracts[source].tombstone
        lookups = [lookup if lookup.relation in self._lists else None for lookup in rules.lookups]
        if not any(lookups) or None in lookups:
            return None
        joins, cases = [], [f"when d.{quote_identifier(tombstone)} = 1 then null"] if tombstone else []
        for number, lookup in enumerate(rules.lookups):
            own, other = f"d.{quote_identifier(lookup.field)}", f"k{number}.{quote_identifier(lookup.column)}"
            joins.append(f"left join {lookup.relation} k{number} on {own} = {other}")
            cases.append(f"when {own} is not null and {other} is null then '{lookup.reason}'")
        cases += [f"when {rule.when} then '{rule.reason}'" for rule in rules.forbidden]
        return f"select d.*, case {' '.join(cases)} end as reason from ({relation}) d {' '.join(joins)}"

    def _add_to_lists(self, source: str) -> None:
        """Add rows of the files to the list of their source, replacing listed rows of the same key."""
        for relation, known in KNOWN.items():
            if known.source != source or relation not in self._lists:
                continue
            if source in self._sources:
                key, *others = (quote_identifier(column) for column in known.columns)
                newest = ", ".join([key, *(f"arg_max_null({other}, _newness)" for other in others)])
                good = f"{self._table(source)} anti join {self._table(source, REJECTIONS)} using (_file, _row)"
                self._db.execute(
                    f"create or replace temp table arrived as select {newest} from {good} group by {key};"
                    f"delete from {relation} where {key} in (select {key} from arrived);"
                    f"insert into {relation} select * from arrived"
                )
            if relation == "known_dossier":
                self._add_dossiers_of_lake()

    def _add_dossiers_of_lake(self) -> None:
        files = sorted(str(path) for path in (self._lake / DOSSIERS).glob("*/*.parquet"))
        # The unit named by a row of the lake is not looked up: the lake holds only a hash under another secret.
        fields = self._contracts[DOSSIERS].by_name
        columns = quote_identifiers([name for name in self._columns(DOSSIERS) if not fields[name].unit_name])
        columns += ", null::varchar as unit_by_name"
        with_reasons = self._with_reasons(DOSSIERS, f"select {columns} from read_parquet($files, union_by_name = true)")
        if not files or with_reasons is None:
            return
        sound = f"select distinct MaHoSo from ({with_reasons}) where reason is null"
        try:
            self._db.execute(f"insert into known_dossier {sound}", {"files": files})
        except duckdb.Error:  # a run may be removing files; the published list is still used
            return

    def _comparison_rejections(self, source: str) -> list[ComparisonRejection]:
        rejections = self._table(source, REJECTIONS)
        query = f"select _file, reason, count(*), min(_row, {FIRST_ROWS}) from {rejections} group by all order by all"
        return [ComparisonRejection(file, source, *rest) for file, *rest in self._db.execute(query).fetchall()]
