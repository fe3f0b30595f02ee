import { parseUnits } from "ethers";
import { dirname, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { readKey, readSecret } from "../keys.ts";
import type { HandlerRoute, Price, Route, Routes } from "../proxy/routes.ts";
import { RefusedToStart } from "../refused-to-start.ts";
import { API_TOKEN, API_TOKEN_REMEDY } from "./parts.ts";
import type { ReceiverKeys, ReceiverOptions } from "./options.ts";
import type { Config, ConfigAmount, ConfigRoute } from "./schema.ts";

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Makes options of a configuration: reads the keys, loads the modules of routes.
 * @param file the configuration's own path, from which relative paths start; undefined: the working directory.
 * @throws RefusedToStart
 */
export async function optionsFrom(
  config: Config,
  file: string | undefined,
  env: Environment,
): Promise<ReceiverOptions> {
  const base = file === undefined ? process.cwd() : dirname(resolve(file));
  const at = (path: string) => resolve(base, path);
  const units = (amount: ConfigAmount) => toUnits(amount, config.decimals);
  const { rpc, contract, token, decimals, keys, routes, minDeposit, claims, gas, tls, store, apiTokenFile } = config;
  const { receiver, host, port, confirmations, challengePeriod, deploymentBlock, pollMs, chainId } = config;
  const { agreementLifetime, cors, origin, gatewayPath, forwardAuth, door, web, log, sponsor } = config;
  return defined({
    rpc,
    contract,
    token,
    decimals,
    chainId,
    receiver,
    host,
    port,
    confirmations,
    challengePeriod: challengePeriod && defined(challengePeriod),
    deploymentBlock,
    pollMs,
    agreementLifetime,
    cors,
    origin,
    gatewayPath,
    forwardAuth: forwardAuth && {
      secret: readSecret(at(forwardAuth.secretFile), "secret").trim(),
      routes: Object.fromEntries(
        Object.entries(forwardAuth.routes).map(([path, route]) => [
          path,
          defined({ ...route, price: units(route.price) }),
        ]),
      ),
    },
    door: door && defined(door),
    web: web && defined(web),
    log,
    store: store === undefined || /^postgres(ql)?:/.test(store) ? store : at(store),
    keys: await readKeys(keys, at, env),
    routes: await routesFrom(routes, at, units),
    minDeposit: minDeposit && units(minDeposit),
    claims: claims && {
      ...defined({ age: claims.age, every: claims.every }),
      ...(claims.threshold && { threshold: units(claims.threshold) }),
      ...(claims.exposure && { exposure: units(claims.exposure) }),
    },
    gas:
      gas &&
      defined({
        multiple: gas.multiple,
        resendMs: gas.resendMs,
        maxFeePerGas: gas.maxFeeGwei === undefined ? undefined : parseUnits(gas.maxFeeGwei.toFixed(9), "gwei"),
        tokensPerCoin: gas.tokensPerCoin && units(gas.tokensPerCoin),
      }),
    sponsor:
      sponsor &&
      defined({
        budget: sponsor.budget,
        maxCost: sponsor.maxCost,
        minDeposit: units(sponsor.minDeposit),
        fee: sponsor.fee && units(sponsor.fee),
      }),
    tls: tls && { cert: at(tls.cert), key: at(tls.key) },
    apiToken: apiToken(apiTokenFile && at(apiTokenFile), env),
  });
}

/** Without the members that are undefined. */
function defined<T extends object>(value: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(entries) as { [K in keyof T]: Exclude<T[K], undefined> };
}

function toUnits(amount: ConfigAmount, decimals: number): bigint {
  if ("units" in amount) return amount.units;
  try {
    return parseUnits(amount.tokens, decimals);
  } catch {
    const problem = `${amount.tokens} tokens is no amount of a token with ${decimals} decimals.`;
    throw new RefusedToStart(problem, "Use fewer digits after the point, or say how many the token has (decimals).");
  }
}

async function readKeys(keys: Config["keys"], at: (path: string) => string, env: Environment): Promise<ReceiverKeys> {
  const read = (key: NonNullable<Config["keys"]["gas"]>) =>
    readKey({
      file: at(key.file),
      passwordFile: "passwordFile" in key && key.passwordFile !== undefined ? at(key.passwordFile) : undefined,
      password: env["RMPS_KEY_PASSWORD"],
    });
  return {
    ...(keys.agreement && { agreement: await read(keys.agreement) }),
    ...(keys.gas && { gas: await read(keys.gas) }),
  };
}

/** The operator's token. @throws RefusedToStart that says where it comes from, and never what it is. */
function apiToken(file: string | undefined, env: Environment): string | undefined {
  const token = file === undefined ? env["RMPS_API_TOKEN"] : readSecret(file, "token").trim();
  if (token === undefined || (token === "" && file === undefined)) return undefined;
  if (API_TOKEN.test(token)) return token;
  throw new RefusedToStart(`${file ?? "RMPS_API_TOKEN"} holds no operator's token.`, API_TOKEN_REMEDY);
}

async function routesFrom(
  routes: Config["routes"],
  at: (path: string) => string,
  units: (amount: ConfigAmount) => bigint,
): Promise<Routes> {
  const made = Object.entries(routes).map(
    async ([path, route]) => [path, await routeFrom(path, route, at, units)] as const,
  );
  return Object.fromEntries(await Promise.all(made));
}

async function routeFrom(
  path: string,
  route: ConfigRoute,
  at: (path: string) => string,
  units: (amount: ConfigAmount) => bigint,
): Promise<Route> {
  if ("module" in route) return moduleRoute(path, route, at, units);
  const price = units(route.price);
  if ("file" in route) return defined({ ...route, price, file: at(route.file) });
  if ("directory" in route) return defined({ ...route, price, directory: at(route.directory) });
  return defined({ ...route, price });
}

/** A module exports `handler`, and `price` (a function or a bigint) where the configuration has none. */
async function moduleRoute(
  path: string,
  { module, price, ...rest }: Extract<ConfigRoute, { module: string }>,
  at: (path: string) => string,
  units: (amount: ConfigAmount) => bigint,
): Promise<HandlerRoute> {
  const file = at(module);
  let loaded: { handler?: unknown; price?: unknown };
  try {
    loaded = (await import(pathToFileURL(file).href)) as { handler?: unknown; price?: unknown };
  } catch (error) {
    const remedy = "Check the path, from the configuration's folder, and that Node can run the module by itself.";
    throw new RefusedToStart(`${path}: the module ${file} cannot be loaded: ${String(error)}.`, remedy, error);
  }
  const cost = price === undefined ? loaded.price : units(price);
  if (typeof loaded.handler !== "function" || (typeof cost !== "function" && typeof cost !== "bigint")) {
    throw new RefusedToStart(
      `${path}: the module ${file} does not export a function "handler", or there is no price.`,
      'Export "handler"; give the price in the configuration, or export "price" as a bigint or a function.',
    );
  }
  return { ...defined(rest), price: cost as Price, handler: loaded.handler as HandlerRoute["handler"] };
}
