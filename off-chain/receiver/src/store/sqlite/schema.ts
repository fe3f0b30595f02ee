/**
 * The schema, as steps from one version to the next; `user_version` says how many were taken. Steps are only ever
 * added. Amounts are 28 lower-case hex digits (the contract's 112 bits), so that text compares as numbers do.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE meta (name TEXT PRIMARY KEY, value ANY NOT NULL) STRICT, WITHOUT ROWID;

  CREATE TABLE channels (
    id TEXT PRIMARY KEY,
    sender TEXT NOT NULL,
    sender_signer TEXT NOT NULL,
    receiver TEXT NOT NULL,
    receiver_signer TEXT NOT NULL,
    token TEXT NOT NULL,
    challenge_period INTEGER NOT NULL,
    salt TEXT NOT NULL,
    opened_block INTEGER,
    deposit TEXT NOT NULL,
    confirmed_deposit TEXT NOT NULL,
    settled TEXT NOT NULL,
    closes_at INTEGER NOT NULL,
    accepted TEXT NOT NULL,
    spent TEXT NOT NULL,
    proof_balance TEXT,
    proof_signature TEXT,
    agreement_amount TEXT,
    agreement_deadline INTEGER,
    agreement_signature TEXT,
    published TEXT NOT NULL,
    paid INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX channels_by_sender ON channels (sender, id);
  CREATE INDEX channels_closing ON channels (id) WHERE closes_at <> 0 AND closes_at <> 4294967295;
  CREATE INDEX channels_unsettled ON channels (id) WHERE spent > settled;
  CREATE INDEX channels_agreed ON channels (id) WHERE agreement_signature IS NOT NULL;

  CREATE TABLE events (
    block INTEGER NOT NULL,
    log_index INTEGER NOT NULL,
    channel TEXT NOT NULL,
    kind TEXT NOT NULL,
    amount TEXT NOT NULL,
    closes_at INTEGER NOT NULL,
    hash TEXT NOT NULL,
    PRIMARY KEY (block, log_index)
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX events_of_channel ON events (channel);

  CREATE TABLE blocks (number INTEGER PRIMARY KEY, hash TEXT NOT NULL) STRICT;

  CREATE TABLE repeats (
    key TEXT PRIMARY KEY,
    created INTEGER NOT NULL,
    status INTEGER,
    headers TEXT,
    body BLOB
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX repeats_by_age ON repeats (created);

  CREATE TABLE transactions (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    sender TEXT NOT NULL,
    nonce INTEGER NOT NULL,
    state TEXT NOT NULL,
    document TEXT NOT NULL
  ) STRICT;
  CREATE UNIQUE INDEX transactions_by_nonce ON transactions (sender, nonce) WHERE state <> 'failed';
  CREATE INDEX transactions_unfinished ON transactions (id) WHERE state IN ('pending', 'mined');
  `,
  `
  -- What sponsoring costs the sender: agreed, and charged with its next proof.
  ALTER TABLE channels ADD COLUMN fee TEXT NOT NULL DEFAULT '0000000000000000000000000000';

  CREATE TABLE sponsorships (
    key TEXT PRIMARY KEY,
    channel TEXT NOT NULL,
    sender TEXT NOT NULL,
    amount TEXT NOT NULL,
    fee TEXT NOT NULL,
    data TEXT NOT NULL,
    valid_until INTEGER NOT NULL,
    cost TEXT NOT NULL,
    state TEXT NOT NULL,
    hash TEXT,
    created INTEGER NOT NULL,
    -- Whether the fee has gone to the channel.
    applied INTEGER NOT NULL
  ) STRICT, WITHOUT ROWID;
  CREATE INDEX sponsorships_by_age ON sponsorships (created);
  CREATE INDEX sponsorships_of_sender ON sponsorships (sender);
  CREATE INDEX sponsorships_unsent ON sponsorships (key) WHERE state = 'stored';
  CREATE INDEX sponsorships_due ON sponsorships (channel) WHERE applied = 0;
  `,
  `
  -- What became of our part of the channels since it was last posted to them, in order.
  CREATE TABLE journal (
    entry INTEGER PRIMARY KEY,
    channel TEXT NOT NULL,
    accepted TEXT NOT NULL,
    spent TEXT NOT NULL,
    fee TEXT NOT NULL,
    proof_balance TEXT,
    proof_signature TEXT,
    agreement_amount TEXT,
    agreement_deadline INTEGER,
    agreement_signature TEXT,
    published TEXT NOT NULL,
    paid INTEGER NOT NULL
  ) STRICT;
  `,
  `
  -- Hashes of the transactions that make the deposit, with blanks between them: while one is on the chain, the fee is
  -- owed. Null where nothing was sent; or where a version before this one has taken the fee, which it may keep.
  ALTER TABLE sponsorships ADD COLUMN deposits TEXT;
  UPDATE sponsorships SET deposits = hash WHERE applied = 0;
  DROP INDEX sponsorships_due;
  CREATE INDEX sponsorships_of_channel ON sponsorships (channel);

  -- Since when the settler has seen something unsettled.
  CREATE TABLE unsettled (channel TEXT PRIMARY KEY, settled TEXT NOT NULL, since INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  `,
];

/** Marks the file as ours: "RMPS" in ASCII. */
export const APPLICATION_ID = 0x524d5053;

/** Marks it as moved away, "RMPM": whoever knows nothing of moves takes it for another program's. */
export const MOVED_ID = 0x524d504d;
