/**
 * Writes vectors.json: `npx tsx test/vectors/generate.ts`. Deterministic; a test of `@rmps/proofs` compares the file
 * with what this module makes today. Nothing here uses the code under test: ethers computes, viem must agree.
 */
import { readFile, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { AbiCoder, HDNodeWallet, TypedDataEncoder, ZeroAddress, dataSlice, id, keccak256 } from "ethers";
import { encodeAbiParameters, hashTypedData, keccak256 as viemKeccak256, type Hex } from "viem";
import { messages, type SignedMessage } from "./messages.ts";
import { negatives } from "./negatives.ts";

const FILE = fileURLToPath(new URL("vectors.json", import.meta.url));

/** The mnemonic of Hardhat's and Anvil's well-known development accounts: public, never to hold money. */
const MNEMONIC = "test test test test test test test test test test test junk";

/** Hardhat account #n. */
export const account = (n: number): HDNodeWallet => HDNodeWallet.fromPhrase(MNEMONIC, undefined, `m/44'/60'/0'/0/${n}`);

const lower = (text: string): Hex => text.toLowerCase() as Hex;
const address = (n: number): Hex => lower(account(n).address);

// What Hardhat account #0 deploys first and second on a fresh chain: where `npm start` has them.
const TOKEN = "0x5fbdb2315678afecb367f032d93f642f64180aa3";
const MANAGER = "0xe7f1725e7734ce288f8367e1bb143e90bb3f0512";
const OTHER_MANAGER = "0x00000000000000000000000000000000c0ffee01";

export const managers = [
  { chainId: "31337", contract: MANAGER },
  { chainId: "31337", contract: OTHER_MANAGER },
  { chainId: "8453", contract: MANAGER },
  { chainId: (2n ** 256n - 1n).toString(), contract: "0xffffffffffffffffffffffffffffffffffffffff" },
] as const;

const plain = {
  sender: address(2),
  senderSigner: ZeroAddress,
  receiver: address(1),
  receiverSigner: ZeroAddress,
  token: TOKEN,
  challengePeriod: 3600,
  salt: id("rmps test vector: plain"),
};

const terms = [
  { name: "both parties sign themselves", ...plain },
  { name: "the sender names a key", ...plain, senderSigner: address(3) },
  { name: "the receiver names a key", ...plain, receiverSigner: address(4) },
  { name: "both name keys", ...plain, senderSigner: address(3), receiverSigner: address(4) },
  { name: "another salt", ...plain, salt: id("rmps test vector: another salt") },
  { name: "salt zero, shortest period", ...plain, salt: `0x${"00".repeat(32)}`, challengePeriod: 900 },
  { name: "salt of ones, longest period", ...plain, salt: `0x${"ff".repeat(32)}`, challengePeriod: 2_592_000 },
];

const TERMS_TYPES = ["address", "address", "address", "address", "address", "uint32", "bytes32"] as const;

function agreed(mine: string, theirs: string): string {
  if (mine !== theirs) throw new Error(`ethers says ${mine}, viem says ${theirs}`);
  return mine;
}

const eip712Domain = (manager: { chainId: string; contract: string }) => ({
  name: "RMPS Channel Manager",
  version: "1",
  chainId: BigInt(manager.chainId),
  verifyingContract: manager.contract as Hex,
});

function channel({ name, ...value }: (typeof terms)[number], manager: (typeof managers)[number]) {
  const { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt } = value;
  const values = [sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt];
  const coder = AbiCoder.defaultAbiCoder();
  const encoded = agreed(
    coder.encode(TERMS_TYPES, values),
    encodeAbiParameters(
      TERMS_TYPES.map((type) => ({ type })),
      values,
    ),
  );
  const head = coder.encode(["uint256", "address"], [manager.chainId, manager.contract]);
  const preimage = `${head}${encoded.slice(2)}` as Hex;
  const channelId = agreed(keccak256(preimage), viemKeccak256(preimage));
  const nonceSalt = id("rmps test vector: nonce salt");
  const fullNonce = keccak256(coder.encode(["bytes32", "bytes32"], [channelId, nonceSalt]));
  return {
    name,
    ...manager,
    terms: value,
    encoded,
    id: channelId,
    senderSide: senderSigner === ZeroAddress ? sender : senderSigner,
    receiverSide: receiverSigner === ZeroAddress ? receiver : receiverSigner,
    authorization: { nonceSalt, nonce: `${dataSlice(fullNonce, 0, 24)}${"00".repeat(8)}` },
  };
}

function signed(message: SignedMessage) {
  const { types, type, values } = message;
  const domain = eip712Domain(message);
  const digest = agreed(
    TypedDataEncoder.hash(domain, types, values),
    hashTypedData({ domain, types, primaryType: type, message: values }),
  );
  const { name, chainId, contract } = message;
  const signer = account(message.account);
  return {
    ...{ name, type, chainId, contract, message: values },
    structHash: TypedDataEncoder.hashStruct(type, types, values),
    digest,
    signer: lower(signer.address),
    signature: signer.signingKey.sign(digest).serialized,
  };
}

/** Everything that is in vectors.json. */
export function vectors() {
  const channels = managers.flatMap((manager) => terms.map((each) => channel(each, manager)));
  const positives = messages(managers, channels[0]!.id, channels[1]!.id).map(signed);
  return {
    about:
      "Test vectors of RMPS, shared by Solidity and TypeScript; see README.md. Made by generate.ts, never by hand.",
    accounts: [0, 1, 2, 3, 4, 5].map((n) => ({
      name: `Hardhat account #${n} (public test key, never use with money)`,
      address: address(n),
      privateKey: account(n).privateKey,
    })),
    domains: managers.map((manager) => ({
      ...manager,
      separator: TypedDataEncoder.hashDomain(eip712Domain(manager)),
    })),
    channels,
    messages: positives,
    negatives: negatives(positives, account(5).signingKey),
  };
}

/** The text of vectors.json. */
export const text = (): string => `${JSON.stringify(vectors(), undefined, 2)}\n`;

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const before = await readFile(FILE, "utf8").catch(() => "");
  await writeFile(FILE, text());
  console.log(before === text() ? "vectors.json was up to date" : "vectors.json written");
}
