-- The same without what stood out at first.
{{ judged_again(ref("prf_first_look")) }}
