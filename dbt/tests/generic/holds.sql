{# Rows for which `condition` is not true; a NULL does not hold either. #}
{% test holds(model, condition, column_name=none) %}
select *
from {{ model }}
where ({{ condition }}) is not true
{% endtest %}
