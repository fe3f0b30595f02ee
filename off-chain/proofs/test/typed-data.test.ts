import { expect } from "chai";
import { AbiCoder, TypedDataEncoder, keccak256 as ethersKeccak256 } from "ethers";
import fc from "fast-check";
import { hashTypedData } from "viem";
import * as proofs from "../src/index.ts";
import { portableKeccak } from "../src/keccak/keccak.ts";
import { loadWasmKeccak } from "../src/keccak/wasm.ts";
import { address, hash, manager, terms, uint256 } from "./support/arbitrary.ts";

const TERMS = "tuple(address,address,address,address,address,uint32,bytes32)";

describe("digests and ids", () => {
  it("agree with ethers and viem for any message", () => {
    const message = fc.record({ channelId: hash, balance: uint256, amount: uint256, deadline: uint256 });
    const cases = [
      ["BalanceProof", proofs.balanceProofDigest],
      ["ClosingAgreement", proofs.closingAgreementDigest],
      ["CloseRequest", proofs.closeRequestDigest],
    ] as const;
    fc.assert(
      fc.property(manager, message, ({ chainId, contract }, { channelId, balance, ...rest }) => {
        for (const [type, digest] of cases) {
          const members = type === "BalanceProof" ? { channelId, balance } : { channelId, ...rest };
          const mine = digest({ chainId, contract, channelId, balance, ...rest });
          const domain = proofs.typedData.domain({ chainId, contract });
          const types = proofs.typedData.types[type] as Record<string, { name: string; type: string }[]>;
          expect(mine).to.equal(TypedDataEncoder.hash(domain, types, members));
          expect(mine).to.equal(hashTypedData({ domain, types, primaryType: type, message: members }));
        }
      }),
    );
  });

  it("give the channel id and the encoding of any terms as ethers does", () => {
    fc.assert(
      fc.property(terms, manager, (value, where) => {
        const { sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt } = value;
        const tuple = [sender, senderSigner, receiver, receiverSigner, token, challengePeriod, salt];
        const encode = (types: string[], values: unknown[]) => AbiCoder.defaultAbiCoder().encode(types, values);
        expect(proofs.encodeTerms(value)).to.equal(encode([TERMS], [tuple]));
        expect(proofs.channelId(value, where)).to.equal(
          ethersKeccak256(encode(["uint256", "address", TERMS], [where.chainId, where.contract, tuple])),
        );
      }),
    );
  });

  it("depend on no message that was hashed before", () => {
    const where = { chainId: 1n, contract: proofs.ZERO_ADDRESS };
    const id: proofs.Hex = `0x${"11".repeat(32)}`;
    const small = { ...where, channelId: id, amount: 1n, deadline: 2n };
    const before = proofs.closeRequestDigest(small);
    proofs.closeRequestDigest({ ...small, amount: proofs.UINT256_MAX, deadline: proofs.UINT256_MAX });
    expect(proofs.closeRequestDigest(small)).to.equal(before);
    proofs.balanceProofDigest({ ...where, chainId: 2n, channelId: id, balance: 1n });
    expect(proofs.closeRequestDigest(small)).to.equal(before);
  });

  it("know each manager's domain even after a thousand others", () => {
    const message = {
      chainId: 5n,
      contract: proofs.ZERO_ADDRESS,
      channelId: `0x${"22".repeat(32)}`,
      balance: 3n,
    } as const;
    const before = proofs.balanceProofDigest(message);
    for (let chainId = 6n; chainId < 1006n; chainId++) {
      expect(proofs.balanceProofDigest({ ...message, chainId })).not.to.equal(before);
    }
    expect(proofs.balanceProofDigest(message)).to.equal(before);
  });

  it("refuse malformed messages with a remedy", () => {
    const good = {
      chainId: 1n,
      contract: proofs.ZERO_ADDRESS,
      channelId: `0x${"33".repeat(32)}`,
      amount: 1n,
      deadline: 1n,
    };
    const bad: object[] = [
      { chainId: -1n },
      { chainId: 1 },
      { chainId: 2n ** 256n },
      { contract: "0x12" },
      { channelId: "0x12" },
      { channelId: undefined },
      { amount: -1n },
      { amount: 2n ** 256n },
      { amount: 1 },
      { amount: "1" },
      { deadline: undefined },
      { deadline: 2n ** 256n },
    ];
    for (const change of bad) {
      const message = { ...good, ...change } as unknown as proofs.CloseRequest;
      expect(() => proofs.closeRequestDigest(message))
        .to.throw(proofs.ParseError)
        .with.property("remedy").that.is.not.empty;
      expect(() => proofs.closingAgreementDigest(message)).to.throw(proofs.ParseError);
    }
    expect(() => proofs.balanceProofDigest(good as unknown as proofs.BalanceProof)).to.throw(proofs.ParseError);
  });

  it("are the same by WebAssembly and by JavaScript", async () => {
    const wasm = await loadWasmKeccak();
    expect(wasm, "hash-wasm loads").not.to.equal(undefined);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), (data) => {
        expect(wasm!(data)).to.deep.equal(portableKeccak(data));
      }),
    );
  });
});

describe("the ERC-3009 nonce", () => {
  it("is the hash of id and salt with the lowest 64 bits cleared", () => {
    fc.assert(
      fc.property(hash, hash, (id, salt) => {
        const full = ethersKeccak256(AbiCoder.defaultAbiCoder().encode(["bytes32", "bytes32"], [id, salt]));
        expect(BigInt(proofs.authorizationNonce(id, salt))).to.equal((BigInt(full) >> 64n) << 64n);
      }),
    );
  });

  it("refuses what is not 32 bytes", () => {
    const good: proofs.Hex = `0x${"44".repeat(32)}`;
    expect(() => proofs.authorizationNonce("0x44", good)).to.throw(proofs.ParseError);
    expect(() => proofs.authorizationNonce(good, "0x44")).to.throw(proofs.ParseError);
  });
});

describe("malformed terms or managers", () => {
  it("have neither id nor encoding", () => {
    fc.assert(
      fc.property(terms, address, (value, contract) => {
        for (const change of [
          { sender: "0x1" },
          { salt: contract },
          { challengePeriod: 1.5 },
          { challengePeriod: 2 ** 32 },
          { challengePeriod: -1 },
        ]) {
          const bad = { ...value, ...change } as proofs.Terms;
          expect(() => proofs.encodeTerms(bad)).to.throw(proofs.ParseError);
          expect(() => proofs.channelId(bad, { chainId: 1n, contract })).to.throw(proofs.ParseError);
        }
        expect(() => proofs.channelId(value, { chainId: -1n, contract })).to.throw(proofs.ParseError);
        expect(() => proofs.channelId(value, { chainId: 1n, contract: "0x" })).to.throw(proofs.ParseError);
      }),
      { numRuns: 20 },
    );
  });
});
