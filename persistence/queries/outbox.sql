-- name: effect_insert
INSERT INTO outbox (id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, next_attempt_at, created_at, updated_at)
SELECT e.id, e.courier, e.kind, e.subject, $7, $8, e.payload_type, e.payload, $9, $9, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
  AS e (id, courier, kind, subject, payload_type, payload)
ON CONFLICT (id) DO NOTHING;

-- name: effect_outcome
UPDATE outbox SET state = $2, receipt = coalesce($3, receipt), last_error = $4, next_attempt_at = coalesce($5, next_attempt_at), updated_at = $6
WHERE id = $1;

-- name: effects_pending
SELECT id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, state, attempts, next_attempt_at, last_error, created_at
FROM outbox
WHERE courier = $1 AND state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $2
ORDER BY seq LIMIT $3;

-- name: effect_begin
UPDATE outbox SET state = 'inflight', attempts = attempts + 1, updated_at = $2
WHERE id = $1 AND state IN ('pending', 'inflight', 'unknown')
RETURNING courier, kind, subject, attempts;

-- name: couriers_pending
SELECT DISTINCT courier FROM outbox
WHERE state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $1 ORDER BY courier;
