{{ indicator_as_reported("staff_digital_signatures") }}
