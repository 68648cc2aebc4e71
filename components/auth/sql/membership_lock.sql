-- Makes whoever changes what a person must have to act in a tenant wait until this batch has ended; no row back means
-- that the person is no member there, or another role by now. Changes nothing: on PostgreSQL an update is what locks a
-- row in the words of both databases.
-- Parameters: $1 tenant_id, $2 user_id, $3 expected role.
update membership
set role = role
where tenant_id = $1 and user_id = $2 and role = $3
returning user_id
