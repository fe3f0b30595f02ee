import { MicroToken__factory } from "@rmps/contracts";
import { checkFunds, deployAll, fundAccounts, planDeployment, prepareDeployment } from "@rmps/contracts/deploy";
import { DeploymentError, LOCAL_CHAIN_ID, type DeployOptions, type DeploymentRecord } from "@rmps/contracts/deploy";
import { parseUnits, type Signer } from "ethers";
import hre from "hardhat";
import { currentBuild, type Build } from "./build.ts";
import type { CliOptions } from "./options.ts";
import { showDeployed, showPrepared, type Say } from "./print.ts";
import { newRecord } from "./new-record.ts";
import { ADDRESSES, appendJournal, readJournal, readRecord, writeRecord, writeRecordsModule } from "./records.ts";
import { SMOKE_GAS, smokeTest } from "./smoke.ts";
import { verified } from "./verify.ts";

interface Job {
  cli: CliOptions;
  signer: Signer;
  options: DeployOptions & { chainId: bigint };
  /** Where the record of this chain is kept; undefined: nowhere. */
  folder: string | undefined;
  record: DeploymentRecord | undefined;
  build: Build;
  say: Say;
}

/** The signer and the chain that the configuration means; the node's own chain id is checked against it later. */
async function prepareJob(cli: CliOptions, say: Say): Promise<Job> {
  const { networkConfig, ethers } = await hre.network.create(cli.network);
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
  const record = old?.manager === plan.manager && old.token === plan.token ? old : undefined;
  return {
    cli,
    signer,
    options: { ...cli.plan, chainId, earlier },
    folder,
    record,
    build: await currentBuild(hre),
    say,
  };
}

async function deploy({ cli, signer, options, folder, record, build, say }: Job): Promise<void> {
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
  if (wantsSmoke(cli, deployed.transactions.length > 0, record)) {
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

/** Once after a deployment, also if the first try was cut short. */
function wantsSmoke(cli: CliOptions, sent: boolean, record: DeploymentRecord | undefined): boolean {
  return cli.smoke ?? (sent || record?.smokeTested === false);
}

/**
 * The whole of `npm run deploy`: looks, prints what there is to do and what it costs, and, if told to, does it.
 * @throws DeploymentError, before anything is sent unless its code is `transaction-failed`.
 */
export async function run(cli: CliOptions, say: Say): Promise<void> {
  const job = await prepareJob(cli, say);
  const looked = await prepareDeployment(job.signer, job.options);
  const smoke = wantsSmoke(cli, looked.findings.missing.length > 0, job.record);
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
  await deploy(job);
}
