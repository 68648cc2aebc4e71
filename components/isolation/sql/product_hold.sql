-- Waits until nobody is at the product data of a tenant, and keeps others from it until the batch ends. On PostgreSQL.
-- Parameters: $1 tenant_id.
select 1 as held from pg_advisory_xact_lock(hashtextextended($1, 7310594301))
