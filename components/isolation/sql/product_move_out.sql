-- Moves the product data of a tenant into what waits for its own database, and notes that it is there. On PostgreSQL.
-- Parameters: $1 tenant_id, $2 at_ms.
select insula_move_out($1, $2) as moved
