{{ indicator_as_reported("desks_evaluated") }}
