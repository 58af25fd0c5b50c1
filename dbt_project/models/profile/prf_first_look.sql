-- Which deliveries stand out from all before them. These are then left out of what later ones are compared with.
{{ judged(ref("prf_value"), "false") }}
