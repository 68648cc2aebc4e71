-- Makes the schema of a tenant that shall have one, and brings it up to date. On PostgreSQL.
-- Parameters: $1 tenant_id.
select insula_schema_make($1) as step
