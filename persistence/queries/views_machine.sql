-- name: view_queue
SELECT count(*) FILTER (WHERE o.state = 'pending') AS pending, count(*) FILTER (WHERE o.state = 'inflight') AS inflight,
  count(*) FILTER (WHERE o.state = 'unknown') AS unknown, count(*) FILTER (WHERE o.state IN ('refused', 'failed')) AS dead,
  min(o.created_at) FILTER (WHERE o.state IN ('pending', 'inflight', 'unknown')) AS oldest,
  (SELECT count(*) FROM actor_message) AS messages, (SELECT min(created_at) FROM actor_message) AS oldest_sent
FROM outbox o WHERE o.state IN ('pending', 'inflight', 'unknown') OR o.state IN ('refused', 'failed') AND o.dismissed_at IS NULL;

-- name: view_couriers
-- $1 since when what was done counts
WITH open AS (
  SELECT courier, count(*) FILTER (WHERE state = 'pending') AS pending, count(*) FILTER (WHERE state = 'inflight') AS inflight,
    count(*) FILTER (WHERE state = 'unknown') AS unknown, count(*) FILTER (WHERE state IN ('refused', 'failed')) AS dead,
    count(*) FILTER (WHERE attempts > 1 AND state NOT IN ('refused', 'failed')) AS retried,
    min(created_at) FILTER (WHERE state NOT IN ('refused', 'failed')) AS oldest,
    coalesce((array_agg(last_error ORDER BY updated_at DESC) FILTER (WHERE last_error <> '' AND state NOT IN ('refused', 'failed')))[1], '') AS error
  FROM outbox WHERE state IN ('pending', 'inflight', 'unknown') OR state IN ('refused', 'failed') AND dismissed_at IS NULL GROUP BY courier),
ended AS (
  SELECT courier, count(*) AS done, max(updated_at) AS last_done FROM outbox WHERE state = 'done' AND updated_at >= $1 GROUP BY courier),
snapshots AS (SELECT id AS courier, state FROM actor_snapshot WHERE kind = 'courier')
SELECT courier, coalesce(o.pending, 0) AS pending, coalesce(o.inflight, 0) AS inflight, coalesce(o.unknown, 0) AS unknown, coalesce(o.dead, 0) AS dead,
  coalesce(o.retried, 0) AS retried, o.oldest, coalesce(e.done, 0) AS done, e.last_done, coalesce(o.error, '') AS error, s.state AS snapshot
FROM open o FULL JOIN ended e USING (courier) FULL JOIN snapshots s USING (courier) ORDER BY courier;

-- name: view_database
SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS bytes,
  (SELECT coalesce(max(version_id) FILTER (WHERE is_applied), 0) FROM goose_db_version) AS schema,
  (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,
  current_setting('max_connections')::bigint AS connections_max;

-- name: view_tables
-- $1 how many
SELECT c.relname AS name, pg_total_relation_size(c.oid) AS bytes, greatest(c.reltuples, 0)::bigint AS rows
FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' ORDER BY bytes DESC, name LIMIT $1;

-- name: view_backups
-- $1 how many
SELECT started_at, finished_at, path AS file, bytes, coalesce(encode(sha256, 'hex'), '') AS sha256, objects, error
FROM backups ORDER BY started_at DESC, id DESC LIMIT $1;

-- name: view_nodes
-- $1 the name of whoever asks, which is that of all where only one runs
SELECT coalesce(nullif(node, ''), $1) AS name, count(*) AS actors, max(activated_at) AS latest, bool_or(node IN ('', $1)) AS here
FROM actor_lease GROUP BY 1 ORDER BY 1;

-- name: view_actor
-- $1 kind, $2 id, $3 the name of whoever asks
SELECT l.kind, l.id, coalesce(nullif(l.node, ''), $3) AS node, l.epoch, l.activated_at, coalesce(s.version, 0) AS version, s.updated_at AS saved_at,
  coalesce(s.alarms, '{}') AS alarms,
  (SELECT count(*) FROM actor_message m WHERE m.to_kind = l.kind AND m.to_id = l.id) AS waiting
FROM actor_lease l LEFT JOIN actor_snapshot s ON s.kind = l.kind AND s.id = l.id WHERE l.kind = $1 AND l.id = $2;

-- name: view_audit_verdict
-- Verifications note what they found in the log itself.
SELECT action = 'audit_verified' AS whole, coalesce((figures->>'through')::bigint, 0) AS through, coalesce((figures->>'anchors')::bigint, 0) AS anchors,
  CASE action WHEN 'audit_broken' THEN reason ELSE '' END AS problem, at, by_whom AS by
FROM audit_log WHERE subject = 'audit_log' AND action IN ('audit_verified', 'audit_broken') ORDER BY seq DESC LIMIT 1;
