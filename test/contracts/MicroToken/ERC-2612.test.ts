import { expect } from "chai";
import { MaxUint256, Signature, TypedDataEncoder, ZeroAddress, ZeroHash, type Signer } from "ethers";

import { ethers, loadFixture, nextBlockAt, now } from "../../fixtures/chain.ts";
import { domainOf, type Domain } from "../../fixtures/messages.ts";
import { deployMicroToken, type MicroStage } from "../../fixtures/tokens.ts";

const PERMIT = {
  Permit: [
    { name: "owner", type: "address" },
    { name: "spender", type: "address" },
    { name: "value", type: "uint256" },
    { name: "nonce", type: "uint256" },
    { name: "deadline", type: "uint256" },
  ],
};

interface Deviation {
  by?: Signer;
  value?: bigint;
  domain?: Partial<Domain>;
}

describe("MicroToken as ERC-2612", () => {
  let stage: MicroStage;

  beforeEach(async () => {
    stage = await loadFixture(deployMicroToken);
  });

  /** The holder's permit for the spender, but for what deviates. */
  async function sign(value: bigint, deadline = MaxUint256, deviation: Deviation = {}): Promise<Signature> {
    const { token, holder, spender } = stage;
    const domain = { ...(await domainOf(token)), ...deviation.domain };
    const nonce = await token["nonces(address)"](holder);
    const message = { owner: holder.address, spender: spender.address, value, nonce, deadline, ...deviation };
    return Signature.from(await (deviation.by ?? holder).signTypedData(domain, PERMIT, message));
  }

  const permit = (value: bigint, { v, r, s }: Signature, deadline = MaxUint256) =>
    stage.token.connect(stage.other).permit(stage.holder, stage.spender, value, deadline, v, r, s);
  const refuses = (transaction: Promise<unknown>, error = "ERC2612InvalidSigner") =>
    expect(transaction).to.be.revertedWithCustomError(stage.token, error);

  it("has a domain of its name, version 1, chain and address", async () => {
    const { chainId } = await ethers.provider.getNetwork();
    const { token, name } = stage;
    const address = await token.getAddress();
    const domain = await token.eip712Domain();
    expect([...domain]).to.deep.equal(["0x0f", name, "1", chainId, address, ZeroHash, []]);
    expect(await token.DOMAIN_SEPARATOR()).to.equal(TypedDataEncoder.hashDomain(await domainOf(token)));
  });

  it("sets the allowance, whoever submits, and counts the nonce", async () => {
    const { token, holder, spender } = stage;
    await expect(permit(7n, await sign(7n)))
      .to.emit(token, "Approval")
      .withArgs(holder, spender, 7n);
    expect(await token.allowance(holder, spender)).to.equal(7n);
    expect(await token["nonces(address)"](holder)).to.equal(1n);
  });

  it("takes a permit until its deadline", async () => {
    const deadline = (await now()) + 100n;
    const signature = await sign(7n, deadline);
    await nextBlockAt(deadline);
    await permit(7n, signature, deadline);
  });

  it("reverts a second after its deadline", async () => {
    const deadline = (await now()) + 100n;
    const signature = await sign(7n, deadline);
    await nextBlockAt(deadline + 1n);
    await refuses(permit(7n, signature, deadline), "ERC2612ExpiredSignature").withArgs(deadline);
  });

  it("reverts the second time", async () => {
    const signature = await sign(7n);
    await permit(7n, signature);
    await refuses(permit(7n, signature));
  });

  it("reverts for a stranger's key", async () => {
    await refuses(permit(7n, await sign(7n, MaxUint256, { by: stage.other }))).withArgs(stage.other, stage.holder);
  });

  it("reverts for another amount", async () => {
    await refuses(permit(8n, await sign(7n)));
  });

  it("reverts on another chain", async () => {
    await refuses(permit(7n, await sign(7n, MaxUint256, { domain: { chainId: 1n } })));
  });

  it("reverts for an owner of zero", async () => {
    const { token, spender } = stage;
    const call = token.permit(ZeroAddress, spender, 7n, MaxUint256, 27, ZeroHash, ZeroHash);
    await refuses(call, "ECDSAInvalidSignature");
  });
});
