-- name: webhooks_store
INSERT INTO webhook_inbox (source, topic, dedupe_key, headers, body, received_at)
SELECT d.source, d.topic, d.dedupe_key, d.headers::jsonb, d.body, d.received_at
FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::bytea[], $6::timestamptz[]) WITH ORDINALITY
  AS d (source, topic, dedupe_key, headers, body, received_at, n)
ORDER BY d.n
ON CONFLICT (source, dedupe_key) DO NOTHING
RETURNING source, dedupe_key;

-- name: webhooks_unhandled
SELECT id, source, topic, headers, body, received_at FROM webhook_inbox WHERE handled_at IS NULL ORDER BY id LIMIT $1;
