import { amount, hash, hex, integer, object, seconds, terms } from "./parts.ts";

/** What `GET /stats` says of it. */
export const sponsoring = {
  oneOf: [
    object({
      methods: { type: "array", items: { enum: ["erc3009", "permit2"] } },
      min_deposit: { ...amount, description: "The least that is sponsored, the fee included." },
      fee: { ...amount, description: "Counts as spent from the first proof after the deposit." },
    }),
    { type: "null" },
  ],
  description: "Whether the receiver pays the gas of deposits (POST /channels); null: it does not.",
};

/** What `POST /channels` takes and answers. */
export const sponsorSchemas = {
  SponsorRequest: object(
    {
      terms: object(terms, ["sender_signer", "receiver_signer"]),
      amount,
      fee: { ...amount, description: "What the sender agrees to: the fee in GET /stats; 0 unless given." },
      authorization: {
        oneOf: [
          object({
            method: { const: "erc3009" },
            valid_after: { oneOf: [seconds, integer] },
            valid_before: { oneOf: [seconds, integer] },
            nonce_salt: {
              ...hash,
              description: "The nonce is keccak256(abi.encode(id, nonce_salt)), its last 8 bytes 0.",
            },
            signature: hex,
          }),
          object({
            method: { const: "permit2" },
            nonce: amount,
            deadline: { oneOf: [seconds, integer] },
            signature: hex,
          }),
        ],
        description: "ReceiveWithAuthorization of the token, or Permit2's PermitWitnessTransferFrom, to the contract.",
      },
    },
    ["fee"],
  ),
  Sponsored: object({
    channel_id: hash,
    transaction: { ...hash, description: "Of the latest attempt: it is replaced where it is stuck." },
    fee: amount,
  }),
};
