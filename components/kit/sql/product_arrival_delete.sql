-- Forgets what an attempt has brought that has ended.
-- Parameters: $1 tenant_id.
delete from product_arrival
where tenant_id = $1
  and exists (select 1 from tenant_database d where d.tenant_id = product_arrival.tenant_id and d.attempt is null)
returning place
