select MaHoSo from {{ ref("base_ho_so") }} where disposition = 'accepted'
