{{ own_cases(ref("case_online_share__plan")) }}
