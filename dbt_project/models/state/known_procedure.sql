select MaTTHC from {{ ref("base_thu_tuc") }} where disposition = 'accepted'
