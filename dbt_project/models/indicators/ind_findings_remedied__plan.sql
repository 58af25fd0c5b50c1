{{ indicator_as_reported("findings_remedied") }}
