select
    pickup_date,
    pickup_hour,
    any_value(pickup_day_of_week) as pickup_day_of_week,
    count(*) as trips,
    sum(passenger_count) as passengers,
    sum(trip_distance_miles) as distance_miles,
    sum(duration_seconds) as duration_seconds,
    sum(total_amount) as total_amount
from {{ ref('int_trip_metrics') }}
group by pickup_date, pickup_hour
