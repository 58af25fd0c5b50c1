"""Who answers for a case of an indicator at a cut: the table that says it, of dossiers or of feedback.

Belongs here: which table, and how a case's code looks it up. Does not belong here: any rule of who takes over from
whom (dbt_project/macros/answering_unit.sql).
"""


def handovers_join(sources: str, case: str, cut: str, schema: str = "marts") -> str:
    """SQL that joins, as `h`, the unit that answers for a case at a cut; its columns are null where it never passed.

    `sources` are those of the indicator in `dim_indicator`, with commas between: one over feedback needs `phan_anh` and
    no dossiers; the cases of all others name a dossier first. `case` and `cut` are columns of the query.
    """
    needed = sources.split(", ")
    if "phan_anh" in needed and "ho_so" not in needed:
        table, key, code = "fct_feedback_handovers", "feedback_code", case
    else:
        table, key, code = "fct_handovers", "dossier_code", f"split_part({case}, ' ', 1)"
    return f"left join {schema}.{table} h on h.{key} = {code} and {cut} between h.cut_from and h.cut_to"
