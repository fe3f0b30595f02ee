import {
  parseCloseRequest,
  parseListing,
  parsePlace,
  parseSender,
  parseSponsorRequest,
} from "../../../off-chain/receiver/src/api/parse.ts";
import { configSchema } from "../../../off-chain/receiver/src/config/schema.ts";
import { readConfig, SETTINGS } from "../../../off-chain/receiver/src/config/settings.ts";
import { parseTarget } from "../../../off-chain/receiver/src/proxy/target.ts";
import { RefusedToStart } from "../../../off-chain/receiver/src/refused-to-start.ts";
import { mutate, mutateJson, nasty } from "../mutate.ts";
import { samples } from "../samples.ts";
import { HEX, must, type Target } from "./target.ts";

/** What the receiver reads: paths, the API's requests, its configuration. */
export const receiverTargets: Record<string, Target> = {
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
