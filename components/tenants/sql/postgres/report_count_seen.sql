-- How many reports whoever asks sees without naming a tenant, and how many of them are not the tenant's.
-- Parameters: $1 tenant_id.
select 'report' as name, count(*) as seen, count(*) filter (where tenant_id <> $1) as foreign_rows from report
