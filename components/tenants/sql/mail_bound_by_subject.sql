-- Whether fewer mails of a template than the bound were written about a tenant since then; no row back means that there
-- were as many.
-- Parameters: $1 tenant_id, $2 template, $3 since_ms, $4 bound.
select 1 as fewer
where (select count(*) from mail where subject_id = $1 and template = $2 and created_at_ms > $3) < $4
