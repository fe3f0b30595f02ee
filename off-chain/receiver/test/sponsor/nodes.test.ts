import { expect } from "chai";
import { GAS_PAYER } from "../support/chain.ts";
import { useNodes } from "../support/nodes.ts";
import { byAuthorization, penniless, SPONSOR } from "../support/sponsor.ts";
import { askFor } from "../support/sponsoring-shop.ts";

describe("sponsoring by two receivers on one PostgreSQL", () => {
  const world = useNodes({ sponsor: SPONSOR });

  it("answers on the node that does not lead, with what the other one sends", async () => {
    const { chain, follower } = world;
    const answer = await askFor(await byAuthorization(chain, await penniless(chain)), follower);
    expect(answer, answer.code).to.include({ status: 202 });
    const receipt = await chain.provider.getTransactionReceipt(answer.transaction!);
    expect(receipt?.from.toLowerCase()).to.equal(GAS_PAYER.address);
  });

  it("sends one transaction for a request that both get at once", async () => {
    const { chain, nodes } = world;
    const before = await chain.sent(GAS_PAYER);
    const body = await byAuthorization(chain, await penniless(chain));
    const answers = await Promise.all([...nodes, ...nodes].map((node) => askFor(body, node)));
    expect(new Set(answers.map(({ status, transaction }) => `${status} ${transaction}`)).size).to.equal(1);
    expect(answers[0]).to.include({ status: 202 });
    expect(await chain.sent(GAS_PAYER)).to.equal(before + 1);
  });
});
