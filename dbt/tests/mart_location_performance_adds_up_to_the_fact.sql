{{ adds_up_to_the_fact(ref('mart_location_performance')) }}
