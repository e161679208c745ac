-- name: live_head
-- Every transaction below it has ended: what it wrote can be read, and nothing below it will appear any more.
SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint - 1;

-- name: live_since
-- Ordered by transaction, so that a number already given out never gets more rows.
SELECT xid::text::bigint AS seq, topic, key FROM live_event
WHERE xid > $1::text::xid8 AND xid < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY xid, live_event.seq LIMIT $2;

-- name: live_whole
-- Whether nothing after a transaction was purged: either nothing ever was, or something older is still there.
SELECT coalesce((SELECT seq = 1 OR xid <= $1::text::xid8 FROM live_event ORDER BY live_event.seq LIMIT 1), true);

-- name: live_listen
LISTEN live;
