import { join } from "node:path";
import { MicroToken__factory } from "@rmps/contracts";
import { checkFunds, deployAll, fundAccounts, planDeployment, prepareDeployment } from "@rmps/contracts/deploy";
import { DeploymentError, LOCAL_CHAIN_ID, type DeployOptions, type DeploymentRecord } from "@rmps/contracts/deploy";
import { parseUnits, type Signer } from "ethers";
import { createHardhatRuntimeEnvironment } from "hardhat/hre";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";
import config from "../../hardhat.config.ts";
import { currentBuild, type Build } from "./build.ts";
import type { CliOptions } from "./options.ts";
import { showDeployed, showPrepared, type Say } from "./print.ts";
import { newRecord } from "./new-record.ts";
import { ADDRESSES, appendJournal, readJournal, readRecord, writeRecord, writeRecordsModule } from "./records.ts";
import { SMOKE_GAS, smokeTest } from "./smoke.ts";
import { verified } from "./verify.ts";

interface Job {
  cli: CliOptions;
  /** With the network that is meant as its own: verification asks it for no other. */
  hre: HardhatRuntimeEnvironment;
  signer: Signer;
  options: DeployOptions & { chainId: bigint };
  /** Where the record of this chain is kept; undefined: nowhere. */
  folder: string | undefined;
  /** What is recorded of the very same addresses. */
  record: DeploymentRecord | undefined;
  /** What is recorded of others. */
  other: DeploymentRecord | undefined;
  build: Build;
  say: Say;
}

/** The signer and the chain that the configuration means; the node's own chain id is checked against it later. */
async function prepareJob(cli: CliOptions, say: Say): Promise<Job> {
  const root = join(import.meta.dirname, "..", "..");
  // The profile is named because verification would otherwise send other settings than those that were compiled.
  const hre = await createHardhatRuntimeEnvironment(config, { network: cli.network, buildProfile: "default" }, root);
  const { networkConfig, ethers } = await hre.network.create();
  const chainId = BigInt(networkConfig.chainId ?? 0);
  const [signer] = await ethers.getSigners();
  if (signer === undefined) {
    const remedy = "Set DEPLOYER_PRIVATE_KEY in the keystore or the environment.";
    throw new DeploymentError("invalid-options", `Nobody can send on ${cli.network}.`, remedy);
  }
  // A local chain is gone tomorrow: what is recorded of it is of use only to who asks for it.
  const folder = cli.records ?? (chainId === LOCAL_CHAIN_ID ? undefined : ADDRESSES);
  const earlier = folder === undefined ? [] : readJournal(folder, chainId);
  const plan = planDeployment(chainId, cli.plan);
  const old = folder === undefined ? undefined : readRecord(folder, chainId);
  const isSame = old?.manager === plan.manager && old.token === plan.token;
  const onPending: DeployOptions["onPending"] = ({ what, hash }) => {
    say(`Waiting for ${what}, which was sent earlier: ${hash}`);
  };
  return {
    cli,
    hre,
    signer,
    options: { ...cli.plan, chainId, earlier, onPending },
    folder,
    record: isSame ? old : undefined,
    other: isSame ? undefined : old,
    build: await currentBuild(hre),
    say,
  };
}

async function deploy(job: Job): Promise<void> {
  const { cli, hre, signer, options, folder, record, build, say } = job;
  const onSent: DeployOptions["onSent"] = (sent) => {
    if (folder !== undefined) appendJournal(folder, options.chainId, sent);
    say(`  sent ${sent.what}: ${sent.hash}`);
  };
  const deployed = await deployAll(signer, { ...options, onSent });
  showDeployed(deployed, say);
  const { provider } = signer;
  if (provider === null) throw new Error("The signer lost its provider.");
  let written = await newRecord({ deployed, old: record, earlier: options.earlier ?? [], build, cli, provider });
  const keep = async (): Promise<void> => {
    if (folder !== undefined) writeRecord(folder, written);
    if (folder === ADDRESSES) await writeRecordsModule();
  };
  await keep();

  if (cli.grants.length > 0) {
    const decimals = await MicroToken__factory.connect(deployed.token, provider).decimals();
    for (const { account, amount } of cli.grants) {
      const funding = { token: deployed.token, accounts: [account], tokens: parseUnits(amount, decimals) };
      for (const { hash = "" } of await fundAccounts(signer, funding)) say(`  granted to ${account}: ${hash}`);
    }
  }
  if (wantsSmoke(job, deployed.transactions.length > 0)) {
    say("Smoke test:");
    const result = await smokeTest(signer, deployed, say);
    if (!result.ran) say(`  left out: ${result.why}`);
    written = { ...written, smokeTested: written.smokeTested || result.ran };
    await keep();
  }
  if (cli.verify) {
    const contracts = [];
    for (const contract of written.contracts) {
      contracts.push({ ...contract, verified: await verified(contract, hre, say) });
    }
    written = { ...written, contracts };
    await keep();
  }
}

/** Once after a deployment, also if earlier tries were cut short. */
function wantsSmoke({ cli, options, record }: Job, sent: boolean): boolean {
  return cli.smoke ?? (sent || (options.earlier ?? []).length > 0 || record?.smokeTested === false);
}

/** Records are what the packages trust: one is never replaced in passing. */
function checkRecord({ folder, other }: Job): void {
  if (other === undefined) return;
  throw new DeploymentError(
    "other-record",
    `${folder}/${other.chainId}.json records another deployment on this chain, with the manager ${other.manager}.`,
    "Keep the record of this one in another folder by --records FOLDER, or remove that file if this one takes its place.",
  );
}

/**
 * The whole of `npm run deploy`: looks, prints what there is to do and what it costs, and, if told to, does it.
 * @throws DeploymentError, before anything is sent unless its code is `transaction-failed`.
 */
export async function run(cli: CliOptions, say: Say): Promise<void> {
  const job = await prepareJob(cli, say);
  const looked = await prepareDeployment(job.signer, job.options);
  const smoke = wantsSmoke(job, looked.findings.missing.length > 0);
  const afterwards = smoke ? [{ what: "smoke test", gas: SMOKE_GAS }] : [];
  job.options.afterwards = afterwards;
  const prepared = smoke ? await prepareDeployment(job.signer, job.options) : looked;
  showPrepared(prepared, say);
  checkFunds(prepared.estimate, (await job.signer.getAddress()).toLowerCase() as `0x${string}`);
  const isLocal = job.options.chainId === LOCAL_CHAIN_ID;
  if (cli.dryRun || (!cli.yes && !isLocal)) {
    say(cli.dryRun ? "Dry run: nothing was sent." : "Dry run: nothing was sent. Add --yes to send.");
    return;
  }
  checkRecord(job);
  await deploy(job);
}
