-- name: actor_activate
SELECT epoch, version, state, alarms, format FROM actor_activate($1, $2, $3);

-- name: actor_commit
SELECT actor_commit($1, $2, $3, $4, $5, $6, $7, $8, $9);

-- name: message_insert
INSERT INTO actor_message (id, from_kind, from_id, to_kind, to_id, type, body, created_at)
SELECT m.id, m.from_kind, m.from_id, m.to_kind, m.to_id, m.type, m.body, $8
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::text[], $7::bytea[])
  AS m (id, from_kind, from_id, to_kind, to_id, type, body)
ON CONFLICT (id) DO NOTHING;

-- name: actor_fence
SELECT actor_fence($1, $2, $3);

-- name: message_handled
SELECT message_forget($1, $2, $3, $4);

-- name: messages_undelivered
SELECT id, from_kind, from_id, to_kind, to_id, type, body
FROM actor_message WHERE created_at < $1 ORDER BY seq;

-- name: actors_overdue
SELECT kind, id FROM actor_snapshot WHERE next_due < $1 ORDER BY next_due, kind, id;

-- name: live_tell
WITH told AS (
  INSERT INTO live_event (topic, key, at)
  SELECT e.topic, e.key, $3 FROM unnest($1::text[], $2::text[]) AS e (topic, key)
)
SELECT pg_notify('live', '');

-- name: audit_append
SELECT audit_append($1, $2, $3, $4, $5, $6, $7, $8);

-- name: audit_insert
INSERT INTO audit_log (at, actor, action, subject, reason, expected, figures, by_whom)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8);
