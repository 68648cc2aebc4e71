-- What the audit log tells of once in a while, however often it happens, and until when it isn't told again. What it was
-- stands here as a digest only.
create table audit_pause (
  subject text primary key,
  ends_at_ms bigint not null
) without rowid;

create index audit_pause_by_end on audit_pause (ends_at_ms);
