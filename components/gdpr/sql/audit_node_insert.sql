-- Stores a node that is whole; no row back means that somebody else just did.
-- Parameters: $1 tenant_id, $2 level, $3 place, $4 hash.
insert into audit_node (tenant_id, level, place, hash)
values ($1, $2, $3, $4)
on conflict (tenant_id, level, place) do nothing
returning place
