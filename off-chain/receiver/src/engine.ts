import { addressOf, verifyCloseRequestOnChain, type Hex } from "@rmps/proofs";
import type { Logger } from "pino";
import { Alarms } from "./alarms.ts";
import { rpcCodeReader } from "./chain/rpc/code-reader.ts";
import { createRpc, type Rpc } from "./chain/rpc/rpc.ts";
import { Defence } from "./chain/defence.ts";
import { SettlerLoop } from "./chain/settler/loop.ts";
import { GAIN_MULTIPLE } from "./chain/settler/policy.ts";
import { undefendedWatch } from "./chain/settler/undefended.ts";
import { Watcher } from "./chain/watcher/watcher.ts";
import { DEFAULT_STORE, type ReceiverOptions } from "./config/options.ts";
import { resolve, type Resolved } from "./config/resolve.ts";
import { agreementSigner, createCloser, type Closer } from "./ledger/close.ts";
import { createLedger } from "./ledger/ledger.ts";
import type { Ledger } from "./ledger/types.ts";
import { watchOutages } from "./outages.ts";
import { createSponsoring, type Sponsoring } from "./sponsor/sponsoring.ts";
import { openStore } from "./store/open.ts";
import type { Store } from "./store/store.ts";

/** Everything of a receiver but its HTTP side. */
export interface Engine {
  readonly resolved: Resolved;
  readonly rpc: Rpc;
  readonly store: Store;
  readonly watcher: Watcher;
  /** Undefined without a gas key: nothing is settled from here. */
  readonly settler: SettlerLoop | undefined;
  readonly defence: Defence;
  readonly ledger: Ledger;
  readonly closer: Closer;
  /** Undefined: every sender pays its own gas. */
  readonly sponsor: Sponsoring | undefined;
  readonly alarms: Alarms;
  /** Unix milliseconds. */
  readonly now: () => number;
  /** Stops following the chain and settling. The store stays open. */
  stop(): Promise<void>;
}

/** How long a transaction may wait for its block before it is replaced, in milliseconds: about four blocks. */
const RESEND = { development: 2_000, elsewhere: 50_000 };

/** Milliseconds for what is asked of nodes to be answered when it stops; one that hangs would outlast every supervisor. */
const LAST_ROUNDS = 3_000;

/**
 * Checks everything, opens the store, reads the chain up to its head, and goes on following it.
 * @throws RefusedToStart, StoreRefused, each with how to mend it.
 */
export async function startEngine(options: ReceiverOptions, log: Logger): Promise<Engine> {
  const now = options.now ?? Date.now;
  const urls = typeof options.rpc === "string" ? [options.rpc] : options.rpc;
  const rpc = createRpc(urls, {
    now,
    ...(options.rpcTimeoutMs === undefined ? {} : { timeoutMs: options.rpcTimeoutMs }),
    onFailure: (node, error) => log.debug({ node, err: error }, "a node failed"),
  });
  let store: Store | undefined;
  try {
    const resolved = await resolve(options, rpc);
    const { identity, deployment } = resolved;
    store = await openStore(options.store ?? DEFAULT_STORE, {
      binding: { ...identity, deploymentBlockHash: deployment.hash },
      firstBlock: deployment.head + 1,
      ...(options.recover === undefined ? {} : { recover: options.recover }),
    });
    return await assemble(options, { resolved, rpc, store }, log, now);
  } catch (error) {
    rpc.close();
    await store?.close();
    throw error;
  }
}

async function assemble(
  options: ReceiverOptions,
  { resolved, rpc, store }: Pick<Engine, "resolved" | "rpc" | "store">,
  log: Logger,
  now: () => number,
): Promise<Engine> {
  const { identity, deployment, development, confirmations, pollMs, terms } = resolved;
  const { chainId, contract } = identity;
  const alarms = new Alarms(log);
  const rounds = new Set<(changed: readonly Hex[]) => void>();
  const watcher = new Watcher({
    rpc,
    store,
    subject: { contract, receiver: identity.receiver },
    deploymentBlock: deployment.block,
    confirmations,
    development,
    pollMs,
    log: log.child({ part: "watcher" }),
    now,
    onRound: (changed) => rounds.forEach((listener) => listener(changed)),
    onDispute: (nodes = []) => {
      const detail = `Nodes contradict each other about confirmed blocks: ${nodes.join(" against ")}.`;
      alarms.set("nodes-disagree", nodes.length > 0, detail);
    },
  });
  const { agreement, gas } = options.keys ?? {};
  const signer = agreement === undefined ? undefined : agreementSigner(identity, agreement);
  const { sponsor: policy } = resolved;
  const sponsoring = policy && createSponsoring({ policy, contract, store, alarms, log, watcher, now });
  const settler =
    gas === undefined
      ? undefined
      : new SettlerLoop({
          rpc,
          store,
          watcher,
          alarms,
          contract,
          chainId,
          key: gas,
          signer,
          pollMs,
          resendMs: options.gas?.resendMs ?? (development ? RESEND.development : RESEND.elsewhere),
          maxFeePerGas: options.gas?.maxFeePerGas,
          claims: options.claims ?? {},
          economics: {
            tokensPerCoin: options.gas?.tokensPerCoin,
            multiple: options.gas?.multiple ?? GAIN_MULTIPLE,
          },
          errand: sponsoring?.errand,
          log: log.child({ part: "settler" }),
          now,
          onRound: (listener) => {
            rounds.add(listener);
            return () => rounds.delete(listener);
          },
        });
  if (settler === undefined) {
    const look = undefendedWatch(store, alarms);
    rounds.add((changed) => void look(changed).catch((error: unknown) => log.warn({ err: error }, "cannot look")));
  }
  const head = () => watcher.head();
  const defence = new Defence({
    rpc,
    transactions: store.transactions,
    alarms,
    head,
    settlerFailingSince: () => settler?.failingSince,
    idle: development && typeof confirmations === "number",
    shortestPeriod: terms.minChallengePeriod,
    log: log.child({ part: "defence" }),
    now,
  });
  const ledger = createLedger({
    manager: identity,
    terms,
    store,
    head,
    now,
    discover: (id) => watcher.discover(id),
    defensible: (channel) => !alarms.rings("gas-money") && defence.defends(channel.terms),
    onError: (error) => log.error({ err: error }, "a payment could not be taken"),
  });
  const reader = rpcCodeReader(rpc, () => head()?.hash);
  const closer = createCloser({
    ledger,
    store,
    head,
    now,
    signer,
    verifyOnChain: (request, signature, by) => verifyCloseRequestOnChain(request, signature, by, reader),
    onError: (error) => log.error({ err: error }, "a channel could not be ended"),
    ...(options.agreementLifetime === undefined ? {} : { agreementLifetime: options.agreementLifetime }),
  });
  await watcher.start();
  settler?.start();
  defence.start();
  const stopWatchingOutages = watchOutages({ store, watcher, alarms, now }, log);
  log.info({ ...identity, chainId: String(chainId), gas: gas && addressOf(gas) }, "following the chain");
  return {
    resolved,
    rpc,
    store,
    watcher,
    settler,
    defence,
    ledger,
    closer,
    sponsor: settler && sponsoring?.open(settler, ledger),
    alarms,
    now,
    async stop() {
      const cut = setTimeout(() => rpc.close(), LAST_ROUNDS);
      await stopWatchingOutages();
      await defence.stop();
      await settler?.stop();
      await watcher.stop();
      clearTimeout(cut);
      rpc.close();
    },
  };
}
