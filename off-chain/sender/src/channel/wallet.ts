import { addressOf, parseAddress, ParseError, ZERO_ADDRESS, type Address, type PrivateKey } from "@rmps/proofs";
import { Wallet as EthersWallet, hexlify, type Provider, type Signer } from "ethers";
import { SenderError } from "../errors.ts";

/** Who pays: the account that deposits, and the keys with which it signs. */
export interface Wallet {
  /** The `sender` of its channels, lower case. */
  readonly address: Address;
  /** `senderSigner` of the channels it opens; zero: the sender itself. */
  readonly senderSigner: Address;
  /** What signs for a sender side, or undefined where that is none of the own keys. */
  keyOf(senderSide: Address): PrivateKey | Signer | undefined;
  /** The account, connected to a chain. */
  connect(provider: Provider): Signer;
  /** The provider that came with the account, if any. */
  readonly provider: Provider | undefined;
}

/**
 * @param account    a private key, or an ethers `Signer` (a browser wallet, hardware).
 * @param sessionKey a private key that signs payments in the account's place, so that it is asked for deposits only.
 * Contract wallets and accounts that ask a person need one.
 * @throws SenderError `configuration` where there is none, or a key is malformed; keys are never quoted.
 */
export async function createWallet(account: PrivateKey | Signer, sessionKey?: PrivateKey): Promise<Wallet> {
  const raw = typeof account === "string" || account instanceof Uint8Array;
  if (!raw && typeof (account as Partial<Signer> | undefined)?.getAddress !== "function") {
    throw new SenderError("configuration", "wallet: none", "Give a private key, or an ethers Signer.");
  }
  const address = raw ? addressOfKey(account, "wallet") : parseAddress(await account.getAddress());
  const sessionAddress = sessionKey === undefined ? undefined : addressOfKey(sessionKey, "sessionKey");
  return {
    address,
    senderSigner: sessionAddress === undefined || sessionAddress === address ? ZERO_ADDRESS : sessionAddress,
    keyOf(senderSide) {
      if (senderSide === sessionAddress) return sessionKey;
      return senderSide === address ? account : undefined;
    },
    connect(provider) {
      if (raw) return new EthersWallet(hexlify(account), provider);
      return account.provider === null ? account.connect(provider) : account;
    },
    provider: raw ? undefined : (account.provider ?? undefined),
  };
}

function addressOfKey(key: PrivateKey, option: string): Address {
  try {
    return addressOf(key);
  } catch (error) {
    if (!(error instanceof ParseError)) throw error;
    throw new SenderError("configuration", `${option}: ${error.message}`, error.remedy);
  }
}
