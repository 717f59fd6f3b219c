export const journalEvents = `
-- What happened to an invocation beside its journal.
CREATE TABLE journal_events (
  seq INTEGER PRIMARY KEY,            -- order of writing over all invocations
  num INTEGER NOT NULL,               -- number of the invocation
  after_entry_index INTEGER NOT NULL, -- last entry of the journal that was there
  appended_at INTEGER NOT NULL,       -- unix milliseconds
  type TEXT NOT NULL,                 -- TransientError or Paused
  json TEXT NOT NULL                  -- what happened
) STRICT;

CREATE INDEX journal_events_by_invocation ON journal_events (num);
`;
