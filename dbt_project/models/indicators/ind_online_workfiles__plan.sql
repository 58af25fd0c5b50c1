{{ indicator_as_reported("online_workfiles") }}
