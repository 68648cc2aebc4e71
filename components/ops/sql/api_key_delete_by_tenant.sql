-- Deletes up to 1,000 keys of a tenant; one row back for each. Keys of other systems stay, because their texts belong to one
-- tenant for ever: who knows one must not take over what still calls with it.
-- Parameters: $1 tenant_id.
delete from api_key
where tenant_id = $1 and imported = 0 and id in (
  select id from api_key where tenant_id = $1 and imported = 0 order by id limit 1000
)
returning 1 as deleted
