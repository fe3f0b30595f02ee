import { expect } from "chai";
import { MaxUint256, Signature, id as hashOf, toBeHex, type AddressLike, type Signer } from "ethers";

import { KeyWallet__factory } from "../../../typechain-types/index.ts";
import { signAuthorization, type Authorization, type AuthorizationType } from "../../fixtures/authorization.ts";
import { type Account, ethers, loadFixture, nextBlockAt, now } from "../../fixtures/chain.ts";
import { domainOf, type Domain } from "../../fixtures/messages.ts";
import { deployMicroToken, type MicroStage } from "../../fixtures/tokens.ts";

/** A nonce is a key of 192 bits and a count, from zero, of 64. */
const nonceOf = (key: string, count = 0n) => toBeHex(((BigInt(hashOf(key)) >> 64n) << 64n) + count, 32);

interface Deviation extends Partial<Authorization> {
  by?: Signer;
  domain?: Partial<Domain>;
  type?: AuthorizationType;
}

describe("MicroToken as ERC-3009", () => {
  let stage: MicroStage;

  beforeEach(async () => {
    stage = await loadFixture(deployMicroToken);
  });

  const refuses = (transaction: Promise<unknown>, error = "ERC3009InvalidSignature") =>
    expect(transaction).to.be.revertedWithCustomError(stage.token, error);

  const right = (): Authorization => ({
    from: stage.holder.address,
    to: stage.other.address,
    value: 7n,
    validAfter: 0n,
    validBefore: MaxUint256,
    nonce: nonceOf("nonce"),
  });

  async function sign(authorization: Authorization, type: AuthorizationType, { by, domain }: Deviation = {}) {
    const own = { ...(await domainOf(stage.token)), ...domain };
    return signAuthorization(by ?? stage.holder, own, authorization, type);
  }

  async function signCancellation(authorizer: AddressLike, nonce: string, by: Signer = stage.holder) {
    const types = {
      CancelAuthorization: [
        { name: "authorizer", type: "address" },
        { name: "nonce", type: "bytes32" },
      ],
    };
    const value = { authorizer: await ethers.resolveAddress(authorizer), nonce };
    return by.signTypedData(await domainOf(stage.token), types, value);
  }

  /** A wallet whose key the spender has, with some tokens. */
  async function deployWallet() {
    const { token, deployer, holder, spender } = stage;
    const wallet = await new KeyWallet__factory(deployer).deploy(spender);
    await token.connect(holder)["transfer(address,uint256)"](wallet, 7n);
    return { wallet, by: spender };
  }

  const FIELDS = "address,address,uint256,uint256,uint256,bytes32";
  type Field = readonly [AddressLike, AddressLike, bigint, bigint, bigint, string];

  /** Calls one of the two functions in one of its two forms. */
  function submitTo(
    type: AuthorizationType,
    form: "bytes" | "vrs",
    by: Account,
    signed: Authorization,
    signature: string,
  ) {
    const token = stage.token.connect(by);
    const { from, to, value, validAfter, validBefore, nonce } = signed;
    const fields: Field = [from, to, value, validAfter, validBefore, nonce];
    const name = type === "ReceiveWithAuthorization" ? "receiveWithAuthorization" : "transferWithAuthorization";
    if (form === "bytes") return token[`${name}(${FIELDS},bytes)`](...fields, signature);
    const { v, r, s } = Signature.from(signature);
    return token[`${name}(${FIELDS},uint8,bytes32,bytes32)`](...fields, v, r, s);
  }

  for (const [type, name] of [
    ["TransferWithAuthorization", "transferWithAuthorization"],
    ["ReceiveWithAuthorization", "receiveWithAuthorization"],
  ] as const) {
    const otherType = type === "ReceiveWithAuthorization" ? "TransferWithAuthorization" : "ReceiveWithAuthorization";
    for (const [form, as] of [
      ["bytes", "bytes"],
      ["vrs", "v, r, s"],
    ] as const) {
      describe(`${name}, signature as ${as}`, () => {
        const submit = (authorization: Authorization, signature: string, by = stage.other) =>
          submitTo(type, form, by, authorization, signature);
        /** Submits an authorization that was signed as it is, but for what deviates. */
        const signAndSubmit = async (deviation: Deviation = {}) => {
          const { by, domain, type: as = type, ...fields } = deviation;
          const authorization = { ...right(), ...fields };
          const how = { ...(by && { by }), ...(domain && { domain }) };
          return submit(authorization, await sign(authorization, as, how));
        };

        it("moves the amount, logs it and uses up the nonce", async () => {
          const { token, holder, other } = stage;
          const { nonce } = right();
          expect(await token.authorizationState(holder, nonce)).to.equal(false);
          const transaction = signAndSubmit();
          await expect(transaction).to.changeTokenBalances(ethers, token, [holder, other], [-7n, 7n]);
          await expect(transaction).to.emit(token, "AuthorizationUsed").withArgs(holder, nonce);
          expect(await token.authorizationState(holder, nonce)).to.equal(true);
        });

        it("reverts the second time", async () => {
          await signAndSubmit();
          await refuses(signAndSubmit(), "InvalidAccountNonce");
        });

        it("reverts until the second validAfter is over", async () => {
          const validAfter = (await now()) + 100n;
          await nextBlockAt(validAfter);
          await refuses(signAndSubmit({ validAfter }), "ERC3009InvalidAuthorizationTime");
          await nextBlockAt(validAfter + 1n);
          await signAndSubmit({ validAfter });
        });

        it("reverts from the second validBefore on", async () => {
          const validBefore = (await now()) + 100n;
          await nextBlockAt(validBefore - 1n);
          await signAndSubmit({ validBefore });
          await nextBlockAt(validBefore);
          const nonce = nonceOf("another");
          await refuses(signAndSubmit({ validBefore, nonce }), "ERC3009InvalidAuthorizationTime");
        });

        it("reverts above the balance", async () => {
          await refuses(signAndSubmit({ value: stage.supply + 1n }), "ERC20InsufficientBalance");
        });

        it("reverts for a stranger's key", async () => {
          await refuses(signAndSubmit({ by: stage.spender }));
        });

        it("reverts for the other function's signature", async () => {
          await refuses(signAndSubmit({ type: otherType }));
        });

        it("reverts for a change in any field", async () => {
          const signature = await sign(right(), type);
          const changes: Partial<Authorization>[] = [
            { from: stage.spender.address },
            { value: 8n },
            { validAfter: 1n },
            { validBefore: MaxUint256 - 1n },
            { nonce: nonceOf("another") },
          ];
          for (const change of changes) await refuses(submit({ ...right(), ...change }, signature));
          const to = stage.spender.address;
          await refuses(submit({ ...right(), to }, signature, stage.spender));
          await submit(right(), signature);
        });

        it("reverts on another chain", async () => {
          await refuses(signAndSubmit({ domain: { chainId: 1n } }));
        });

        if (type === "TransferWithAuthorization") {
          it("moves for whoever submits", async () => {
            await submit(right(), await sign(right(), type), stage.spender);
            expect(await stage.token.balanceOf(stage.other)).to.equal(7n);
          });
        } else {
          it("moves for the payee alone", async () => {
            const signature = await sign(right(), type);
            await refuses(submit(right(), signature, stage.spender), "ERC20InvalidReceiver").withArgs(stage.other);
            await refuses(submit(right(), signature, stage.holder), "ERC20InvalidReceiver");
            await submit(right(), signature);
          });
        }

        const does = form === "bytes" ? "takes a" : "takes no";
        it(`${does} contract wallet's signature`, async () => {
          const { wallet, by } = await deployWallet();
          const authorization = { ...right(), from: await wallet.getAddress() };
          const signature = await sign(authorization, type, { by });
          if (form === "vrs") return refuses(submit(authorization, signature));
          await submit(authorization, signature);
          expect(await stage.token.balanceOf(wallet)).to.equal(0n);
        });
      });
    }
  }

  for (const [form, as] of [
    ["bytes", "bytes"],
    ["vrs", "v, r, s"],
  ] as const) {
    describe(`cancelAuthorization, signature as ${as}`, () => {
      const submit = (authorizer: AddressLike, nonce: string, signature: string) => {
        const token = stage.token.connect(stage.spender);
        if (form === "bytes") return token["cancelAuthorization(address,bytes32,bytes)"](authorizer, nonce, signature);
        const { v, r, s } = Signature.from(signature);
        return token["cancelAuthorization(address,bytes32,uint8,bytes32,bytes32)"](authorizer, nonce, v, r, s);
      };
      const cancel = async (nonce = right().nonce, by?: Signer) =>
        submit(stage.holder, nonce, await signCancellation(stage.holder, nonce, by));

      it("uses up the nonce and logs it, whoever submits", async () => {
        const { token, holder } = stage;
        await expect(cancel()).to.emit(token, "AuthorizationCanceled").withArgs(holder, right().nonce);
        expect(await token.authorizationState(holder, right().nonce)).to.equal(true);
      });

      it("makes the authorization worthless", async () => {
        const type = "ReceiveWithAuthorization";
        const signature = await sign(right(), type);
        await cancel();
        await refuses(submitTo(type, "bytes", stage.other, right(), signature), "InvalidAccountNonce");
      });

      it("reverts for a nonce that is used", async () => {
        const type = "ReceiveWithAuthorization";
        await submitTo(type, "bytes", stage.other, right(), await sign(right(), type));
        await refuses(cancel(), "InvalidAccountNonce");
      });

      it("reverts for a stranger's key", async () => {
        await refuses(cancel(right().nonce, stage.spender));
      });

      it("reverts for another nonce", async () => {
        const signature = await signCancellation(stage.holder, right().nonce);
        await refuses(submit(stage.holder, nonceOf("another"), signature));
      });

      const does = form === "bytes" ? "takes a" : "takes no";
      it(`${does} contract wallet's signature`, async () => {
        const { wallet, by } = await deployWallet();
        const signature = await signCancellation(wallet, right().nonce, by);
        if (form === "vrs") return refuses(submit(wallet, right().nonce, signature));
        await submit(wallet, right().nonce, signature);
        expect(await stage.token.authorizationState(wallet, right().nonce)).to.equal(true);
      });
    });
  }

  describe("given nonces of one key", () => {
    it("takes them in their order only", async () => {
      const type = "TransferWithAuthorization";
      const submit = async (count: bigint) => {
        const authorization = { ...right(), value: 1n, nonce: nonceOf("key", count) };
        return submitTo(type, "bytes", stage.other, authorization, await sign(authorization, type));
      };
      await refuses(submit(1n), "InvalidAccountNonce");
      await submit(0n);
      await submit(1n);
      expect(await stage.token["nonces(address,uint192)"](stage.holder, BigInt(hashOf("key")) >> 64n)).to.equal(
        BigInt(nonceOf("key", 2n)),
      );
    });
  });

  describe("given a nonce of the key zero", () => {
    it("uses up a permit's", async () => {
      const type = "TransferWithAuthorization";
      const authorization = { ...right(), nonce: toBeHex(0, 32) };
      await submitTo(type, "bytes", stage.other, authorization, await sign(authorization, type));
      expect(await stage.token["nonces(address)"](stage.holder)).to.equal(1n);
    });
  });
});
