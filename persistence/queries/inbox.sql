-- name: webhook_store
INSERT INTO webhook_inbox (source, topic, dedupe_key, headers, body, received_at) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (source, dedupe_key) DO NOTHING
RETURNING id;

-- name: webhook_find
SELECT id FROM webhook_inbox WHERE source = $1 AND dedupe_key = $2;

-- name: webhooks_unhandled
SELECT id, source, topic, headers, body, received_at FROM webhook_inbox WHERE handled_at IS NULL ORDER BY id LIMIT $1;
