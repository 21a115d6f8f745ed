-- Jobs say when in many ways: rules, calendars and the policies around them; the almanac.
-- Foreign keys are off while migrations run, and checked at the end of each.

ALTER TABLE meta ADD COLUMN almanac_revision INTEGER NOT NULL DEFAULT 1
  CHECK (almanac_revision >= 1);

-- Lists are JSON text. What every run touches comes first, so that it is reached without reading
-- over the texts.
CREATE TABLE jobs_new (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  shard INTEGER NOT NULL REFERENCES shards (shard),
  version INTEGER NOT NULL CHECK (version >= 1),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  overlap INTEGER NOT NULL CHECK (overlap BETWEEN 0 AND 4),
  max_runs INTEGER NOT NULL CHECK (max_runs >= 0),
  fired_runs INTEGER NOT NULL CHECK (fired_runs >= 0),
  fixed_delay_ms INTEGER NOT NULL CHECK (fixed_delay_ms >= 0), -- of the rules; 0: none
  end_at_ms INTEGER,
  next_due_ms INTEGER,
  fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0), -- the last one minted
  deleted_at_ms INTEGER,                               -- the row stays for its ledger
  calendar_revision INTEGER NOT NULL CHECK (calendar_revision >= 0),
  zone_version TEXT NOT NULL,
  timeout_s INTEGER NOT NULL CHECK (timeout_s >= 0),
  retry_times INTEGER NOT NULL CHECK (retry_times >= 0),
  task_type TEXT NOT NULL,
  executor TEXT NOT NULL,
  name TEXT NOT NULL,
  rules TEXT NOT NULL CHECK (json_type(rules) = 'array'),
  time_zone TEXT NOT NULL,
  dst INTEGER NOT NULL CHECK (dst BETWEEN 0 AND 2),
  start_at_ms INTEGER,
  calendars TEXT NOT NULL CHECK (json_type(calendars) = 'array'),
  on_excluded INTEGER NOT NULL CHECK (on_excluded BETWEEN 0 AND 2),
  jitter_ms INTEGER NOT NULL CHECK (jitter_ms >= 0),
  misfire INTEGER NOT NULL CHECK (misfire BETWEEN 0 AND 2),
  catch_up_window_ms INTEGER NOT NULL CHECK (catch_up_window_ms >= 0),
  catch_up_rate INTEGER NOT NULL CHECK (catch_up_rate >= 0),
  anchor_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  description TEXT NOT NULL,
  payload TEXT NOT NULL
) STRICT;

INSERT INTO jobs_new (
    id, shard, version, paused, overlap, max_runs, fired_runs, fixed_delay_ms, next_due_ms, fence,
    deleted_at_ms, calendar_revision, zone_version, timeout_s, retry_times, task_type, executor,
    name, rules, time_zone, dst, calendars, on_excluded, jitter_ms, misfire, catch_up_window_ms,
    catch_up_rate, anchor_ms, created_at_ms, updated_at_ms, description, payload)
  SELECT
    id, shard, version, paused, 0, 0,
    (SELECT count(*) FROM runs WHERE job_id = jobs.id AND kind = 0 AND state < 8),
    0, next_due_ms, fence, deleted_at_ms, 0, '', timeout_s, retry_times, task_type, executor, name,
    CASE
      WHEN cron_spec <> '' THEN json_array(json_object('kind', 0, 'cron', cron_spec))
      WHEN interval_s > 0 THEN json_array(json_object('kind', 1, 'every_ms', interval_s * 1000))
      ELSE '[]'
    END,
    'UTC', 0, '[]', 0, 0, 1, 3600000, 10, anchor_ms, created_at_ms, updated_at_ms, description,
    payload
  FROM jobs;

DROP TABLE jobs;
ALTER TABLE jobs_new RENAME TO jobs;

CREATE INDEX jobs_due ON jobs (next_due_ms, id)
  WHERE deleted_at_ms IS NULL AND paused = 0 AND next_due_ms IS NOT NULL;
CREATE INDEX jobs_listed ON jobs (created_at_ms, id) WHERE deleted_at_ms IS NULL;
-- What a plan was worked out with: few values, each with its jobs by id.
CREATE INDEX jobs_by_zones ON jobs (zone_version, id, shard)
  WHERE deleted_at_ms IS NULL AND zone_version <> '';
CREATE INDEX jobs_by_calendars ON jobs (calendar_revision, id, shard)
  WHERE deleted_at_ms IS NULL AND calendar_revision <> 0;
CREATE INDEX jobs_with_calendars ON jobs (id, calendars)
  WHERE deleted_at_ms IS NULL AND calendars <> '[]';

ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';

-- One index for what two did: a planned instant becomes a row once (manual and event runs are told
-- apart by their id), and a job's runs are found by due. Each fire dirties a page of its own here:
-- 5,000 jobs are 5,000 places.
DROP INDEX runs_once;
DROP INDEX runs_of_job;
CREATE UNIQUE INDEX runs_of_job
  ON runs (job_id, due_ms, kind, part, (CASE WHEN kind IN (0, 3) THEN x'' ELSE id END));

CREATE TABLE calendars (
  name TEXT PRIMARY KEY NOT NULL,
  description TEXT NOT NULL,
  including INTEGER NOT NULL CHECK (including IN (0, 1)),
  dates TEXT NOT NULL CHECK (json_type(dates) = 'array'),
  weekdays INTEGER NOT NULL CHECK (weekdays >= 0),
  updated_at_ms INTEGER NOT NULL
) STRICT;

CREATE TABLE blackouts (
  name TEXT PRIMARY KEY NOT NULL,
  begin_ms INTEGER NOT NULL,
  end_ms INTEGER NOT NULL,
  reason TEXT NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT;
