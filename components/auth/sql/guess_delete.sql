-- Forgets all attempts against a subject.
-- Parameters: $1 subject.
delete from guess
where subject = $1
returning subject
