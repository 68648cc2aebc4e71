-- Notes what is to be done in the database of a tenant; no row if the tenant has none any more, or that much waits. On
-- PostgreSQL.
-- Parameters: $1 tenant_id, $2 id, $3 sealed, $4 created_at_ms, $5 most.
select number from insula_intend($1, $2, $3, $4, $5)
