{{ indicator_by_period("sample_dossier_share", "plan") }}
