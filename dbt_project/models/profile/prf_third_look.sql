-- The same without what stood out in two looks.
{{ judged_again(ref("prf_second_look")) }}
