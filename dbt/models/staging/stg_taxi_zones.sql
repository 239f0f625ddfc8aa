{# The lookup has 'N/A' where a zone has no borough, zone name or service zone. #}
select
    location_id,
    case when borough in ('N/A', 'Unknown') then 'Unknown' else borough end as borough,
    case when zone = 'N/A' then 'Unknown' else zone end as zone_name,
    nullif(service_zone, 'N/A') as service_zone,
    service_zone in ('Airports', 'EWR') as is_airport
from {{ ref('taxi_zone_lookup') }}
