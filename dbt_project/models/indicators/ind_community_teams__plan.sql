{{ indicator_as_reported("community_teams") }}
