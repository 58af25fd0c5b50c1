{{ indicator_as_reported("internal_procedures_submitted") }}
