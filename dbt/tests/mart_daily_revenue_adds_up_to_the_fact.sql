{{ adds_up_to_the_fact(ref('mart_daily_revenue')) }}
