-- Makes whoever lets a person act in one of its tenants, and the tenants that begin to demand something of it, wait until
-- this batch has ended. Changes nothing: on PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 user_id.
update membership
set role = role
where user_id = $1
returning tenant_id
