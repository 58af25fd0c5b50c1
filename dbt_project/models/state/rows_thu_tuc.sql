{{ disposition("thu_tuc") }}
