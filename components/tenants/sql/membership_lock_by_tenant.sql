-- Makes whoever lets a member of a tenant act there, and members whose second factors go, wait until this batch has ended.
-- Changes nothing: on PostgreSQL an update is what locks a row in the words of both databases.
-- Parameters: $1 tenant_id.
update membership
set role = role
where tenant_id = $1
returning user_id
