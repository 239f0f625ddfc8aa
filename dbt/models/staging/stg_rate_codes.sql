select rate_code_id, description as rate_code_name
from {{ ref('rate_code_lookup') }}
