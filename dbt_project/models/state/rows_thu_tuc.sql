{{ disposition("thu_tuc", key=["MaTTHC"]) }}
