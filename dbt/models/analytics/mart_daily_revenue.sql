select
    daily.pickup_date,
    dates.day_name,
    dates.is_weekend,
    daily.trips,
    daily.passengers,
    daily.distance_miles,
    daily.fare_amount,
    daily.tip_amount,
    daily.tolls_amount,
    daily.surcharges_amount,
    daily.total_amount,
    {{ ratio('daily.total_amount', 'daily.trips') }} as average_total_amount,
    {{ ratio('daily.distance_miles', 'daily.trips') }} as average_distance_miles,
    {{ ratio('daily.duration_seconds', 'daily.trips * 60') }} as average_duration_minutes,
    {{ ratio('daily.card_trips', 'daily.trips', 4) }} as card_share,
    {{ ratio('daily.card_tip_amount', 'daily.card_fare_amount', 4) }} as card_tip_rate,
    daily.total_amount - lag(daily.total_amount) over (order by daily.pickup_date) as change_from_previous_day
from {{ ref('int_daily_summary') }} as daily
inner join {{ ref('dim_dates') }} as dates on daily.pickup_date = dates.date_day
