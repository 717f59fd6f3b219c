/*
 * Why the tables are laid out like this (figures: 64 invocations a transaction, this is what dominated):
 *
 * - A transaction writes whole pages to the log, so what counts is how many pages it touches. Everything that grows grows
 *   at its end: rows by number, index entries by time.
 * - invocations_by_id holds the id turned around, its last 22 characters (the unique part) first. Those may ascend with
 *   time, whereas the front of an id is the hash of a key: with ascending ids an invocation costs 12 us, with the id as it
 *   stands 23 us, since each insert dirties a page of its own.
 * - journal, keyed_state and promises have rowids, not their key as the table itself (WITHOUT ROWID): with payloads of
 *   1,000 bytes an appended journal row costs 8 us instead of 40 us. In a WITHOUT ROWID table an append to one of a
 *   thousand live journals lands in the middle, and a long row spills to a page of its own.
 * - Partial indexes hold only what is looked for: queued, running and purgeable invocations.
 */

/** Characters before the unique part of an invocation id: `inv_1` and the partition key (11 in base62). */
const ID_FRONT_LENGTH = 16;

/** The two expressions that invocations_by_id is made of. A query that compares both finds the index.
 * (Of bytes, because substr of text ends at a NUL.) */
export const idBack = (id: string) => `substr(CAST(${id} AS BLOB), ${ID_FRONT_LENGTH + 1})`;
export const idFront = (id: string) => `substr(CAST(${id} AS BLOB), 1, ${ID_FRONT_LENGTH})`;

export const tables = `
CREATE TABLE invocations (
  num INTEGER PRIMARY KEY,               -- number that rows are joined by: partition * 2^40 + n
  partition INTEGER NOT NULL,            -- partition that owns the invocation
  id TEXT NOT NULL,                      -- invocation id as the world sees it
  service TEXT NOT NULL,                 -- name of the service
  handler TEXT NOT NULL,                 -- name of the handler
  key TEXT,                              -- key of the virtual object or workflow, null for a plain service
  kind INTEGER NOT NULL,                 -- 0 service, 1 object exclusive, 2 object shared, 3 workflow run, 4 workflow shared
  idempotency_key TEXT,                  -- idempotency key of the caller
  invoked_by INTEGER NOT NULL,           -- 0 ingress, 1 service, 2 restart as new
  invoked_by_id TEXT,                    -- id of the invocation that called, or that was restarted
  invoked_by_target TEXT,                -- Service/handler of the caller
  created_at INTEGER NOT NULL,           -- unix milliseconds
  scheduled_for INTEGER,                 -- when a delayed call is due, unix milliseconds
  traceparent TEXT,                      -- W3C trace context of the call
  status INTEGER NOT NULL,               -- 0 scheduled, 1 inboxed, 2 invoked, 3 suspended, 4 paused, 5 completed
  modified_at INTEGER NOT NULL,          -- last change of the status, unix milliseconds
  inboxed_at INTEGER,                    -- when it began to wait for its key, unix milliseconds
  running_at INTEGER,                    -- when its first attempt could start, unix milliseconds
  completed_at INTEGER,                  -- unix milliseconds
  inbox_seq INTEGER,                     -- place in its key's queue while it waits for or holds the key
  deployment TEXT,                       -- id of the deployment that it is pinned to
  protocol_version INTEGER,              -- version of the service protocol that it is pinned to
  journal_length INTEGER NOT NULL,       -- rows in its journal
  command_count INTEGER NOT NULL,        -- how many of these are commands
  completion_retention INTEGER NOT NULL, -- how long the result is kept once completed, milliseconds
  journal_retention INTEGER NOT NULL,    -- how long the journal is kept once completed, milliseconds
  awaiting BLOB,                         -- what a suspended invocation waits for, as the core encoded it
  waiters TEXT,                          -- who waits for the result, JSON
  outcome_kind INTEGER,                  -- 1 value, 2 failure, null while not completed
  outcome BLOB,                          -- the value, or the encoded Failure message
  purge_at INTEGER                       -- when the cleaner may remove the row, unix milliseconds
) STRICT;

-- Finds an invocation by its id; the end of the id leads, since it may ascend with time.
CREATE UNIQUE INDEX invocations_by_id ON invocations (${idBack("id")}, ${idFront("id")});

-- The queue of a key.
CREATE INDEX invocations_queued ON invocations (partition, service, key, inbox_seq) WHERE inbox_seq IS NOT NULL;

-- What starts anew after a restart (status 2, invoked).
CREATE INDEX invocations_running ON invocations (status) WHERE status = 2;

-- What the cleaner removes.
CREATE INDEX invocations_purgeable ON invocations (partition, purge_at) WHERE purge_at IS NOT NULL;

CREATE TABLE journal (
  seq INTEGER PRIMARY KEY,      -- order of writing over all journals
  num INTEGER NOT NULL,         -- number of the invocation
  entry_index INTEGER NOT NULL, -- place in the invocation's journal, from 0
  type INTEGER NOT NULL,        -- message type of the service protocol
  payload BLOB NOT NULL,        -- protobuf message
  appended_at INTEGER NOT NULL  -- unix milliseconds
) STRICT;

CREATE UNIQUE INDEX journal_by_invocation ON journal (num, entry_index);

-- State of virtual objects and workflows.
CREATE TABLE keyed_state (
  partition INTEGER NOT NULL, -- partition that owns the key
  service TEXT NOT NULL,      -- name of the service
  key TEXT NOT NULL,          -- key of the virtual object or workflow
  name TEXT NOT NULL,         -- name of the state entry
  value BLOB NOT NULL         -- value as the handler's serde wrote it
) STRICT;

CREATE UNIQUE INDEX keyed_state_by_name ON keyed_state (partition, service, key, name);

-- Promises of workflows.
CREATE TABLE promises (
  partition INTEGER NOT NULL, -- partition that owns the workflow
  service TEXT NOT NULL,      -- name of the workflow service
  key TEXT NOT NULL,          -- key of the workflow
  name TEXT NOT NULL,         -- name of the promise
  outcome_kind INTEGER,       -- 1 value, 2 failure, null while open
  outcome BLOB,               -- the value, or the encoded Failure message
  waiters TEXT                -- who waits for it, JSON
) STRICT;

CREATE UNIQUE INDEX promises_by_name ON promises (partition, service, key, name);

CREATE TABLE timers (
  partition INTEGER NOT NULL,     -- partition that fires the timer
  at INTEGER NOT NULL,            -- when it is due, unix milliseconds
  num INTEGER NOT NULL,           -- number of the invocation
  completion_id INTEGER NOT NULL, -- completion of the Sleep command, 0 for the start of a delayed invocation
  PRIMARY KEY (partition, at, num, completion_id)
) WITHOUT ROWID, STRICT;

-- Messages to other partitions, kept until the receiver has them.
CREATE TABLE outbox (
  partition INTEGER NOT NULL, -- partition that sends
  seq INTEGER NOT NULL,       -- place in the partition's outbox
  message BLOB NOT NULL       -- the message as the core encoded it
) STRICT;

CREATE UNIQUE INDEX outbox_by_seq ON outbox (partition, seq);

-- Deployments, overrides of services, settings.
CREATE TABLE documents (
  kind TEXT NOT NULL, -- deployment, service or meta
  id TEXT NOT NULL,   -- id within the kind
  json TEXT NOT NULL, -- the document
  PRIMARY KEY (kind, id)
) STRICT;
`;
