-- A row, unless the node is stored: then somebody else has extended the tree.
-- Parameters: $1 tenant_id, $2 level, $3 place.
select 1 as free
where not exists (select 1 from audit_node n where n.tenant_id = $1 and n.level = $2 and n.place = $3)
