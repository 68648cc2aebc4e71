-- Keeps a checkpoint; no row back means that there is one of that size.
-- Parameters: $1 tenant_id, $2 size, $3 root, $4 note, $5 created_at_ms.
insert into audit_checkpoint (tenant_id, size, root, note, created_at_ms)
select $1, $2, $3, $4, $5
where not exists (select 1 from audit_checkpoint c where c.tenant_id = $1 and c.size = $2)
on conflict (tenant_id, size) do nothing
returning size
