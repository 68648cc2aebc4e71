-- Moves the product data of a tenant to where the isolation says, and notes that it does. On PostgreSQL.
-- Parameters: $1 tenant_id, $2 isolation.
select insula_move($1, $2) as moved
