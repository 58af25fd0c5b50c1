{{ indicator_as_reported("staff_e_records") }}
