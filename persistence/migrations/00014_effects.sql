-- Calls that raise spending are checked by the database as they begin, and of each thing that a plan creates one alone may win.

-- +goose Up
CREATE TABLE platform_winners (
  plan        text NOT NULL, -- the campaign, by our id
  entity      text NOT NULL, -- the campaign, ad set or ad, by our id
  level       text NOT NULL CHECK (level IN ('campaign', 'ad_set', 'ad')),
  platform    text NOT NULL,
  external_id text NOT NULL CHECK (external_id <> ''),
  effect_id   text NOT NULL, -- what created it
  at          timestamptz NOT NULL,
  PRIMARY KEY (plan, entity),
  CONSTRAINT platform_winners_once UNIQUE (platform, level, external_id)
);
COMMENT ON TABLE platform_winners IS 'The one external id that may ever deliver for each thing of a plan: set once, never changed.';

INSERT INTO platform_winners (plan, entity, level, platform, external_id, effect_id, at)
SELECT id, id, 'campaign', platform, external_id, '', updated_at FROM campaigns WHERE external_id <> ''
UNION ALL
SELECT s.campaign_id, s.id, 'ad_set', c.platform, s.external_id, '', s.updated_at
FROM ad_sets s JOIN campaigns c ON c.id = s.campaign_id WHERE s.external_id <> ''
UNION ALL
SELECT a.campaign_id, a.id, 'ad', c.platform, a.external_id, '', a.updated_at
FROM ads a JOIN campaigns c ON c.id = a.campaign_id WHERE a.external_id <> ''
ON CONFLICT DO NOTHING;

ALTER TABLE outbox
  ADD COLUMN raises boolean NOT NULL DEFAULT false,     -- it may raise what is spent
  ADD COLUMN entity text NOT NULL DEFAULT '',           -- our id of what it creates or changes
  ADD COLUMN external_id text NOT NULL DEFAULT '',      -- what a raise names on the platform
  ADD COLUMN grant_day date,                            -- the rest says what pays for a raise
  ADD COLUMN grant_until timestamptz,
  ADD COLUMN grant_minor bigint,
  ADD COLUMN grant_currency text NOT NULL DEFAULT '',
  ADD COLUMN reservation_id text NOT NULL DEFAULT '',
  ADD COLUMN approval_id text NOT NULL DEFAULT '',
  ADD COLUMN manifest text NOT NULL DEFAULT '',
  ADD COLUMN dismissed_at timestamptz,                  -- a person has seen that it was given up
  ADD COLUMN dismissed_by text NOT NULL DEFAULT '';
CREATE INDEX outbox_dead ON outbox (updated_at) WHERE state IN ('refused', 'failed') AND dismissed_at IS NULL;

-- +goose StatementBegin
-- The external id of a thing, set once: whoever comes second with another one is refused.
CREATE FUNCTION entity_win(p text, e text, l text, f text, x text, effect text, now timestamptz) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO platform_winners (plan, entity, level, platform, external_id, effect_id, at) VALUES (p, e, l, f, x, effect, now)
  ON CONFLICT DO NOTHING;
  PERFORM FROM platform_winners w WHERE w.plan = p AND w.entity = e AND w.level = l AND w.platform = f AND w.external_id = x;
  IF NOT FOUND THEN
    RAISE EXCEPTION '% % of % is not % on %', l, e, p, x, f USING ERRCODE = 'AC007';
  END IF;
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- Why a call that raises spending may not begin now, as a code; '' when it may. The rows that it reads stay as they are until the
-- transaction ends, so that the intent is written under them.
CREATE FUNCTION raise_refusal(o outbox, now timestamptz) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  stopped boolean;
BEGIN
  SELECT c.frozen INTO stopped FROM control c FOR SHARE;
  IF stopped THEN
    RETURN 'frozen';
  END IF;
  PERFORM FROM platform_winners w WHERE w.plan = o.subject AND w.entity = o.entity AND w.platform = o.courier AND w.external_id = o.external_id;
  IF NOT FOUND THEN
    RETURN 'not_the_winner';
  END IF;
  IF o.grant_until IS NULL OR now >= o.grant_until THEN
    RETURN 'grant_expired';
  END IF;
  PERFORM FROM reservations r WHERE r.campaign_id = o.subject AND r.platform = o.courier AND r.day = o.grant_day
    AND r.state = 'outstanding' AND r.nominal_minor >= o.grant_minor AND r.currency = o.grant_currency FOR SHARE;
  IF NOT FOUND THEN
    RETURN 'grant_missing';
  END IF;
  IF o.approval_id <> '' OR o.manifest <> '' THEN
    PERFORM FROM approvals a WHERE a.id = o.approval_id AND a.status = 'approved' AND a.manifest = o.manifest FOR SHARE;
    IF NOT FOUND THEN
      RETURN 'approval_missing';
    END IF;
  END IF;
  RETURN '';
END
$$;
-- +goose StatementEnd

-- +goose StatementBegin
-- An effect is about to be performed. One that raises spending has to come by itself (alone), and is refused unless it is paid for; if
-- it may have been performed before, it begins all the same, and the code says that it may only be looked up.
CREATE FUNCTION effect_begin(e text, at timestamptz, alone boolean) RETURNS text LANGUAGE plpgsql AS $$
DECLARE
  o outbox;
  refusal text := '';
BEGIN
  SELECT * INTO o FROM outbox WHERE id = e AND state IN ('pending', 'inflight', 'unknown') FOR UPDATE;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'effect % does not exist or has ended', e USING ERRCODE = 'AC005';
  END IF;
  IF o.raises THEN
    refusal := CASE WHEN alone THEN raise_refusal(o, at) ELSE 'not_alone' END;
    IF refusal <> '' AND (o.state = 'pending' OR NOT alone) THEN
      RAISE EXCEPTION 'effect % may not raise spending', e USING ERRCODE = 'AC006', DETAIL = refusal;
    END IF;
  END IF;
  UPDATE outbox SET state = 'inflight', attempts = attempts + 1, updated_at = at WHERE id = e;
  INSERT INTO audit_log (at, actor, action, subject, reason, expected, figures, by_whom)
  VALUES (at, 'courier/' || o.courier, 'effect_intended', o.subject, o.kind, '',
    format('{"effect":%s,"attempt":"%s"}', to_json(e), o.attempts + 1)::json, '');
  RETURN refusal;
END
$$;
-- +goose StatementEnd
DROP FUNCTION effect_begin(text, timestamptz);

INSERT INTO table_rights VALUES ('platform_winners', 'SELECT, INSERT', '*');

-- +goose Down
-- +goose StatementBegin
CREATE FUNCTION effect_begin(e text, at timestamptz) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  o outbox;
BEGIN
  UPDATE outbox SET state = 'inflight', attempts = attempts + 1, updated_at = at
  WHERE id = e AND state IN ('pending', 'inflight', 'unknown') RETURNING * INTO o;
  IF NOT FOUND THEN
    RAISE EXCEPTION 'effect % does not exist or has ended', e USING ERRCODE = 'AC005';
  END IF;
  INSERT INTO audit_log (at, actor, action, subject, reason, expected, figures, by_whom)
  VALUES (at, 'courier/' || o.courier, 'effect_intended', o.subject, o.kind, '',
    format('{"effect":%s,"attempt":"%s"}', to_json(e), o.attempts)::json, '');
END
$$;
-- +goose StatementEnd
DROP FUNCTION effect_begin(text, timestamptz, boolean);
DROP FUNCTION raise_refusal(outbox, timestamptz);
DROP FUNCTION entity_win(text, text, text, text, text, text, timestamptz);
DROP INDEX outbox_dead;
ALTER TABLE outbox DROP COLUMN raises, DROP COLUMN entity, DROP COLUMN external_id, DROP COLUMN grant_day, DROP COLUMN grant_until,
  DROP COLUMN grant_minor, DROP COLUMN grant_currency, DROP COLUMN reservation_id, DROP COLUMN approval_id, DROP COLUMN manifest,
  DROP COLUMN dismissed_at, DROP COLUMN dismissed_by;
DROP TABLE platform_winners;
DELETE FROM table_rights WHERE table_name = 'platform_winners';
