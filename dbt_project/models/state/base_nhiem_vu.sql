{{ disposition("nhiem_vu") }}
