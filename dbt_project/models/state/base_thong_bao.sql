{{ child_disposition("thong_bao") }}
