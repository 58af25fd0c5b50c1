{{ child_disposition("thanh_phan") }}
