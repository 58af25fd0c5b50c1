select MaTTHC from {{ ref("rows_thu_tuc") }} where disposition = 'accepted'
