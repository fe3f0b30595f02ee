import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { ChannelManager__factory, FaucetToken__factory, MicroToken__factory } from "@rmps/contracts";
import { DeploymentError } from "@rmps/contracts/deploy";
import type { HardhatRuntimeEnvironment } from "hardhat/types/hre";

/** What was compiled, as a record keeps it. */
export interface Build {
  commit: string;
  compiler: { version: string; settings: unknown };
}

const factories = {
  MicroToken: MicroToken__factory,
  FaucetToken: FaucetToken__factory,
  ChannelManager: ChannelManager__factory,
};

function git(...args: string[]): string {
  return execFileSync("git", args, { encoding: "utf8", cwd: import.meta.dirname }).trim();
}

/** The checked-out commit, with `-dirty` where contracts, bindings or compiler settings differ from it. */
function currentCommit(): string {
  const what = [":/contracts", ":/typechain-types", ":/hardhat.config.ts", ":/package-lock.json"];
  return git("rev-parse", "HEAD") + (git("status", "--porcelain", "--", ...what) === "" ? "" : "-dirty");
}

/**
 * Compiler and commit of what is about to be deployed.
 * @throws DeploymentError `invalid-options` where the bindings, from which the code is taken, are not what the compiler
 * makes of the sources.
 */
export async function currentBuild({ artifacts }: HardhatRuntimeEnvironment): Promise<Build> {
  for (const [name, { bytecode }] of Object.entries(factories)) {
    if ((await artifacts.readArtifact(name)).bytecode === bytecode) continue;
    const remedy = "Run npm run build:contracts, then npm run build.";
    throw new DeploymentError("invalid-options", `The bindings of ${name} are not those of its source.`, remedy);
  }
  const id = await artifacts.getBuildInfoId("ChannelManager");
  const path = id === undefined ? undefined : await artifacts.getBuildInfoPath(id);
  if (path === undefined) throw new Error("There is no build info of ChannelManager.");
  const info = JSON.parse(readFileSync(path, "utf8")) as { solcLongVersion: string; input: { settings: object } };
  const settings: Record<string, unknown> = { ...info.input.settings };
  delete settings["outputSelection"]; // changes what is printed, not the code
  return { commit: currentCommit(), compiler: { version: info.solcLongVersion, settings } };
}
