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
  'sha256 over prev_hash and a text: seq, a space, at in microseconds since 1970, a space, and, each as length in bytes:text, actor, action, subject, reason, expected, figures, by_whom';
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
-- Runs as the owner: the application may append to the log, and cannot touch the head by other means.
CREATE FUNCTION audit_chain() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE audit_head SET seq = audit_head.seq + 1 RETURNING seq, hash INTO NEW.seq, NEW.prev_hash;
  -- Built-in functions only: inlining our own would cost more than all the rest, in every transaction anew.
  NEW.hash := sha256(NEW.prev_hash || convert_to(format('%s %s %s:%s%s:%s%s:%s%s:%s%s:%s%s:%s%s:%s',
    NEW.seq, (extract(epoch FROM NEW.at) * 1000000)::bigint,
    octet_length(NEW.actor), NEW.actor, octet_length(NEW.action), NEW.action, octet_length(NEW.subject), NEW.subject,
    octet_length(NEW.reason), NEW.reason, octet_length(NEW.expected), NEW.expected,
    octet_length(NEW.figures::text), NEW.figures, octet_length(NEW.by_whom), NEW.by_whom), 'UTF8'));
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
DELETE FROM table_rights WHERE table_name IN ('audit_log', 'audit_head');
