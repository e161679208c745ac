-- name: headroom
-- What the two windows of a purse leave; a window without a row is empty.
SELECT least($4 - coalesce((SELECT reserved_minor + charged_minor FROM purse_window WHERE purse = $1 AND kind = 'day' AND starts = $2::date), 0),
             $5 - coalesce((SELECT reserved_minor + charged_minor FROM purse_window WHERE purse = $1 AND kind = 'week' AND starts = $3::date), 0))::bigint,
       (SELECT count(*) FROM campaigns WHERE status IN ('publishing', 'active', 'testing', 'scaling'));

-- name: last_moment
-- The latest time that the business wrote down: where a stopped sandbox's clock goes on.
SELECT max(updated_at) FROM actor_snapshot;
