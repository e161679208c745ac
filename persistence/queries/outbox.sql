-- name: effect_insert
INSERT INTO outbox (id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, next_attempt_at, created_at, updated_at, entity)
SELECT e.id, e.courier, e.kind, e.subject, $7, $8, e.payload_type, e.payload, $9, $9, $9, e.entity
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], $10::text[])
  AS e (id, courier, kind, subject, payload_type, payload, entity)
ON CONFLICT (id) DO NOTHING;

-- name: effect_entitle
UPDATE outbox o SET raises = true, external_id = r.external_id, grant_day = r.day::date, grant_until = r.until, grant_minor = r.minor,
  grant_currency = r.currency, reservation_id = r.reservation, approval_id = r.approval, manifest = r.manifest
FROM unnest($1::text[], $2::text[], $3::text[], $4::timestamptz[], $5::bigint[], $6::text[], $7::text[], $8::text[], $9::text[])
  AS r (id, external_id, day, until, minor, currency, reservation, approval, manifest)
WHERE o.id = r.id AND NOT o.raises;

-- name: effect_outcome
SELECT effect_finish($1, $2, $3, $4, $5, $6);

-- name: effects_pending
SELECT id, courier, kind, subject, reply_kind, reply_id, payload_type, payload, state, attempts, next_attempt_at, last_error, created_at
FROM outbox
WHERE courier = $1 AND state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $2
ORDER BY seq LIMIT $3;

-- name: effect_begin
SELECT effect_begin($1, $2, $3);

-- name: entity_win
SELECT entity_win($1, $2, $3, $4, $5, $6, $7);

-- name: entity_winner
SELECT external_id FROM platform_winners WHERE plan = $1 AND entity = $2;

-- name: campaign_winners
SELECT entity, external_id FROM platform_winners WHERE platform = $1 AND level = 'campaign';

-- name: effect_begin_fenced
-- One alone, and only by the courier's newest activation.
SELECT effect_begin_fenced($1, $2, $3, $4, $5);

-- name: couriers_pending
SELECT DISTINCT courier FROM outbox
WHERE state IN ('pending', 'inflight', 'unknown') AND next_attempt_at <= $1 ORDER BY courier;
