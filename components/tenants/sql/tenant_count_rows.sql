-- How many rows a tenant has in each table of the platform that has rows of tenants, counted up to a limit.
-- Parameters: $1 tenant_id, $2 limit.
select 'api_key' as name, count(*) as counted
from (select 1 as one from api_key where tenant_id = $1 limit $2) r
union all
select 'audit_checkpoint', count(*) from (select 1 as one from audit_checkpoint where tenant_id = $1 limit $2) r
union all
select 'audit_entry', count(*) from (select 1 as one from audit_entry where tenant_id = $1 limit $2) r
union all
select 'audit_node', count(*) from (select 1 as one from audit_node where tenant_id = $1 limit $2) r
union all
select 'invitation', count(*) from (select 1 as one from invitation where tenant_id = $1 limit $2) r
union all
select 'membership', count(*) from (select 1 as one from membership where tenant_id = $1 limit $2) r
union all
select 'product_arrival', count(*) from (select 1 as one from product_arrival where tenant_id = $1 limit $2) r
union all
select 'product_intent', count(*) from (select 1 as one from product_intent where tenant_id = $1 limit $2) r
union all
select 'tenant_database', count(*) from (select 1 as one from tenant_database where tenant_id = $1 limit $2) r
union all
select 'tenant_key', count(*) from (select 1 as one from tenant_key where tenant_id = $1 limit $2) r
union all
select 'tenant_limit', count(*) from (select 1 as one from tenant_limit where tenant_id = $1 limit $2) r
union all
select 'usage_counter', count(*) from (select 1 as one from usage_counter where tenant_id = $1 limit $2) r
