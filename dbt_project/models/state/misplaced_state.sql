-- Impossible states of units, each judged by the list as it stood at its moment.
{{ misplaced_units(ref("stated_unit")) }}
