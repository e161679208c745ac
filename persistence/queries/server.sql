-- name: server_version
SELECT current_setting('server_version_num')::integer;

-- name: server_time
SELECT clock_timestamp();

-- name: grant_rights
SELECT grant_rights();

-- name: may_be_app
SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'agente_app' AND pg_has_role(current_user, oid, 'MEMBER'));

-- name: set_role
SET ROLE agente_app;

-- name: schema_version
SELECT coalesce(max(version_id) FILTER (WHERE is_applied), 0) FROM goose_db_version;
