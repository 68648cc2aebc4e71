-- Takes a tenant over for an attempt to bring its product data back from its own database; no row if it has none. On
-- PostgreSQL.
-- Parameters: $1 tenant_id, $2 attempt, $3 at_ms.
select step from insula_attempt($1, $2, $3)
