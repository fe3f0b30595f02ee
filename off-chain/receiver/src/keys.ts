import { parsePrivateKey, ParseError, type Hex } from "@rmps/proofs";
import { readFileSync, statSync } from "node:fs";
import { hexlify, Wallet } from "ethers";
import { RefusedToStart } from "./refused-to-start.ts";

/** Where a key comes from: a file, and what opens it if it is an encrypted keystore. */
export interface KeySource {
  /** Either a keystore (JSON, as geth, Clef and ethers write it), or a hex key alone; mode 0600 or stricter. */
  readonly file: string;
  /** A file that holds the keystore's password. */
  readonly passwordFile?: string | undefined;
  /** The password itself, from the environment. */
  readonly password?: string | undefined;
}

/**
 * Reads a private key.
 * @throws RefusedToStart where the file cannot be read, others than its owner may read it, or it holds no key. The
 * message never quotes the file.
 */
export async function readKey(source: KeySource): Promise<Hex> {
  const text = readSecret(source.file, "key").trim();
  if (!text.startsWith("{")) return rawKey(text, source.file);
  const password = source.password ?? (source.passwordFile && readSecret(source.passwordFile, "password").trimEnd());
  if (password === undefined) {
    throw new RefusedToStart(
      `${source.file} is an encrypted keystore, and no password is given.`,
      "Name a file with the password (passwordFile), or put it into RMPS_KEY_PASSWORD.",
    );
  }
  try {
    return (await Wallet.fromEncryptedJson(text, password)).privateKey as Hex;
  } catch (error) {
    throw new RefusedToStart(
      `${source.file} cannot be opened with that password, or is no keystore.`,
      "Check the password, and that the file is a Web3 secret storage (keystore) file.",
      error,
    );
  }
}

function rawKey(text: string, file: string): Hex {
  try {
    return hexlify(parsePrivateKey(text.startsWith("0x") ? text : `0x${text}`)) as Hex;
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new RefusedToStart(`${file} holds no private key.`, "Put 64 hex digits into it, or a keystore's JSON.");
  }
}

/** Reads a file that only its owner may read. @throws RefusedToStart */
export function readSecret(file: string, what: "key" | "password" | "token" | "secret"): string {
  let mode: number;
  let text: string;
  try {
    mode = statSync(file).mode;
    text = readFileSync(file, "utf8");
  } catch (error) {
    const reason = error instanceof Error && "code" in error ? String(error.code) : "unreadable";
    throw new RefusedToStart(
      `The ${what} file ${file} cannot be read (${reason}).`,
      "Check its path and that this user may read it.",
    );
  }
  // Windows has no such modes, and reports 666 for everything.
  if (process.platform !== "win32" && (mode & 0o077) !== 0) {
    throw new RefusedToStart(
      `Others may read the ${what} file ${file} (mode ${(mode & 0o777).toString(8)}).`,
      `Run: chmod 600 ${file}`,
    );
  }
  return text;
}
