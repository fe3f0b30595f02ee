import { readChallenge, readPayment, readProblem, readReceipt, writePayment } from "@rmps/wire";

import type { Random } from "../../lib/random.ts";
import { mutate, mutateJson, nasty } from "../mutate.ts";
import { samples, type HeaderSample } from "../samples.ts";
import { HEX, must, type Target } from "./target.ts";

function mutated(headers: HeaderSample, random: Random): Record<string, string | string[]> {
  const result: Record<string, string | string[]> = { ...headers };
  for (let times = 1 + random.below(2); times > 0; times--) {
    const name = random.pick(Object.keys(headers));
    const value = headers[name]!;
    if (random.chance(0.1)) delete result[name];
    else if (random.chance(0.1)) result[name] = [value, random.chance(0.5) ? value : nasty(random)];
    else result[name] = inside(value, random);
  }
  if (random.chance(0.1)) Object.assign(result, random.pick(samples.payments));
  return result;
}

/** Changes a header's text, or the JSON that it carries in Base64. */
function inside(value: string, random: Random): string {
  const encoded = /[A-Za-z0-9_\-+/]{40,}={0,2}/.exec(value)?.[0];
  if (encoded === undefined || random.chance(0.3)) return mutate(value, random);
  const text = Buffer.from(encoded, "base64").toString();
  let changed = mutate(text, random);
  try {
    if (random.chance(0.8)) changed = JSON.stringify(mutateJson(JSON.parse(text), random));
  } catch {
    // Not JSON: its text was changed.
  }
  const encoding = random.chance(0.5) ? "base64" : "base64url";
  return value.replace(encoded, Buffer.from(changed).toString(encoding));
}

/** What both sides read of HTTP. */
export const wireTargets: Record<string, Target> = {
  readPayment(random) {
    const input = mutated(random.pick(samples.payments), random);
    return {
      input,
      run() {
        const reading = readPayment(input, { challengeKey: samples.challengeKey });
        if (reading.kind !== "payment") return;
        const { channelId, balance, signature } = reading.payment;
        must(HEX.test(channelId) && channelId.length === 66, "a channel's id in its one form");
        must(HEX.test(signature) && signature.length === 132, "a signature in its one form");
        must(balance >= 0n && balance < 2n ** 256n, "a balance within its bounds");
        const again = readPayment(writePayment({ channelId, balance, signature }));
        must(again.kind === "payment" && again.payment.balance === balance, "what was read can be written and read");
      },
    };
  },
  readChallenge(random) {
    const input = mutated(random.pick(samples.challenges), random);
    return { input, run: () => void readChallenge(input) };
  },
  readReceipt(random) {
    const input = mutated(random.pick(samples.receipts), random);
    return { input, run: () => void readReceipt(input) };
  },
  readProblem(random) {
    const input = mutateJson(samples.problem, random);
    return { input, run: () => void readProblem(input) };
  },
};
