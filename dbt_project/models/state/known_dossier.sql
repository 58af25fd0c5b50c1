select MaHoSo from {{ ref("rows_ho_so") }} where disposition = 'accepted'
