{{ indicator_as_reported("staff_trained") }}
