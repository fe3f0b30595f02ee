/** Pieces that schemas of the API are made of. */

export const amount = { type: "string", pattern: "^(0|[1-9][0-9]*)$", description: "In the token's smallest unit." };
export const address = { type: "string", pattern: "^0x[0-9a-f]{40}$" };
export const hash = { type: "string", pattern: "^0x[0-9a-f]{64}$" };
export const hex = { type: "string", pattern: "^0x([0-9a-f]{2})*$" };
export const seconds = { type: "string", pattern: "^(0|[1-9][0-9]*)$", description: "Unix seconds." };
export const integer = { type: "integer" };

export const object = (properties: Record<string, unknown>, optional: readonly string[] = []) => ({
  type: "object",
  properties,
  required: Object.keys(properties).filter((name) => !optional.includes(name)),
  additionalProperties: false,
});

export const terms = {
  sender: address,
  sender_signer: address,
  receiver: address,
  receiver_signer: address,
  token: address,
  challenge_period: { ...integer, description: "Seconds." },
  salt: hash,
};

const inPath = (name: string, schema: unknown) => ({ name, in: "path", required: true, schema });
export const sender = inPath("sender", address);
export const id = inPath("id", hash);

/** Of lists of channels. */
export const query = [
  { name: "status", in: "query", schema: { enum: ["open", "closing", "closed", "all"], default: "all" } },
  { name: "after", in: "query", schema: hash },
  { name: "limit", in: "query", schema: { type: "integer", minimum: 1, maximum: 1000, default: 100 } },
];
