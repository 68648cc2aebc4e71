-- Stores a report.
-- Parameters: $1 id, $2 tenant_id, $3 created_by, $4 file_name, $5 label_column, $6 row_count, $7 column_count,
-- $8 score, $9 body, $10 created_at_ms.
insert into report (id, tenant_id, created_by, file_name, label_column, row_count, column_count, score, body,
  created_at_ms)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
returning id
