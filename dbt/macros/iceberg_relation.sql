{#
    The relation of an Iceberg table, as a FROM clause takes it.

    table       namespace and name, e.g. 'silver.trips'; it has to be declared as a source of that name
    attach      `lake.silver.trips` of the attached REST catalog; with TIDEGATE_ICEBERG_SNAPSHOT_SILVER_TRIPS at that
                snapshot, so that every node of one run reads the same rows while a stream goes on writing
    otherwise   `iceberg_scan('<metadata location>')` of TIDEGATE_ICEBERG_METADATA_SILVER_TRIPS, the location that the
                catalog names now, or of the variable iceberg_metadata: {silver.trips: <metadata location>}

    The environment is read while a query is rendered and not while the project is parsed: a location changes with every
    commit, and a variable that is read in parsing makes dbt parse again.
#}
{% macro iceberg_relation(table) -%}
    {%- set namespace, name = table.split('.') -%}
    {%- set relation = source(namespace, name) -%}
    {%- if not execute -%}
        {{ return(relation) }}
    {%- endif -%}
    {%- set suffix = table.replace('.', '_').upper() -%}
    {%- if target.name == 'attach' -%}
        {%- set snapshot = env_var('TIDEGATE_ICEBERG_SNAPSHOT_' ~ suffix, '') -%}
        {{ return(relation ~ (' at (version => ' ~ (snapshot | int) ~ ')' if snapshot else '')) }}
    {%- endif -%}
    {%- set location = var('iceberg_metadata', {}).get(table) or env_var('TIDEGATE_ICEBERG_METADATA_' ~ suffix, '') -%}
    {%- if not location -%}
        {{ exceptions.raise_compiler_error(
            "no metadata location of Iceberg table '" ~ table ~ "': set TIDEGATE_ICEBERG_METADATA_" ~ suffix
            ~ ", or run dbt by `tidegate run dbt`, which asks the catalog for it"
        ) }}
    {%- endif -%}
    {{ return("iceberg_scan('" ~ location.replace("'", "''") ~ "')") }}
{%- endmacro %}
