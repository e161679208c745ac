-- The audit log: append-only, and chained by hashes so that a changed, missing or inserted line shows.

-- +goose Up
CREATE TABLE audit_log (
  seq        bigint PRIMARY KEY, -- without gaps
  at         timestamptz NOT NULL,
  actor      text NOT NULL,      -- 'kind/id', or the part of the program that acted
  action     text NOT NULL,      -- past tense: campaign_paused
  subject    text NOT NULL,
  reason     text NOT NULL,
  expected   text NOT NULL,
  figures    json NOT NULL,      -- json, not jsonb: order and text are kept, they are hashed
  by_whom    text NOT NULL,      -- e-mail; '' for the agent itself
  prev_hash  bytea NOT NULL,
  hash       bytea NOT NULL
);
COMMENT ON COLUMN audit_log.hash IS
  'sha256 over prev_hash and, each as length:bytes, the texts of seq, at in microseconds since 1970, actor, action, subject, reason, expected, figures, by_whom';
CREATE INDEX audit_log_subject ON audit_log (subject, seq);
CREATE INDEX audit_log_at ON audit_log (at);

CREATE TABLE audit_head (
  one  boolean PRIMARY KEY DEFAULT true CHECK (one),
  seq  bigint NOT NULL,
  hash bytea NOT NULL
) WITH (fillfactor = 10);
COMMENT ON TABLE audit_head IS 'The end of the chain; its row lock puts appends in one order.';
INSERT INTO audit_head (seq, hash) VALUES (0, '');

-- +goose StatementBegin
CREATE FUNCTION netstring(t text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT octet_length(t) || ':' || t $$;
-- +goose StatementEnd

-- +goose StatementBegin
-- Runs as the owner: the application may append to the log, and cannot touch the head by other means.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE audit_head SET seq = audit_head.seq + 1 RETURNING seq, hash INTO NEW.seq, NEW.prev_hash;
  NEW.hash := sha256(NEW.prev_hash || convert_to(
    netstring(NEW.seq::text) || netstring((extract(epoch FROM NEW.at) * 1000000)::bigint::text) || netstring(NEW.actor) ||
    netstring(NEW.action) || netstring(NEW.subject) || netstring(NEW.reason) || netstring(NEW.expected) ||
    netstring(NEW.figures::text) || netstring(NEW.by_whom), 'UTF8'));
  UPDATE audit_head SET hash = NEW.hash;
  RETURN NEW;
END
$$;
-- +goose StatementEnd
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_chain();

INSERT INTO table_rights VALUES
  ('audit_log', 'SELECT, INSERT', '*'),
  ('audit_head', 'SELECT', '');

-- +goose Down
DROP TABLE audit_log, audit_head;
DROP FUNCTION audit_chain();
DROP FUNCTION netstring(text);
DELETE FROM table_rights WHERE table_name IN ('audit_log', 'audit_head');
