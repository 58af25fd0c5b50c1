{{ own_cases(ref("case_online_resolved_share__plan")) }}
