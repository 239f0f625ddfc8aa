select
    pickup_date,
    count(*) as trips,
    sum(passenger_count) as passengers,
    sum(trip_distance_miles) as distance_miles,
    sum(duration_seconds) as duration_seconds,
    sum(fare_amount) as fare_amount,
    sum(tip_amount) as tip_amount,
    sum(tolls_amount) as tolls_amount,
    sum(surcharges_amount) as surcharges_amount,
    sum(total_amount) as total_amount,
    count(*) filter (where payment_type = 1) as card_trips,
    sum(fare_amount) filter (where payment_type = 1) as card_fare_amount,
    sum(tip_amount) filter (where payment_type = 1) as card_tip_amount
from {{ ref('int_trip_metrics') }}
group by pickup_date
