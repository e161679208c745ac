-- Commits of many decisions at once: several messages handled, many audit lines appended, and answers kept outside the treasurer's snapshot.

-- +goose Up
CREATE TABLE budget_answers (
  ask_id           text NOT NULL,
  purse            text NOT NULL,
  campaign_id      text NOT NULL,
  day              date NOT NULL, -- in the account's time zone
  granted_minor    bigint NOT NULL,
  worst_case_minor bigint NOT NULL,
  currency         text NOT NULL,
  partial          boolean NOT NULL,
  code             text NOT NULL, -- why not, '' when granted
  text             text NOT NULL,
  retry_at         timestamptz,
  at               timestamptz NOT NULL,
  CONSTRAINT budget_answers_once PRIMARY KEY (ask_id)
);
COMMENT ON CONSTRAINT budget_answers_once ON budget_answers IS
  'An ask is decided once: a treasurer that does not remember its answer is refused, and looks it up.';
INSERT INTO table_rights VALUES ('budget_answers', 'SELECT, INSERT, DELETE', '*');

-- +goose StatementBegin
-- As before, and it ends every durable message that the commit handles.
CREATE FUNCTION actor_commit(k text, i text, e bigint, v bigint, new_state bytea, new_alarms jsonb, due timestamptz, at timestamptz, handled text[])
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM actor_lease l WHERE l.kind = k AND l.id = i AND l.epoch = e FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'actor %/% has a newer activation than epoch %', k, i, e USING ERRCODE = 'AC001';
  END IF;
  INSERT INTO actor_snapshot AS s (kind, id, epoch, version, state, alarms, next_due, updated_at)
  VALUES (k, i, e, v, new_state, new_alarms, due, at)
  ON CONFLICT (kind, id) DO UPDATE SET epoch = e, version = v, state = coalesce(new_state, s.state),
    alarms = new_alarms, next_due = due, updated_at = at;
  IF handled IS NOT NULL THEN
    DELETE FROM actor_message m WHERE m.id = ANY (handled);
  END IF;
END
$$;
-- +goose StatementEnd
DROP FUNCTION actor_commit(text, text, bigint, bigint, bytea, jsonb, timestamptz, timestamptz, text);

-- +goose StatementBegin
-- The lines of one commit, in order. A row that is changed again and again in one transaction is found ever more slowly, so the end of the
-- chain is moved once for all of them. Runs as the owner, as audit_chain does.
CREATE FUNCTION audit_append(at timestamptz, who text, actions text[], subjects text[], reasons text[], expecteds text[], figures text[], whoms text[])
RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  micros bigint := (extract(epoch FROM at) * 1000000)::bigint;
  head audit_head;
  first bigint;
  hashes bytea[];
BEGIN
  SELECT * INTO head FROM audit_head FOR UPDATE;
  first := head.seq;
  hashes[0] := head.hash;
  FOR n IN 1..cardinality(actions) LOOP
    hashes[n] := sha256(hashes[n - 1] || convert_to(format('%s %s %s:%s%s:%s%s:%s%s:%s%s:%s%s:%s%s:%s',
      first + n, micros, octet_length(who), who, octet_length(actions[n]), actions[n], octet_length(subjects[n]), subjects[n],
      octet_length(reasons[n]), reasons[n], octet_length(expecteds[n]), expecteds[n],
      octet_length(figures[n]), figures[n], octet_length(whoms[n]), whoms[n]), 'UTF8'));
  END LOOP;
  INSERT INTO audit_log (seq, at, actor, action, subject, reason, expected, figures, by_whom, prev_hash, hash)
  SELECT first + l.n, audit_append.at, who, l.action, l.subject, l.reason, l.expected, l.figures::json, l.whom, hashes[l.n - 1], hashes[l.n]
  FROM unnest(actions, subjects, reasons, expecteds, figures, whoms) WITH ORDINALITY AS l (action, subject, reason, expected, figures, whom, n);
  UPDATE audit_head SET seq = first + cardinality(actions), prev_hash = hashes[cardinality(actions) - 1], hash = hashes[cardinality(actions)];
END
$$;
-- +goose StatementEnd

-- Lines that are inserted one by one are chained by the trigger as before. Only the owner, and so audit_append, can bring its own hash.
DROP TRIGGER audit_chain ON audit_log;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_log FOR EACH ROW WHEN (NEW.hash IS NULL) EXECUTE FUNCTION audit_chain();
UPDATE table_rights SET app = 'SELECT, INSERT (at, actor, action, subject, reason, expected, figures, by_whom)' WHERE table_name = 'audit_log';

ALTER FUNCTION grant_rights() RENAME TO grant_table_rights;
-- +goose StatementBegin
CREATE FUNCTION grant_rights() RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  other text;
  append CONSTANT text := 'FUNCTION audit_append(timestamptz, text, text[], text[], text[], text[], text[], text[])';
BEGIN
  PERFORM grant_table_rights();
  EXECUTE 'REVOKE ALL ON ' || append || ' FROM PUBLIC';
  FOR other IN SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'agente_readonly') LOOP
    EXECUTE format('REVOKE ALL ON %s FROM %I', append, other);
  END LOOP;
  IF EXISTS (SELECT FROM pg_roles WHERE rolname = 'agente_app') THEN
    EXECUTE 'GRANT EXECUTE ON ' || append || ' TO agente_app';
  END IF;
END
$$;
-- +goose StatementEnd
REVOKE ALL ON FUNCTION grant_rights() FROM PUBLIC;

-- +goose Down
DROP FUNCTION grant_rights();
ALTER FUNCTION grant_table_rights() RENAME TO grant_rights;
UPDATE table_rights SET app = 'SELECT, INSERT' WHERE table_name = 'audit_log';
DROP TRIGGER audit_chain ON audit_log;
CREATE TRIGGER audit_chain BEFORE INSERT ON audit_log FOR EACH ROW EXECUTE FUNCTION audit_chain();
DROP FUNCTION audit_append(timestamptz, text, text[], text[], text[], text[], text[], text[]);
-- +goose StatementBegin
CREATE FUNCTION actor_commit(k text, i text, e bigint, v bigint, new_state bytea, new_alarms jsonb, due timestamptz, at timestamptz, handled text)
RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  PERFORM FROM actor_lease l WHERE l.kind = k AND l.id = i AND l.epoch = e FOR SHARE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'actor %/% has a newer activation than epoch %', k, i, e USING ERRCODE = 'AC001';
  END IF;
  INSERT INTO actor_snapshot AS s (kind, id, epoch, version, state, alarms, next_due, updated_at)
  VALUES (k, i, e, v, new_state, new_alarms, due, at)
  ON CONFLICT (kind, id) DO UPDATE SET epoch = e, version = v, state = coalesce(new_state, s.state),
    alarms = new_alarms, next_due = due, updated_at = at;
  IF handled <> '' THEN
    DELETE FROM actor_message m WHERE m.id = handled;
  END IF;
END
$$;
-- +goose StatementEnd
DROP FUNCTION actor_commit(text, text, bigint, bigint, bytea, jsonb, timestamptz, timestamptz, text[]);
DROP TABLE budget_answers;
DELETE FROM table_rights WHERE table_name = 'budget_answers';
