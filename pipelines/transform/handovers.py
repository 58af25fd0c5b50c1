"""Who answers for a case of an indicator at a cut: the table that says it, of dossiers or of feedback.

Belongs here: which table, and how a case's code looks it up. Does not belong here: any rule of who takes over from whom
(dbt_project/macros/answering_unit.sql).
"""

# Of a version that earlier code published, without the table: nothing passed to anybody.
NO_HANDOVERS = "left join (select null::varchar as unit_code, null::varchar as unit_level) h on true"


def handovers_table(sources: str) -> str:
    """Return the table that says who answers for the cases of an indicator.

    `sources` are the indicator's in `dim_indicator`, with commas between: one over feedback needs `phan_anh` and no
    dossiers.
    """
    needed = sources.split(", ")
    return "fct_feedback_handovers" if "phan_anh" in needed and "ho_so" not in needed else "fct_handovers"


def handovers_join(sources: str, case: str, cut: str, schema: str = "marts") -> str:
    """Return SQL that joins, as `h`, the unit that answers for a case at a cut.

    Its columns are null if the case never passed to another unit. Cases that are not of feedback name a dossier first.
    `case` and `cut` are columns of the query.
    """
    table = handovers_table(sources)
    if table == "fct_feedback_handovers":
        key, code = "feedback_code", case
    else:
        key, code = "dossier_code", f"split_part({case}, ' ', 1)"
    return f"left join {schema}.{table} h on h.{key} = {code} and {cut} between h.cut_from and h.cut_to"
