{{ indicator_as_reported("simplification_share") }}
