-- Removes the schema of a tenant with all that is in it; 0 for a tenant that has none. On PostgreSQL.
-- Parameters: $1 tenant_id.
select insula_schema_drop($1) as dropped
