select madonvi, cap, hieuluctu, hieulucden from {{ ref("rows_don_vi") }} where disposition = 'accepted'
