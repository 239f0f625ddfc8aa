{# All days of every month that has a trip. Not from the first to the last day: meters with a wrong clock report trips
   of 2002 and of years to come. #}
with months as (
    select distinct date_trunc('month', pickup_date) as first_day
    from {{ ref('int_daily_summary') }}
),

days as (
    select cast(unnest(generate_series(first_day, last_day(first_day), interval 1 day)) as date) as date_day
    from months
)

select
    date_day,
    cast(year(date_day) as integer) as year,
    cast(quarter(date_day) as integer) as quarter,
    cast(month(date_day) as integer) as month,
    monthname(date_day) as month_name,
    cast(day(date_day) as integer) as day_of_month,
    cast(isodow(date_day) as integer) as day_of_week,
    dayname(date_day) as day_name,
    isodow(date_day) >= 6 as is_weekend
from days
