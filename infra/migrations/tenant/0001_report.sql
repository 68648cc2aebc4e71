-- A data-quality report, as in the shared table of this name.
create table report (
  id text not null,
  tenant_id text not null,
  created_by text not null,
  file_name text,
  label_column text,
  row_count bigint not null,
  column_count bigint not null,
  score double precision not null,
  body text not null,
  created_at_ms bigint not null,
  primary key (tenant_id, id)
)
