{{ adds_up_to_the_fact(ref('mart_borough_flows')) }}
