-- Puts what an attempt has brought from a tenant's own database where the isolation says, and notes that it is there; no row
-- if the attempt doesn't have the tenant any more. On PostgreSQL.
-- Parameters: $1 tenant_id, $2 isolation, $3 attempt, $4 at_ms.
select moved from insula_move_in($1, $2, $3, $4)
