-- The condition that a row with unit_code and unit_level belongs to the subject of a figure.
($scope = 'province' or $scope = 'level' and unit_level = $unit_level or $scope = 'unit' and unit_code = $unit_code)
