-- Changes what a tenant is besides its state, unless somebody was faster.
-- Parameters: $1 name, $2 plan, $3 region, $4 settings, $5 id, $6 expected version.
update tenant
set name = $1, plan = $2, region = $3, settings = $4, version = version + 1
where id = $5 and version = $6 and state = 'active'
returning id
