{# Rows whose value is less than `minimum`; NULL passes, not_null tests that. #}
{% test at_least(model, column_name, minimum) %}
select {{ column_name }}
from {{ model }}
where {{ column_name }} < {{ minimum }}
{% endtest %}
