select payment_type, description as payment_type_name
from {{ ref('payment_type_lookup') }}
