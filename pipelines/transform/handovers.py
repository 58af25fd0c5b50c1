"""SQL that finds the answering unit of a case at a cut, in the handovers of dossiers or of feedback.

Belongs here: which table it is, and how the code of a case is looked up. Does not belong here: which unit takes over
from which (dbt_project/macros/answering_unit.sql).
"""

# For versions of an earlier release, which have no such table: no case was ever handed over.
NO_HANDOVERS = "left join (select null::varchar as unit_code, null::varchar as unit_level) h on true"


def handovers_table(sources: str) -> str:
    """Return the table with the handovers of the cases of an indicator.

    Args:
        sources: The sources of the indicator as in `dim_indicator`, separated by `, `. The cases are feedback items if
            they include `phan_anh` and not `ho_so`.
    """
    needed = sources.split(", ")
    return "fct_feedback_handovers" if "phan_anh" in needed and "ho_so" not in needed else "fct_handovers"


def handovers_join(sources: str, case: str, cut: str, schema: str = "marts") -> str:
    """Return SQL of a join with the answering unit of a case at a cut, under the alias `h`.

    The columns of `h` are null if the case was never handed over.

    Args:
        sources: The sources of the indicator (see `handovers_table`).
        case: Column with the code of the case, which begins with that of its dossier unless it is a feedback item.
        cut: Column with the cut.
        schema: Schema of the table.
    """
    table = handovers_table(sources)
    if table == "fct_feedback_handovers":
        key, code = "feedback_code", case
    else:
        key, code = "dossier_code", f"split_part({case}, ' ', 1)"
    return f"left join {schema}.{table} h on h.{key} = {code} and {cut} between h.cut_from and h.cut_to"
