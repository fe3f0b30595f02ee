import fc from "fast-check";
import type { Hex, Terms } from "../../src/index.ts";

const UINT256_MAX = 2n ** 256n - 1n;

const hexOf = (length: number): fc.Arbitrary<Hex> =>
  fc
    .uint8Array({ minLength: length, maxLength: length })
    .map((bytes): Hex => `0x${Buffer.from(bytes).toString("hex")}`);

export const address = hexOf(20);
export const hash = hexOf(32);

/** Numbers of every size, their edges often. */
export const uint256 = fc.oneof(
  fc.bigInt({ min: 0n, max: UINT256_MAX }),
  fc.bigInt({ min: 0n, max: 2n ** 64n }),
  fc.constantFrom(0n, 1n, 2n ** 64n - 1n, 2n ** 64n, 2n ** 128n, 2n ** 192n, UINT256_MAX),
);

export const manager = fc.record({ chainId: uint256, contract: address });

export const terms: fc.Arbitrary<Terms> = fc.record({
  sender: address,
  senderSigner: address,
  receiver: address,
  receiverSigner: address,
  token: address,
  challengePeriod: fc.integer({ min: 0, max: 0xffffffff }),
  salt: hash,
});

/** Private keys: 32 bytes whose first is not all ones, so that they are below the curve's order, and not zero. */
export const privateKey = hexOf(31).map((rest): Hex => `0x01${rest.slice(2)}`);

/** Anything a careless caller or a hostile request could pass, near-misses among it. */
export const garbage: fc.Arbitrary<unknown> = fc.oneof(
  fc.anything({ withBigInt: true, withTypedArray: true, withNullPrototype: true }),
  fc.string({ unit: "binary" }),
  hexOf(65),
  hexOf(64),
  hexOf(66),
  hexOf(65).map((text) => text.toUpperCase()),
  hexOf(65).map((text) => text.slice(2)),
  hexOf(65).map((text) => `${text} `),
);
