{{ indicator_as_reported("databases_connected") }}
