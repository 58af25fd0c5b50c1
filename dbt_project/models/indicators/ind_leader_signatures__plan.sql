{{ indicator_as_reported("leader_signatures") }}
