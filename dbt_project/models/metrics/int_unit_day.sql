{{ events_by_day() }}
