-- Makes other batches that lock a tenant which the person belongs to wait until this one has ended. Changes nothing: on
-- PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 user_id.
update tenant
set name = name
where id in (select tenant_id from membership where user_id = $1)
returning id
