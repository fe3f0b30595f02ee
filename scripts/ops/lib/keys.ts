import { readFileSync, statSync } from "node:fs";
import { LOCAL_CHAIN_ID } from "@rmps/contracts/deployments";
import { NonceManager, Wallet, isKeystoreJson, type HDNodeWallet, type JsonRpcProvider, type Signer } from "ethers";
import { hardhatAccount } from "../../lib/hardhat-accounts.ts";
import { OperatorError } from "./command.ts";

function readKeyFile(path: string): string {
  let mode: number;
  try {
    mode = statSync(path).mode;
  } catch {
    throw new OperatorError(`There is no key file ${path}.`);
  }
  if ((mode & 0o077) !== 0) throw new OperatorError(`Others can read ${path}: chmod 600 it.`);
  return readFileSync(path, "utf8").trim();
}

async function walletOf(path: string): Promise<Wallet | HDNodeWallet> {
  const text = readKeyFile(path);
  if (isKeystoreJson(text)) {
    const password = process.env.RMPS_PASSWORD;
    if (password === undefined) throw new OperatorError(`${path} is a keystore: give its password as RMPS_PASSWORD.`);
    return Wallet.fromEncryptedJson(text, password).catch(() => {
      throw new OperatorError(`RMPS_PASSWORD does not open ${path}.`);
    });
  }
  try {
    return new Wallet(text);
  } catch {
    throw new OperatorError(`${path} holds neither a private key nor a keystore.`);
  }
}

/**
 * Who sends. Keys come from files that only their owner can read, never from the command line.
 * @param index one of Hardhat's well-known accounts, whose keys everybody has: on chain 31337 only.
 */
export async function signerOf(
  { provider, chainId }: { provider: JsonRpcProvider; chainId: bigint },
  keyFile: string | undefined,
  index: number | undefined,
): Promise<Signer> {
  if (keyFile !== undefined && index === undefined) {
    return new NonceManager((await walletOf(keyFile)).connect(provider));
  }
  if (keyFile !== undefined || index === undefined) {
    throw new OperatorError("Say who sends: --key-file FILE, or on chain 31337 --account N.");
  }
  if (chainId !== LOCAL_CHAIN_ID) throw new OperatorError(`--account is for chain 31337, not ${chainId}.`);
  if (index >= 2 ** 31) throw new OperatorError(`--account: ${index} is above ${2 ** 31 - 1}.`);
  return new NonceManager(hardhatAccount(index).connect(provider));
}
