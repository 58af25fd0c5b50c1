"""Which sources an indicator needs: what it is computed from, so that without one of them the indicator is unknown.

Here: the oracle's own list, by indicator and rule. Not here: from when on a field is there (rule_766_opinion).
"""

from collections.abc import Collection

from .registers import OWN_UNIT, REPORTED

# "an own unit that is not in the delivered list removes that indicator"
OWN = f"don_vi {OWN_UNIT}"

STEPS = ("phan_anh", "phan_anh.NgayCongKhai", "phan_anh.NgayTuChoi", "phan_anh.NgayYeuCauBoSung")

NEEDS: dict[tuple[str, str], tuple[str, ...]] = {
    # rule `plan`, of dossiers and what belongs to them
    ("on_time_rate", "plan"): ("ho_so",),
    ("satisfaction_rate", "plan"): ("ho_so", "danh_gia"),
    ("online_share", "plan"): ("ho_so",),
    ("online_resolved_share", "plan"): ("ho_so",),
    ("own_online_share", "plan"): ("ho_so", OWN),
    ("own_online_resolved_share", "plan"): ("ho_so", OWN),
    ("digitised_share", "plan"): ("ho_so", "thanh_phan"),
    ("data_reuse_share", "plan"): ("ho_so", "thanh_phan"),
    ("online_payment_share", "plan"): ("ho_so", "le_phi"),
    ("sync_rate", "plan"): ("ho_so", "dvcqg"),
    ("sync_match_rate", "plan"): ("ho_so", "dvcqg"),
    ("apology_rate", "plan"): ("ho_so", "xin_loi"),
    # A result counts that is none of the input files, so those must be known; the list says which procedures owe one.
    ("result_digitised_share", "plan"): ("ho_so", "ket_qua", "thanh_phan", "thu_tuc"),
    ("notification_share", "plan"): ("ho_so", "thong_bao"),
    # of feedback
    ("feedback_on_time_rate", "plan"): ("phan_anh",),
    ("feedback_satisfaction_rate", "plan"): ("phan_anh",),
    # of procedures, tasks and reported figures
    ("payment_enabled_share", "plan"): ("thu_tuc",),
    ("published_on_time_share", "plan"): ("thu_tuc",),
    ("sample_dossier_share", "plan"): ("thu_tuc",),
    ("process_configured_share", "plan"): ("thu_tuc",),
    ("online_service_coverage", "plan"): ("thu_tuc",),
    ("portal_integration_share", "plan"): ("thu_tuc",),
    ("own_service_coverage", "plan"): ("thu_tuc",),
    ("own_portal_integration", "plan"): ("thu_tuc",),
    ("procedures_issued_on_time", "plan"): ("thu_tuc",),
    ("plan_tasks_on_schedule", "plan"): ("nhiem_vu",),
    **{(code, "plan"): ("so_lieu",) for code in REPORTED},
    # rule `766`: more than one supplement is overdue; time limits, duties and results are those of the procedure
    ("on_time_rate", "766"): ("ho_so", "bo_sung", "thu_tuc"),
    ("online_share", "766"): ("ho_so", "ket_qua", "thu_tuc"),
    ("digitised_share", "766"): ("ho_so", "thanh_phan", "ket_qua"),
    ("data_reuse_share", "766"): ("ho_so", "thanh_phan"),
    ("result_digitised_share", "766"): ("ho_so", "ket_qua", "thu_tuc"),
    ("online_payment_share", "766"): ("ho_so", "le_phi", "thu_tuc"),
    ("sync_rate", "766"): ("ho_so", "dvcqg"),
    ("satisfaction_rate", "766"): ("ho_so", "bo_sung", "thu_tuc", "danh_gia", "phan_anh.MaHoSo"),
    ("feedback_on_time_rate", "766"): STEPS,
    ("feedback_satisfaction_rate", "766"): STEPS,
    ("services_used_share", "766"): ("ho_so", "thu_tuc"),
    ("payment_used_share", "766"): ("ho_so", "thu_tuc"),
    ("personal_store_share", "766"): ("ho_so", "thanh_phan"),
    ("population_data_share", "766"): ("ho_so", "ho_so.TaiKhoanDuocXacThucVoiVNeID"),
    ("payment_enabled_share", "766"): ("thu_tuc",),
    ("online_service_coverage", "766"): ("thu_tuc",),
}


def all_absent(absent: Collection[str], units: Collection[str]) -> set[str]:
    """Return what is missing: sources that never came, and the own unit where the list lacks it."""
    return {*absent, *(() if OWN_UNIT in units else (OWN,))}
