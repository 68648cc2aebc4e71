-- The hashes of up to 24 nodes; none for one that isn't whole yet. A pair below 0 is no node. Each is found by its name alone:
-- what a log has of them is never read whole, whatever is known of how many those are.
-- Parameters: $1 tenant_id, $2 level, $3 place, $4 level, $5 place, $6 level, $7 place, $8 level, $9 place,
-- $10 level, $11 place, $12 level, $13 place, $14 level, $15 place, $16 level, $17 place, $18 level, $19 place, $20 level, $21 place,
-- $22 level, $23 place, $24 level, $25 place, $26 level, $27 place, $28 level, $29 place, $30 level, $31 place, $32 level, $33 place,
-- $34 level, $35 place, $36 level, $37 place, $38 level, $39 place, $40 level, $41 place, $42 level, $43 place, $44 level, $45 place,
-- $46 level, $47 place, $48 level, $49 place.
select column1 as level, column2 as place,
  (select n.hash from audit_node n where n.tenant_id = $1 and n.level = column1 and n.place = column2) as hash
from (values
  ($2, $3), ($4, $5), ($6, $7), ($8, $9), ($10, $11), ($12, $13),
  ($14, $15), ($16, $17), ($18, $19), ($20, $21), ($22, $23), ($24, $25),
  ($26, $27), ($28, $29), ($30, $31), ($32, $33), ($34, $35), ($36, $37),
  ($38, $39), ($40, $41), ($42, $43), ($44, $45), ($46, $47), ($48, $49)) named
