{{ disposition("thong_bao") }}
