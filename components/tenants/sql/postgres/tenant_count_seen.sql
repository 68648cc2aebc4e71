-- How many rows of the platform's tables whoever asks sees without naming a tenant, and how many of them are not the tenant's.
-- Parameters: $1 tenant_id.
select 'api_key' as name, count(*) as seen, count(*) filter (where tenant_id <> $1) as foreign_rows from api_key
union all
select 'audit_checkpoint', count(*), count(*) filter (where tenant_id <> $1) from audit_checkpoint
union all
select 'audit_entry', count(*), count(*) filter (where tenant_id <> $1) from audit_entry
union all
select 'audit_node', count(*), count(*) filter (where tenant_id <> $1) from audit_node
union all
select 'invitation', count(*), count(*) filter (where tenant_id <> $1) from invitation
union all
select 'membership', count(*), count(*) filter (where tenant_id <> $1) from membership
union all
select 'product_arrival', count(*), count(*) filter (where tenant_id <> $1) from product_arrival
union all
select 'product_intent', count(*), count(*) filter (where tenant_id <> $1) from product_intent
union all
select 'tenant_database', count(*), count(*) filter (where tenant_id <> $1) from tenant_database
union all
select 'tenant_key', count(*), count(*) filter (where tenant_id <> $1) from tenant_key
union all
select 'tenant_limit', count(*), count(*) filter (where tenant_id <> $1) from tenant_limit
union all
select 'usage_counter', count(*), count(*) filter (where tenant_id <> $1) from usage_counter
