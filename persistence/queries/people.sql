-- name: users_find
-- $1 e-mail or '', $2 id or 0; both empty: all
SELECT id, email, name, roles, language, disabled_at, last_login_at, created_at, password_hash
FROM users WHERE ($1::text = '' OR email = $1) AND ($2::bigint = 0 OR id = $2) ORDER BY id;

-- name: user_may_approve
SELECT EXISTS (SELECT FROM users WHERE email = $1 AND $1 <> '' AND disabled_at IS NULL AND 'approver' = ANY (roles));

-- name: user_add
INSERT INTO users (email, name, password_hash, roles, language, created_at, updated_at) VALUES ($1, $2, $3, $4, $5, $6, $6)
ON CONFLICT (email) DO NOTHING RETURNING id;

-- name: user_update
UPDATE users SET name = $2, password_hash = $3, roles = $4, language = $5, disabled_at = $6, updated_at = $7
WHERE id = $1;

-- name: admins_lock
-- The same rows are locked by whoever takes an administrator away, so that two of them cannot take the last two.
SELECT count(*) FROM (SELECT FROM users WHERE 'admin' = ANY (roles) AND disabled_at IS NULL ORDER BY id FOR UPDATE) a;

-- name: login_place
-- What is known of the device and of the network, the device first. Places that the user came in from since $4 are trusted.
SELECT asked.place, failures, waits_until, coalesce(trusted_at > $4, false) AS trusted,
  (SELECT coalesce(sum(failures), 0) FROM login_places s WHERE s.user_id = $1 AND s.failed_at > $5 AND (s.trusted_at IS NULL OR s.trusted_at <= $4)) AS strangers
FROM (VALUES (1, $2::bytea), (2, $3::bytea)) AS asked (rank, place)
LEFT JOIN login_places l ON l.user_id = $1 AND l.place = asked.place
ORDER BY rank;

-- name: login_failed
INSERT INTO login_places (user_id, place, failures, waits_until, failed_at) VALUES ($1, $2, 1, $3, $4)
ON CONFLICT (user_id, place) DO UPDATE SET failures = login_places.failures + 1, failed_at = excluded.failed_at,
  waits_until = coalesce(excluded.waits_until, login_places.waits_until);

-- name: login_trusted
INSERT INTO login_places (user_id, place, trusted_at) SELECT $1, unnest($2::bytea[]), $3
ON CONFLICT (user_id, place) DO UPDATE SET failures = 0, waits_until = NULL, failed_at = NULL, trusted_at = excluded.trusted_at;

-- name: login_noted
UPDATE users SET last_login_at = $2 WHERE id = $1;

-- name: people_version
SELECT version FROM people_changes;

-- name: people_gone
-- Guests that are no longer who they were: $1 users, $2 their roles, $3 hashes of sessions or '', $4 hashes of scripts' tokens or NULL.
SELECT u.id IS NULL OR u.disabled_at IS NOT NULL OR array_to_string(ARRAY(SELECT unnest(u.roles) ORDER BY 1), ' ') <> g.roles
  OR g.session <> '' AND NOT EXISTS (SELECT FROM sessions s WHERE s.token = g.session AND s.expiry > $5)
  OR g.script IS NOT NULL AND NOT EXISTS (
    SELECT FROM api_tokens t WHERE t.token_hash = g.script AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $5))
FROM unnest($1::bigint[], $2::text[], $3::text[], $4::bytea[]) WITH ORDINALITY AS g (user_id, roles, session, script, n)
LEFT JOIN users u ON u.id = g.user_id
ORDER BY g.n;

-- name: session_find
SELECT data FROM sessions WHERE token = $1 AND expiry > $2;

-- name: session_save
INSERT INTO sessions (token, data, expiry, user_id) VALUES ($1, $2, $3, nullif($4::bigint, 0))
ON CONFLICT (token) DO UPDATE SET data = excluded.data, expiry = excluded.expiry, user_id = excluded.user_id;

-- name: session_delete
DELETE FROM sessions WHERE token = $1;

-- name: sessions_delete_changed
-- The sessions of somebody who is about to become another: $2 the new password's hash, $3 the new roles, $4 whether they are shut out.
DELETE FROM sessions USING users u WHERE u.id = $1 AND sessions.user_id = u.id
  AND ($4 OR u.password_hash <> $2 OR NOT (u.roles <@ $3::text[] AND u.roles @> $3::text[]));

-- name: token_user
UPDATE api_tokens SET last_used_at = $2 WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2)
  AND (last_used_at IS NULL OR last_used_at < $2 - interval '1 minute')
RETURNING user_id;

-- name: token_user_lately
SELECT user_id FROM api_tokens WHERE token_hash = $1 AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > $2);

-- name: token_add
INSERT INTO api_tokens (user_id, name, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) RETURNING id;

-- name: tokens_revoke
UPDATE api_tokens SET revoked_at = $2 WHERE user_id = $1 AND revoked_at IS NULL;

-- name: settings_newest
SELECT version, config FROM settings ORDER BY version DESC LIMIT 1;

-- name: settings_add
INSERT INTO settings (version, config, changes, reason, by_whom, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (version) DO NOTHING;

-- name: settings_history
SELECT version, changes, reason, by_whom AS by, at FROM settings ORDER BY version DESC LIMIT $1;

-- name: credentials_all
SELECT name, true AS set, hint, updated_at, updated_by, '' AS connection FROM credentials ORDER BY name;

-- name: credential_put
INSERT INTO credentials (name, key_id, ciphertext, hint, updated_at, updated_by) VALUES ($1, $2, $3, $4, $5, $6)
ON CONFLICT (name) DO UPDATE SET key_id = excluded.key_id, ciphertext = excluded.ciphertext, hint = excluded.hint,
  updated_at = excluded.updated_at, updated_by = excluded.updated_by;

-- name: credential_delete
DELETE FROM credentials WHERE name = $1;

-- name: credentials_sealed
SELECT name, key_id, ciphertext FROM credentials ORDER BY name;

-- name: alert_acknowledge
UPDATE alerts SET acknowledged_at = coalesce(acknowledged_at, $2), acknowledged_by = coalesce(nullif(acknowledged_by, ''), $3) WHERE id = $1;

-- name: blacklist_drop
DELETE FROM blacklist WHERE kind = $1 AND term = $2;

-- name: second_factor
SELECT key_id, ciphertext, confirmed_at, (SELECT count(*) FROM recovery_codes r WHERE r.user_id = f.user_id)::int AS recovery
FROM second_factors f WHERE user_id = $1;

-- name: second_factor_begin
INSERT INTO second_factors AS f (user_id, key_id, ciphertext, created_at) VALUES ($1, $2, $3, $4)
ON CONFLICT (user_id) DO UPDATE SET key_id = excluded.key_id, ciphertext = excluded.ciphertext, created_at = excluded.created_at
WHERE f.confirmed_at IS NULL;

-- name: second_factor_confirm
UPDATE second_factors SET confirmed_at = $2, last_step = $3 WHERE user_id = $1 AND confirmed_at IS NULL;

-- name: second_factor_step
UPDATE second_factors SET last_step = $2 WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2;

-- name: second_factor_remove
DELETE FROM second_factors WHERE user_id = $1;

-- name: recovery_codes_add
INSERT INTO recovery_codes (user_id, hash) SELECT $1, unnest($2::bytea[]);

-- name: recovery_code_use
DELETE FROM recovery_codes WHERE user_id = $1 AND hash = $2;

-- name: report_readers
SELECT u.email, u.language FROM report_readers r JOIN users u ON u.id = r.user_id
WHERE r.kind = $1 AND u.disabled_at IS NULL AND u.roles && ARRAY['viewer', 'operator', 'admin'] ORDER BY u.email;

-- name: reports_of
SELECT kind FROM report_readers WHERE user_id = $1 ORDER BY kind;

-- name: reports_drop
DELETE FROM report_readers WHERE user_id = $1 AND kind <> ALL ($2::text[]);

-- name: reports_add
INSERT INTO report_readers (user_id, kind) SELECT $1, unnest($2::text[]) ON CONFLICT DO NOTHING;
