-- Warns only: in the TLC's files some totals are not the sum of their parts, and a fee that a column does not hold
-- (the congestion zone's, since 2025) is part of the total.
{{ config(severity='warn') }}

select trip_id, fare_amount, tip_amount, tolls_amount, surcharges_amount, total_amount
from {{ ref('int_trip_metrics') }}
where abs(fare_amount + tip_amount + tolls_amount + surcharges_amount - total_amount) > 0.01
