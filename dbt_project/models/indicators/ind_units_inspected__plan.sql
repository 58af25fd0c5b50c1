{{ indicator_as_reported("units_inspected") }}
