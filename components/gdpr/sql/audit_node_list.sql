-- The hashes of up to 24 nodes; no row for one that isn't whole yet. A pair below 0 is no node.
-- Parameters: $1 tenant_id, then level and place of each: $2 level, $3 place, and so on to $48 level, $49 place.
select level, place, hash
from audit_node
where tenant_id = $1 and (level, place) in (values
  ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13),
  ($14, $15), ($16, $17), ($18, $19), ($20, $21), ($22, $23), ($24, $25),
  ($26, $27), ($28, $29), ($30, $31), ($32, $33), ($34, $35), ($36, $37),
  ($38, $39), ($40, $41), ($42, $43), ($44, $45), ($46, $47), ($48, $49))
