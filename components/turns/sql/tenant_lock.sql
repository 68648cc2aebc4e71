-- Makes other batches that lock the same tenant wait until this one has ended; no row back means no such tenant.
-- Changes nothing: on PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 id.
update tenant
set name = name
where id = $1
returning id
