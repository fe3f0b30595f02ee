import {
  ParseError,
  parseAddress,
  parseAmount,
  parseHash,
  parsePrivateKey,
  parseSignature,
  parseTerms,
  recover,
  verifyBalanceProof,
  verifyCloseRequest,
  verifyClosingAgreement,
} from "@rmps/proofs";
import { readChallenge, readPayment, readProblem, readReceipt, writePayment } from "@rmps/wire";

import {
  parseCloseRequest,
  parseListing,
  parsePlace,
  parseSender,
  parseSponsorRequest,
} from "../../off-chain/receiver/src/api/parse.ts";
import { configSchema } from "../../off-chain/receiver/src/config/schema.ts";
import { readConfig, SETTINGS } from "../../off-chain/receiver/src/config/settings.ts";
import { RefusedToStart } from "../../off-chain/receiver/src/refused-to-start.ts";
import { parseTarget } from "../../off-chain/receiver/src/proxy/target.ts";
import type { Random } from "../lib/random.ts";
import { mutate, mutateJson, nasty } from "./mutate.ts";
import type { Report } from "./report.ts";
import { samples, type HeaderSample } from "./samples.ts";

/** A parser with chance for its input; throws where it does not keep its promise. @returns the input, for the report. */
type Target = (random: Random) => { readonly input: unknown; readonly run: () => void };

class Broken extends Error {}

function must(condition: boolean, promise: string): void {
  if (!condition) throw new Broken(promise);
}

/** A value or a `ParseError`; the value is in its one form, and is parsed to itself. */
function parses<T>(parse: (text: string) => T, seeds: readonly string[], write: (value: T) => string): Target {
  return (random) => {
    const input = mutate(random.pick(seeds), random);
    return {
      input,
      run() {
        let value: T;
        try {
          value = parse(input);
        } catch (error) {
          if (error instanceof ParseError) return;
          throw error;
        }
        const text = write(value);
        must(write(parse(text)) === text, "what was parsed is parsed to itself");
        must(text.toLowerCase() === input.toLowerCase(), "nothing but the case may differ");
      },
    };
  };
}

/** A `false` for all but the signature itself. */
function verifies(verify: (signature: never) => boolean, signature: string): Target {
  return (random) => {
    const input = mutate(signature, random);
    return {
      input,
      run() {
        const good = verify(input as never);
        must(typeof good === "boolean", "the verdict is a boolean");
        must(!good || input.toLowerCase() === signature, "no other text is that signature");
      },
    };
  };
}

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

const HEX = /^0x(?:[0-9a-f]{2})+$/;

const targets: Record<string, Target> = {
  parseAmount: parses(parseAmount, ["0", "1", "20000000000000000", String(2n ** 256n - 1n)], String),
  parseAddress: parses(parseAddress, [samples.address], String),
  parseHash: parses(parseHash, [samples.channelId], String),
  parseSignature: parses(parseSignature, [samples.signature], String),
  parsePrivateKey: parses(
    (text) => parsePrivateKey(text as never),
    [samples.key],
    (bytes) => `0x${Buffer.from(bytes).toString("hex")}`,
  ),
  parseTerms(random) {
    const input = mutateJson(samples.terms, random);
    return {
      input,
      run() {
        try {
          const terms = parseTerms(input as never);
          must(HEX.test(terms.sender) && HEX.test(terms.salt), "terms are in their one form");
        } catch (error) {
          if (!(error instanceof ParseError)) throw error;
        }
      },
    };
  },
  verifyBalanceProof: verifies(
    (signature) => verifyBalanceProof(samples.balanceProof, signature, samples.signer),
    samples.signature,
  ),
  verifyCloseRequest: verifies(
    (signature) => verifyCloseRequest(samples.closing, signature, samples.signer),
    samples.closeRequest,
  ),
  verifyClosingAgreement: verifies(
    (signature) => verifyClosingAgreement(samples.closing, signature, samples.signer),
    samples.agreement,
  ),
  recover(random) {
    const input = mutate(samples.signature, random);
    return {
      input,
      run: () => {
        const who = recover(samples.channelId, input);
        must(who === undefined || HEX.test(who), "an address, or nobody");
      },
    };
  },
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
  parseTarget(random) {
    const input = mutate(random.pick(samples.targets), random);
    return {
      input,
      run() {
        const target = parseTarget(input);
        if (target === undefined) return;
        must(input === target.path + (input.includes("?") ? `?${target.query}` : ""), "a path is served as it came");
        must(!target.segments.some((segment) => segment === ".." || /[/\\\0]/.test(segment)), "no way up or out");
      },
    };
  },
  closeRequestBody(random) {
    const input = mutateJson(samples.closeBody, random);
    return {
      input,
      run() {
        const parsed = parseCloseRequest(input);
        if ("problem" in parsed) return must(parsed.problem.status === 400, "a problem of the client's");
        must(parsed.value.amount >= 0n && parsed.value.deadline >= 0n, "amounts are not negative");
      },
    };
  },
  sponsorRequestBody(random) {
    const input = mutateJson(random.pick(samples.sponsorBodies), random);
    return {
      input,
      run() {
        const parsed = parseSponsorRequest(input);
        if ("problem" in parsed) return must(parsed.problem.status === 400, "a problem of the client's");
        const { terms, amount, fee, authorization } = parsed.value;
        must(HEX.test(terms.sender) && HEX.test(terms.salt), "terms are in their one form");
        for (const each of [amount, fee]) must(each >= 0n && each < 2n ** 256n, "amounts are within their bounds");
        must(["erc3009", "permit2"].includes(authorization.method), "a method that there is");
        must(/^0x([0-9a-f]{2}){0,4096}$/.test(authorization.signature), "a signature in its one form, of some length");
      },
    };
  },
  apiParameters(random) {
    const input = mutateJson(samples.place, random);
    return {
      input,
      run() {
        for (const parse of [parsePlace, parseSender, parseListing]) {
          const parsed = parse(input);
          must("value" in parsed || parsed.problem.status === 400, "a value, or a problem of the client's");
        }
      },
    };
  },
  configFile(random) {
    const input = mutateJson(samples.config, random);
    return { input, run: () => void configSchema.safeParse(input) };
  },
  configVariables(random) {
    const setting = random.pick(SETTINGS);
    const input = { ...samples.environment, [setting.variable]: mutate(nasty(random), random) };
    return {
      input,
      run() {
        try {
          readConfig(undefined, input, new Map([[setting.path, nasty(random)]]));
        } catch (error) {
          if (!(error instanceof RefusedToStart)) throw error;
          must(error.remedy !== "", "a refusal says how to mend it");
        }
      },
    };
  },
};

/** Names of all parsers that are tried. */
export const PARSERS = Object.keys(targets);

/** Tries case number `index`. */
export function tryParser(random: Random, index: number, report: Report): void {
  const name = PARSERS[index % PARSERS.length]!;
  const { input, run } = targets[name]!(random);
  report.tried++;
  try {
    run();
  } catch (error) {
    report.fail(`${name}, case ${index}${error instanceof Broken ? `: ${error.message}` : ""}`, input, error);
  }
}
