import type { Hex } from "@rmps/proofs";
import { startReceiver, type RunningReceiver } from "@rmps/receiver";
import { createPayingFetch } from "@rmps/sender";
import { expect } from "chai";
import { parseEther } from "ethers";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { startLocalChain, type LocalChain } from "../../scripts/lib/local-chain.ts";
import { account, HOUR } from "./support/shop.ts";

describe("a receiver that takes no small deposits", () => {
  const PRICE = parseEther("0.01");
  const LEAST = 300n * PRICE;
  let chain: LocalChain;
  let receiver: RunningReceiver;
  let home: string;

  before(async () => {
    chain = await startLocalChain(0);
    home = mkdtempSync(join(tmpdir(), "rmps-deposits-"));
    const key = account(1).privateKey as Hex;
    receiver = await startReceiver({
      rpc: chain.url,
      contract: chain.manager,
      token: chain.token,
      keys: { agreement: key, gas: key },
      challengePeriod: { offered: HOUR },
      store: join(home, "receiver.sqlite"),
      port: 0,
      pollMs: 50,
      log: "silent",
      routes: { "/a": { price: PRICE, handler: () => "a" } },
      minDeposit: LEAST,
    });
  });
  after(async () => {
    await receiver.close();
    await chain.close();
    rmSync(home, { recursive: true });
  });

  it("says so in its offer: a paying fetch deposits enough, though a request costs a fraction", async () => {
    const pay = createPayingFetch({ wallet: account(3).privateKey, rpc: chain.url, autoFinalize: false });
    expect(await (await pay(`${receiver.url}/a`)).text()).to.equal("a");
    const [channel] = await (await pay.channels).list();
    expect(channel).to.include({ deposit: LEAST, charged: PRICE });
    expect((await pay.close())[0]).to.include({ kind: "closed", settled: PRICE });
  });
});
