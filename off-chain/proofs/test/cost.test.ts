import { expect } from "chai";
import { currentCurve, setCurve } from "../src/curve/current.ts";
import { createVerifier, signBalanceProof, addressOf, type Hex } from "../src/index.ts";
import { loadWasmKeccak } from "../src/keccak/wasm.ts";
import { keccak256, portableKeccak, setKeccak, type Keccak } from "../src/keccak/keccak.ts";

const manager = { chainId: 31337n, contract: "0x00000000000000000000000000000000000000aa" } as const;
const key: Hex = `0x${"11".repeat(32)}`;
const channelId: Hex = `0x${"22".repeat(32)}`;

describe("what checking a proof costs, counted", () => {
  const curve = currentCurve();
  let fast: Keccak | undefined;
  let counts: { recoveries: number; hashes: number };

  before(async () => {
    fast = await loadWasmKeccak(); // The entry for Node puts it in place when it is there.
    setCurve({ ...curve, recover: (...all) => (counts.recoveries++, curve.recover(...all)) });
    setKeccak((data) => (counts.hashes++, portableKeccak(data)));
  });
  after(() => {
    setCurve(curve);
    setKeccak(fast ?? portableKeccak);
  });

  it("is one recovery and two hashes, once the signer's key is known", () => {
    counts = { recoveries: 0, hashes: 0 };
    const verifier = createVerifier(manager);
    const signer = addressOf(key);
    const check = (balance: bigint): typeof counts => {
      const signature = signBalanceProof({ ...manager, channelId, balance }, key);
      counts = { recoveries: 0, hashes: 0 };
      expect(verifier.verifyBalanceProof(channelId, balance, signature, signer)).to.equal(true);
      return counts;
    };
    expect(check(1n)).to.deep.equal({ recoveries: 1, hashes: 3 });
    expect(check(2n)).to.deep.equal({ recoveries: 1, hashes: 2 });
  });

  it("is nothing for what is malformed", () => {
    const verifier = createVerifier(manager);
    counts = { recoveries: 0, hashes: 0 };
    expect(verifier.verifyBalanceProof("0x12", 1n, `0x${"00".repeat(65)}`, addressOf(key))).to.equal(false);
    expect(counts.recoveries).to.equal(0);
    expect(keccak256(new Uint8Array())).to.have.length(32);
  });
});
