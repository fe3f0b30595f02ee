import { expect } from "chai";
import type { RunningReceiver } from "../../src/receiver.ts";
import { eventually } from "../support/chain.ts";
import { useNodes } from "../support/nodes.ts";
import { pay } from "../support/receiver.ts";
import { expectDescribed } from "./openapi-check.ts";

const TOKEN = "0123456789abcdef0123456789abcdef";

describe("the operator of two receivers on one PostgreSQL", () => {
  const world = useNodes({ apiToken: TOKEN });

  async function order({ url }: RunningReceiver, path: string) {
    const headers = { authorization: `Bearer ${TOKEN}` };
    const response = await fetch(`${url}/api/1${path}`, { method: "POST", headers });
    const json = (await response.json()) as { code?: string };
    expectDescribed("POST", path, response, json);
    return { status: response.status, code: json.code };
  }

  it("is told that the other node sends, and is not told that there is nothing to do", async () => {
    const { chain, leader, follower } = world;
    const channel = await chain.open(2);
    await eventually(async () => (await pay(follower, channel, 60n, 60n)).kind === "paid");
    const at = `/channels/${channel.terms.sender}/${channel.id}`;
    for (const what of ["settle", "close"]) {
      expect(await order(follower, `${at}/${what}`), what).to.deep.equal({ status: 503, code: "not-leading" });
    }
    expect(await follower.store.channel(channel.id), "nothing was begun").to.include({ agreement: undefined });
    expect(await order(leader, `${at}/settle`)).to.include({ status: 202 });
    expect(await order(leader, `${at}/close`)).to.include({ status: 202 });
  });
});
