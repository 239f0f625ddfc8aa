{{ dimension_of_codes(lookup=ref('stg_payment_types'), key='payment_type', name='payment_type_name', label='Payment type') }}
