-- name: effect_insert
INSERT INTO outbox (id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, next_attempt_at, created_at, updated_at)
SELECT e.id, e.courier, e.kind, e.subject, $7, $8, e.payload_type, e.payload, $9, $9, $9
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[])
  AS e (id, courier, kind, subject, payload_type, payload)
ON CONFLICT (id) DO NOTHING;

-- name: effect_outcome
SELECT effect_finish($1, $2, $3, $4, $5, $6);

-- name: effects_pending
SELECT id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, state, attempts, next_attempt_at, last_error, created_at
FROM outbox
WHERE courier = $1 AND state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $2
ORDER BY seq LIMIT $3;

-- name: effect_begin
SELECT effect_begin($1, $2);

-- name: couriers_pending
SELECT DISTINCT courier FROM outbox
WHERE state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $1 ORDER BY courier;
