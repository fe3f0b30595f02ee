import {
  addressOf,
  signBalanceProof,
  signCloseRequest,
  signClosingAgreement,
  ZERO_ADDRESS,
  type Hex,
  type Terms,
} from "@rmps/proofs";
import {
  problem,
  readChallenge,
  writeChallenge,
  writePayment,
  writeReceipt,
  type Offer,
  type Receipt,
} from "@rmps/wire";

/** Headers by their names. */
export type HeaderSample = Readonly<Record<string, string>>;

const filled = (byte: string, length: number): Hex => `0x${byte.repeat(length)}`;

const key: Hex = filled("07", 32);
const signer = addressOf(key);
const address = filled("c0", 20);
const channelId = filled("1d", 32);
const manager = { chainId: 31337n, contract: address };
const balanceProof = { ...manager, channelId, balance: 20n };
const closing = { ...manager, channelId, amount: 20n, deadline: 2_000_000_000n };
const signature = signBalanceProof(balanceProof, key);
const challengeKey = new Uint8Array(32).fill(9);

const terms: Terms = {
  sender: signer,
  senderSigner: ZERO_ADDRESS,
  receiver: address,
  receiverSigner: ZERO_ADDRESS,
  token: address,
  challengePeriod: 3600,
  salt: channelId,
};
const offer: Offer = {
  gatewayPath: "/api/1",
  price: 20n,
  manager,
  token: address,
  receiver: address,
  receiverSigner: ZERO_ADDRESS,
  challengePeriod: 3600,
  suggestedDeposit: 2000n,
};
const channel = { channelId, sender: signer, accepted: 40n, spent: 30n, deposit: 1000n, proof: signature };
const receipt: Receipt = {
  gatewayPath: "/api/1",
  cost: 20n,
  manager,
  receiver: address,
  sender: signer,
  channelId,
  accepted: 40n,
  spent: 30n,
  timestamp: 1_800_000_000_000,
  challengeId: "x",
};
const context = { url: "https://shop.example/doggo.jpg", method: "GET", expires: 4_000_000_000_000 };

const dialects = ["rdn", "payment", "x402"] as const;
const challenges: HeaderSample[] = dialects.map((dialect) =>
  writeChallenge({ offer, channel, refusal: { code: "insufficient-payment" } }, context, {
    dialects: [dialect],
    challengeKey,
  }),
);

/** The headers of a payment in answer to a challenge, in the challenge's dialect. */
function answer(challenge: HeaderSample): HeaderSample {
  const reading = readChallenge(challenge);
  if (reading.kind !== "challenge") throw new Error("a challenge of our own is not understood");
  return writePayment({ channelId, balance: 20n, signature, maxPrice: 20n }, reading.challenge.echo);
}

const termsBody = {
  sender: signer,
  sender_signer: ZERO_ADDRESS,
  receiver: address,
  receiver_signer: ZERO_ADDRESS,
  token: address,
  challenge_period: 3600,
  salt: channelId,
};

/** Well-formed inputs of every parser. */
export const samples = {
  key,
  signer,
  address,
  channelId,
  signature,
  balanceProof,
  closing,
  challengeKey,
  terms,
  closeRequest: signCloseRequest(closing, key),
  agreement: signClosingAgreement(closing, key),
  challenges,
  payments: challenges.map(answer),
  receipts: dialects.map((dialect): HeaderSample => writeReceipt(dialect, receipt)),
  problem: problem({ code: "insufficient-payment", detail: "too little" }),
  targets: ["/doggo.jpg", "/a/b%20c?x=1&y", "/files/deep/down.txt", "/api/1/channels", "/%C3%A4"],
  closeBody: { amount: "20", deadline: 2_000_000_000, signature: signCloseRequest(closing, key) },
  sponsorBodies: [
    {
      terms: termsBody,
      amount: "1000",
      fee: "10",
      authorization: {
        method: "erc3009",
        valid_after: 0,
        valid_before: "2000000000",
        nonce_salt: channelId,
        signature,
      },
    },
    {
      terms: termsBody,
      amount: "1000",
      authorization: { method: "permit2", nonce: "7", deadline: 2_000_000_000, signature },
    },
  ],
  place: { sender: signer, id: channelId, status: "open", limit: "10", after: channelId },
  config: {
    rpc: ["http://127.0.0.1:8545"],
    chainId: 31337,
    contract: address,
    token: address,
    keys: { agreement: "agreement.key", gas: { file: "gas.json", passwordFile: "password" } },
    store: "receiver.sqlite",
    port: 5000,
    routes: {
      "/a": { price: "0.02 token", file: "a.jpg", status: 418 },
      "/b/*": { price: "20", directory: "b" },
      "/c": { price: "1", upstream: "http://127.0.0.1:8080", headers: { a: "b" }, timeoutMs: 10 },
      "/d": { module: "d.js" },
    },
    confirmations: 12,
    challengePeriod: { min: 3600, max: 86400 },
    claims: { threshold: "1 token", age: 60 },
    gas: { maxFeeGwei: 1.5, multiple: 2 },
    cors: ["https://shop.example"],
    tls: { cert: "cert.pem", key: "key.pem" },
    door: { trustedProxies: ["10.0.0.0/8"], perAddress: { perSecond: 1, burst: 1 }, perChannel: false },
    log: "info",
  },
  environment: { RMPS_RPC: "http://127.0.0.1:8545", RMPS_CONTRACT: address, RMPS_TOKEN: address },
} as const;
