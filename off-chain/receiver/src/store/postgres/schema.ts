import { CHARGE, UNDO } from "./functions.ts";

/**
 * The schema, as steps from one version to the next; `rmps.meta` says how many were taken. Steps are only ever added.
 * Amounts are numbers here, since they move by relative, guarded updates.
 */
export const MIGRATIONS: readonly string[] = [
  `
  CREATE TABLE rmps.channels (
    id text PRIMARY KEY,
    sender text NOT NULL,
    sender_signer text NOT NULL,
    receiver text NOT NULL,
    receiver_signer text NOT NULL,
    token text NOT NULL,
    challenge_period integer NOT NULL,
    salt text NOT NULL,
    opened_block bigint,
    deposit numeric NOT NULL DEFAULT 0,
    confirmed_deposit numeric NOT NULL DEFAULT 0,
    settled numeric NOT NULL DEFAULT 0,
    closes_at bigint NOT NULL DEFAULT 0,
    accepted numeric NOT NULL DEFAULT 0,
    spent numeric NOT NULL DEFAULT 0 CHECK (spent >= 0),
    proof_balance numeric,
    proof_signature text,
    agreement_amount numeric,
    agreement_deadline bigint,
    agreement_signature text,
    published numeric NOT NULL DEFAULT 0,
    paid boolean NOT NULL DEFAULT false,
    seen_floor numeric NOT NULL DEFAULT 0,
    seen_count integer NOT NULL DEFAULT 0
  ) WITH (fillfactor = 70);
  CREATE INDEX channels_by_sender ON rmps.channels (sender, id);
  CREATE INDEX channels_closing ON rmps.channels (id) WHERE closes_at <> 0 AND closes_at <> 4294967295;
  CREATE INDEX channels_agreed ON rmps.channels (id) WHERE agreement_signature IS NOT NULL;

  -- Balances that have bought something, above the channel's floor. Whoever writes one twice is refused.
  CREATE TABLE rmps.seen (
    channel text NOT NULL,
    balance numeric NOT NULL,
    PRIMARY KEY (channel, balance)
  );

  -- Charges whose requests are not finished. The row is what makes an undo happen once only.
  CREATE TABLE rmps.in_flight (
    charge text PRIMARY KEY,
    channel text NOT NULL,
    price numeric NOT NULL,
    key text,
    created timestamptz NOT NULL DEFAULT now()
  );
  CREATE INDEX in_flight_of_channel ON rmps.in_flight (channel);

  CREATE TABLE rmps.events (
    block bigint NOT NULL,
    log_index integer NOT NULL,
    channel text NOT NULL,
    kind text NOT NULL,
    amount numeric NOT NULL,
    closes_at bigint NOT NULL,
    hash text NOT NULL,
    PRIMARY KEY (block, log_index)
  );
  CREATE INDEX events_of_channel ON rmps.events (channel);

  CREATE TABLE rmps.blocks (number bigint PRIMARY KEY, hash text NOT NULL);

  CREATE TABLE rmps.repeats (
    key text PRIMARY KEY,
    created timestamptz NOT NULL DEFAULT now(),
    status integer,
    headers text,
    body bytea
  );
  CREATE INDEX repeats_by_age ON rmps.repeats (created);

  CREATE TABLE rmps.transactions (
    id integer GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    sender text NOT NULL,
    nonce bigint NOT NULL,
    state text NOT NULL,
    document text NOT NULL
  );
  CREATE UNIQUE INDEX transactions_by_nonce ON rmps.transactions (sender, nonce) WHERE state <> 'failed';
  CREATE INDEX transactions_unfinished ON rmps.transactions (id) WHERE state IN ('pending', 'mined');

  ${CHARGE}
  ${UNDO}
  `,
  `
  -- What sponsoring costs the sender: agreed, and charged with its next proof.
  ALTER TABLE rmps.channels ADD COLUMN fee numeric NOT NULL DEFAULT 0;

  CREATE TABLE rmps.sponsorships (
    key text PRIMARY KEY,
    channel text NOT NULL,
    sender text NOT NULL,
    amount numeric NOT NULL,
    fee numeric NOT NULL,
    data text NOT NULL,
    valid_until bigint NOT NULL,
    cost numeric NOT NULL,
    state text NOT NULL,
    hash text,
    created bigint NOT NULL,
    -- Whether the fee has gone to the channel.
    applied boolean NOT NULL
  );
  CREATE INDEX sponsorships_by_age ON rmps.sponsorships (created);
  CREATE INDEX sponsorships_of_sender ON rmps.sponsorships (sender);
  CREATE INDEX sponsorships_unsent ON rmps.sponsorships (key) WHERE state = 'stored';
  CREATE INDEX sponsorships_due ON rmps.sponsorships (channel) WHERE NOT applied;

  ${CHARGE}
  `,
  `
  -- Hashes of the transactions that make the deposit: while one is on the chain, the fee is owed. Null where nothing was
  -- sent; or where a version before this one has taken the fee, which it may keep.
  ALTER TABLE rmps.sponsorships ADD COLUMN deposits text[];
  UPDATE rmps.sponsorships SET deposits = ARRAY[hash] WHERE NOT applied AND hash IS NOT NULL;
  DROP INDEX rmps.sponsorships_due;
  CREATE INDEX sponsorships_of_channel ON rmps.sponsorships (channel);

  -- Since when the settler has seen something unsettled.
  CREATE TABLE rmps.unsettled (channel text PRIMARY KEY, settled numeric NOT NULL, since bigint NOT NULL);
  `,
  // A key that was charged is not charged again, no price is served beyond the deposit, and no floor falls.
  CHARGE,
];
