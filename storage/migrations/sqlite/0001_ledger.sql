-- The ledger: jobs, their runs, the attempts of those, executors, and who drives which shard.
-- Instants are UTC milliseconds, ids 16 bytes. Columns are named like the C++ members.

CREATE TABLE meta (
  one INTEGER PRIMARY KEY CHECK (one = 1),
  cluster_id BLOB NOT NULL CHECK (length(cluster_id) = 16),
  lease_kind INTEGER CHECK (lease_kind IN (1, 2)) -- 1 row, 2 redis
) STRICT;

-- Leases: expires_ms counts on the boottime clock of the boot named by boot_id.
CREATE TABLE shards (
  shard INTEGER PRIMARY KEY CHECK (shard BETWEEN 0 AND 63),
  epoch INTEGER NOT NULL DEFAULT 0 CHECK (epoch >= 0),
  owner TEXT NOT NULL DEFAULT '',
  address TEXT NOT NULL DEFAULT '',
  boot_id TEXT NOT NULL DEFAULT '',
  expires_ms INTEGER NOT NULL DEFAULT 0
) STRICT;

INSERT INTO shards (shard)
  WITH RECURSIVE numbers (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < 63)
  SELECT n FROM numbers;

CREATE TRIGGER epochs_never_shrink BEFORE UPDATE OF epoch ON shards
  WHEN NEW.epoch < OLD.epoch
  BEGIN SELECT RAISE(ABORT, 'an epoch never shrinks'); END;

CREATE TABLE jobs (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  shard INTEGER NOT NULL REFERENCES shards (shard),
  version INTEGER NOT NULL CHECK (version >= 1),
  name TEXT NOT NULL,
  description TEXT NOT NULL,
  task_type TEXT NOT NULL,
  cron_spec TEXT NOT NULL,
  interval_s INTEGER NOT NULL CHECK (interval_s >= 0),
  payload TEXT NOT NULL,
  executor TEXT NOT NULL,
  timeout_s INTEGER NOT NULL CHECK (timeout_s >= 0),
  retry_times INTEGER NOT NULL CHECK (retry_times >= 0),
  paused INTEGER NOT NULL CHECK (paused IN (0, 1)),
  anchor_ms INTEGER NOT NULL,
  next_due_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL,
  fence INTEGER NOT NULL DEFAULT 0 CHECK (fence >= 0), -- the last one minted
  deleted_at_ms INTEGER,                               -- the row stays for its ledger
  CHECK (cron_spec = '' OR interval_s = 0)
) STRICT;

CREATE INDEX jobs_due ON jobs (next_due_ms, id)
  WHERE deleted_at_ms IS NULL AND paused = 0 AND next_due_ms IS NOT NULL;
CREATE INDEX jobs_listed ON jobs (created_at_ms, id) WHERE deleted_at_ms IS NULL;

-- state: 0 PENDING, 1 SCHEDULING, 2 RUNNING, 3 SUCCESS, 4 FAILED, 5 TIMEOUT, 6 CANCELED, 7 LOST,
--        8 SKIPPED, 9 MISSED. Up to 2 a run is unfinished.
-- kind:  0 planned, 1 manual, 2 event, 3 child.
CREATE TABLE runs (
  id BLOB PRIMARY KEY NOT NULL CHECK (length(id) = 16),
  job_id BLOB NOT NULL REFERENCES jobs (id),
  shard INTEGER NOT NULL,
  kind INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 3),
  part INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  due_last_ms INTEGER NOT NULL,
  count INTEGER NOT NULL,
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 9),
  reason TEXT NOT NULL,
  attempt INTEGER NOT NULL CHECK (attempt >= 0),
  tries INTEGER NOT NULL CHECK (tries BETWEEN 0 AND attempt),
  fence INTEGER NOT NULL CHECK (fence >= 0),
  executor TEXT NOT NULL,
  not_before_ms INTEGER NOT NULL,
  cancel_requested INTEGER NOT NULL CHECK (cancel_requested IN (0, 1)),
  started_at_ms INTEGER,
  ended_at_ms INTEGER,
  created_at_ms INTEGER NOT NULL,
  CHECK (due_last_ms >= due_ms AND count >= 1),
  CHECK (count = 1 OR state IN (8, 9)),
  CHECK ((ended_at_ms IS NOT NULL) = (state > 2)),
  CHECK ((attempt = 0) = (fence = 0)),
  CHECK (attempt > 0 OR state IN (0, 4, 6, 8, 9)),
  CHECK (state <> 2 OR started_at_ms IS NOT NULL)
) STRICT;

-- A planned instant becomes a row once. Manual and event runs are unique by their id.
CREATE UNIQUE INDEX runs_once ON runs (job_id, due_ms, kind, part) WHERE kind IN (0, 3);
CREATE INDEX runs_of_job ON runs (job_id, due_ms, id);
CREATE INDEX runs_unfinished ON runs (job_id, state) WHERE state <= 2;
-- state is among the columns so that counting need not look at the rows.
CREATE INDEX runs_pending ON runs (due_ms, id, shard, state) WHERE state = 0;
CREATE INDEX runs_in_flight ON runs (due_ms, id, shard) WHERE state IN (1, 2);

CREATE TRIGGER runs_stay_ended BEFORE UPDATE OF state ON runs
  WHEN OLD.state > 2 AND OLD.state <> 7 AND NEW.state <> OLD.state
  BEGIN SELECT RAISE(ABORT, 'an ended run stays as it ended'); END;

-- state: as of runs; 0 means it was given back (REFUSED, NOT_STARTED).
CREATE TABLE attempts (
  run_id BLOB NOT NULL REFERENCES runs (id),
  attempt INTEGER NOT NULL CHECK (attempt >= 1),
  job_id BLOB NOT NULL,
  executor TEXT NOT NULL,
  incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
  fence INTEGER NOT NULL CHECK (fence >= 1),
  epoch INTEGER NOT NULL CHECK (epoch >= 1),
  state INTEGER NOT NULL CHECK (state BETWEEN 0 AND 7),
  reason TEXT NOT NULL,
  assigned_at_ms INTEGER NOT NULL,
  started_at_ms INTEGER,
  ended_at_ms INTEGER,
  output_head BLOB NOT NULL,
  output_tail BLOB NOT NULL,
  output_bytes INTEGER NOT NULL,
  error TEXT NOT NULL,
  PRIMARY KEY (run_id, attempt),
  CHECK ((ended_at_ms IS NOT NULL) = (state NOT IN (1, 2)))
) STRICT;

CREATE TABLE executors (
  id TEXT PRIMARY KEY NOT NULL,
  incarnation BLOB NOT NULL CHECK (length(incarnation) = 16),
  session INTEGER NOT NULL,
  slots INTEGER NOT NULL CHECK (slots >= 0),
  host TEXT NOT NULL,
  pid INTEGER NOT NULL,
  version TEXT NOT NULL,
  up INTEGER NOT NULL CHECK (up IN (0, 1)),
  heartbeat_at_ms INTEGER NOT NULL,
  created_at_ms INTEGER NOT NULL,
  updated_at_ms INTEGER NOT NULL
) STRICT;

-- In the order in which the executor announced them.
CREATE TABLE executor_task_types (
  executor_id TEXT NOT NULL REFERENCES executors (id) ON DELETE CASCADE,
  position INTEGER NOT NULL,
  task_type TEXT NOT NULL,
  PRIMARY KEY (executor_id, position)
) STRICT, WITHOUT ROWID;
