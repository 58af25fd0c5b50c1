{{ indicator_as_reported("ministry_systems_synced") }}
