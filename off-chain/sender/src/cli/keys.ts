import { readFile, stat } from "node:fs/promises";
import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { parsePrivateKey, ParseError, type PrivateKey } from "@rmps/proofs";
import { HDNodeWallet, isKeystoreJson, Wallet } from "ethers";
import { LOCAL_CHAIN } from "../channel/managers.ts";
import { SenderError } from "../errors.ts";
import type { Surroundings } from "./surroundings.ts";

/** Where a key may come from. */
export interface KeyOptions {
  key?: string;
  account?: string;
  keyFile?: string;
  keystore?: string;
  passwordFile?: string;
}

/** A key, and the one chain on which it may be used where its way of arrival was not safe enough for others. */
export interface FoundKey {
  key: PrivateKey;
  onlyChain?: bigint;
}

/** The public development mnemonic of Hardhat's accounts. */
const HARDHAT_MNEMONIC = "test test test test test test test test test test test junk";

/** Group and others: a key file must keep them out. */
const NOT_OURS = 0o077;

const bad = (message: string, remedy: string) => new SenderError("configuration", message, remedy);

/** @throws SenderError `configuration` where there is no key, or not one that may be used. */
export async function findKey(options: KeyOptions, env: Surroundings["env"]): Promise<FoundKey> {
  if (options.key !== undefined) return { key: checked(options.key, "--key"), onlyChain: LOCAL_CHAIN };
  if (options.account !== undefined) return { key: hardhatKey(options.account), onlyChain: LOCAL_CHAIN };
  const keystore = options.keystore ?? env["RMPS_KEYSTORE"];
  if (keystore) return { key: await fromKeystore(keystore, options.passwordFile, env) };
  const keyFile = options.keyFile ?? env["RMPS_KEY_FILE"];
  if (keyFile) return { key: await fromFile(keyFile) };
  if (env["RMPS_KEY"]) return { key: checked(env["RMPS_KEY"], "RMPS_KEY") };
  throw bad(
    "no key",
    "Name a keystore (--keystore), a file of mode 0600 (--key-file), or set RMPS_KEY; on chain 31337 --account 2 will do.",
  );
}

function checked(text: string, where: string): PrivateKey {
  try {
    return parsePrivateKey(text.startsWith("0x") ? text : `0x${text}`);
  } catch (error) {
    if (error instanceof ParseError) throw bad(`${where}: ${error.message}`, error.remedy);
    throw error;
  }
}

function hardhatKey(account: string): PrivateKey {
  if (!/^1?\d$/.test(account)) throw bad("--account: not one of Hardhat's accounts", "Give a number from 0 to 19.");
  const path = `m/44'/60'/0'/0/${account}`;
  return checked(HDNodeWallet.fromPhrase(HARDHAT_MNEMONIC, undefined, path).privateKey, "--account");
}

async function contentsOf(path: string, what: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw bad(`${what} ${path}: ${(error as Error).message.split(",")[0]}`, "Check the path.");
  }
}

async function secret(path: string, what: string): Promise<string> {
  const contents = await contentsOf(path, what);
  if (process.platform !== "win32" && ((await stat(path)).mode & NOT_OURS) !== 0) {
    throw bad(`${what} ${path} can be read by others`, `chmod 600 ${path}`);
  }
  return contents.trim();
}

async function fromFile(path: string): Promise<PrivateKey> {
  if (/^(0x)?[\da-f]{64}$/i.test(path)) {
    throw bad("the key file is a key itself", "Put it into a file of mode 0600, and name that."); // never quoted
  }
  return checked(await secret(path, "the key file"), path);
}

async function fromKeystore(path: string, passwordFile: string | undefined, env: Surroundings["env"]) {
  const json = await contentsOf(path, "the keystore");
  if (!isKeystoreJson(json)) throw bad(`${path} is no keystore`, "Name an encrypted JSON wallet (version 3).");
  const file = passwordFile ?? env["RMPS_PASSWORD_FILE"];
  const password = file ? await secret(file, "the password file") : (env["RMPS_PASSWORD"] ?? (await ask(path)));
  try {
    return checked((await Wallet.fromEncryptedJson(json, password)).privateKey, path);
  } catch (error) {
    if (error instanceof SenderError) throw error;
    throw bad(`${path}: the password does not open it`, "Try again.");
  }
}

/** Asks on the terminal, without showing what is typed. */
async function ask(path: string): Promise<string> {
  if (!process.stdin.isTTY) throw bad(`no password for ${path}`, "Use --password-file, or set RMPS_PASSWORD.");
  process.stderr.write(`Password of ${path}: `);
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: process.stdin, output: silent, terminal: true });
  try {
    return await new Promise<string>((resolve) => terminal.question("", resolve));
  } finally {
    terminal.close();
    process.stderr.write("\n");
  }
}
