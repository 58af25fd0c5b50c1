{{ disposition("thanh_phan") }}
