/** Balances remembered one by one for a channel before the lower half is forgotten; as in `ledger/seen.ts`. */
const WINDOW = 1024;

/** What is spent after a charge, on a channel `t` before it. */
const SPENT = "CASE WHEN recovered THEN greatest(t.spent + t.fee + p, b, t.settled) ELSE t.spent + t.fee + p END";

/**
 * The rule of payments (`charge` in `ledger/account.ts`) once more, for many requests in one transaction. Each takes
 * the lock of its channel's row; both numbers then move by a relative update that is guarded by the rule itself, so
 * that no node can ever write what another has changed. One row of the answer for each request, in their order.
 *
 * `again`: the outcome of an earlier call with the same names is unknown; what it charged is not charged twice.
 */
export const CHARGE = `
CREATE OR REPLACE FUNCTION rmps.charge(
  charges text[], channel_ids text[], balances numeric[], signatures text[], prices numeric[], keys text[],
  first_block bigint, again boolean
) RETURNS TABLE (
  kind text, new_accepted numeric, new_spent numeric, answer_status integer, answer_headers text, answer_body bytea
) LANGUAGE plpgsql AS $function$
DECLARE
  c rmps.channels%ROWTYPE;
  b numeric;
  p numeric;
  recovered boolean;
  lowest numeric;
BEGIN
  FOR i IN 1 .. cardinality(charges) LOOP
    b := balances[i];
    p := prices[i];
    new_accepted := NULL;
    new_spent := NULL;
    answer_status := NULL;
    answer_headers := NULL;
    answer_body := NULL;
    SELECT * INTO c FROM rmps.channels WHERE id = channel_ids[i] FOR UPDATE;
    IF NOT FOUND THEN
      kind := 'channel-not-found';
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF again AND EXISTS (SELECT FROM rmps.in_flight WHERE charge = charges[i]) THEN
      kind := 'charged';
      new_accepted := c.accepted;
      new_spent := c.spent;
      RETURN NEXT;
      CONTINUE;
    END IF;
    IF keys[i] IS NOT NULL THEN
      SELECT status, headers, body INTO answer_status, answer_headers, answer_body
        FROM rmps.repeats WHERE key = keys[i];
      IF FOUND THEN
        -- Charged already. A proof that may be public shows nobody the answer, and buys it no second time.
        kind := CASE WHEN b > c.published THEN 'repeated' ELSE 'insufficient-payment' END;
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;
    kind := CASE
      WHEN c.opened_block IS NULL THEN 'channel-not-found'
      WHEN c.closes_at = 4294967295 THEN 'channel-closed'
      WHEN c.closes_at <> 0 OR c.agreement_signature IS NOT NULL THEN 'channel-closing'
      WHEN c.confirmed_deposit = 0 THEN 'channel-not-confirmed'
      WHEN b > c.confirmed_deposit THEN 'balance-exceeds-deposit'
    END;
    IF kind IS NOT NULL THEN
      RETURN NEXT;
      CONTINUE;
    END IF;

    recovered := c.opened_block < first_block;
    IF b > c.seen_floor AND NOT EXISTS (SELECT FROM rmps.seen WHERE channel = c.id AND balance = b) THEN
      -- Where all that was promised is spent, whatever is still under way below it can buy nothing but what comes on
      -- top: the floor rises. In the same update, since every update leaves a version of the row behind.
      UPDATE rmps.channels AS t SET
          accepted = greatest(t.accepted, b),
          spent = ${SPENT},
          fee = 0,
          proof_balance = greatest(t.proof_balance, b),
          proof_signature = CASE WHEN b > coalesce(t.proof_balance, 0) THEN signatures[i] ELSE t.proof_signature END,
          paid = true,
          seen_floor = CASE WHEN greatest(t.accepted, b) > ${SPENT} THEN t.seen_floor ELSE greatest(t.accepted, b) END,
          seen_count = CASE WHEN greatest(t.accepted, b) > ${SPENT} THEN t.seen_count + 1 ELSE 0 END
        WHERE t.id = c.id AND t.closes_at = 0 AND t.agreement_signature IS NULL AND t.confirmed_deposit >= b
          AND CASE
            WHEN recovered THEN b >= greatest(t.spent, t.settled) + t.fee + p
            -- What a re-organization took from the deposit was promised for nothing.
            ELSE least(greatest(t.accepted, b), t.confirmed_deposit) - t.spent >= t.fee + p
          END
        RETURNING t.accepted, t.spent INTO new_accepted, new_spent;
      IF FOUND THEN
        IF new_accepted > new_spent THEN
          INSERT INTO rmps.seen (channel, balance) VALUES (c.id, b);
          IF c.seen_count >= ${WINDOW} THEN
            SELECT balance INTO lowest FROM rmps.seen WHERE channel = c.id ORDER BY balance OFFSET ${WINDOW / 2} LIMIT 1;
            -- The floor never falls: what is settled counts as seen, whatever single balances are remembered.
            lowest := greatest(c.seen_floor, lowest);
            DELETE FROM rmps.seen WHERE channel = c.id AND balance <= lowest;
            UPDATE rmps.channels
              SET seen_floor = lowest, seen_count = (SELECT count(*) FROM rmps.seen WHERE channel = c.id)
              WHERE id = c.id;
          END IF;
        ELSIF c.seen_count > 0 THEN
          DELETE FROM rmps.seen WHERE channel = c.id AND balance <= new_accepted;
        END IF;
        INSERT INTO rmps.in_flight (charge, channel, price, key) VALUES (charges[i], c.id, p, keys[i]);
        IF keys[i] IS NOT NULL THEN
          INSERT INTO rmps.repeats (key) VALUES (keys[i]);
        END IF;
        kind := 'charged';
        RETURN NEXT;
        CONTINUE;
      END IF;
    END IF;

    -- Refused; a proof that is good is kept all the same.
    IF b > coalesce(c.proof_balance, 0) THEN
      UPDATE rmps.channels AS t
        SET accepted = greatest(t.accepted, b), proof_balance = b, proof_signature = signatures[i]
        WHERE t.id = c.id AND b > coalesce(t.proof_balance, 0);
    END IF;
    kind := 'insufficient-payment';
    RETURN NEXT;
  END LOOP;
END
$function$;
`;

/** Takes charges back, each once: whoever removes the row of a charge may lower what was spent. */
export const UNDO = `
CREATE OR REPLACE FUNCTION rmps.undo(charges text[]) RETURNS SETOF text LANGUAGE plpgsql AS $function$
DECLARE
  found_charge rmps.in_flight%ROWTYPE;
BEGIN
  FOR found_charge IN
    SELECT * FROM rmps.in_flight WHERE charge = ANY (charges) ORDER BY channel, charge
  LOOP
    -- The channel first, as everybody locks it first.
    PERFORM FROM rmps.channels WHERE id = found_charge.channel FOR UPDATE;
    DELETE FROM rmps.in_flight WHERE charge = found_charge.charge;
    CONTINUE WHEN NOT FOUND;
    UPDATE rmps.channels SET spent = spent - found_charge.price WHERE id = found_charge.channel;
    IF found_charge.key IS NOT NULL THEN
      DELETE FROM rmps.repeats WHERE key = found_charge.key;
    END IF;
    RETURN NEXT found_charge.charge;
  END LOOP;
END
$function$;
`;
