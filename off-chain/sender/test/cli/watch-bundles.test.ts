import { channelId, signBalanceProof, ZERO_ADDRESS, type Hex } from "@rmps/proofs";
import { writeBundle, type Bundle } from "@rmps/wire";
import { expect } from "chai";
import { JsonRpcProvider, toBeHex, type TransactionRequest } from "ethers";
import { mkdir, symlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { PassThrough } from "node:stream";

import { Context } from "../../src/cli/context.ts";
import { Watchtower } from "../../src/cli/watchtower.ts";
import { useCliWorld } from "../support/cli-world.ts";
import { until } from "../support/node.ts";
import { PRICE } from "../support/seller.ts";

describe("what rmps watch reads", () => {
  const world = useCliWorld();
  const GAS_PAYER = ["--account", "6"];
  let folder: string;
  beforeEach(async () => {
    folder = join(world.home, "bundles");
    await mkdir(folder);
  });

  /** A bundle of a channel of account #3's, of the same terms for the same number, that is not opened by this. */
  function bundle(number: number, balance: bigint): Bundle {
    const terms = {
      sender: world.chain.address(3),
      senderSigner: ZERO_ADDRESS,
      receiver: world.chain.address(8),
      receiverSigner: ZERO_ADDRESS,
      token: world.chain.tokenAddress,
      challengePeriod: 3600,
      salt: toBeHex(number, 32) as Hex,
    };
    const manager = { chainId: 31337n, contract: world.chain.contract };
    const id = channelId(terms, manager);
    const proof = signBalanceProof({ ...manager, channelId: id, balance }, world.chain.key(3));
    return { ...manager, id, terms, amount: balance, balance, proof };
  }

  const write = (name: string, content: unknown) => writeFile(join(folder, name), JSON.stringify(content));
  const watch = (...args: string[]) => world.runWith({}, "watch", ...args, ...GAS_PAYER);

  /** Opens a channel, and closes it at nothing. */
  async function cheat({ terms, id }: Bundle): Promise<() => Promise<bigint>> {
    const signer = await world.chain.signer(3);
    await (await world.chain.token.connect(signer).approve(world.chain.contract, 10n * PRICE)).wait();
    const manager = world.chain.manager.connect(signer);
    await (await manager.deposit(terms, 10n * PRICE)).wait();
    await (await manager.requestClose(terms, 0n, 0n, "0x")).wait();
    return async () => (await manager.stateOf(id)).settled;
  }

  it("goes on being read though one file is broken: better proofs of all others count", async () => {
    await write("a.json", writeBundle(bundle(1, PRICE)));
    await write("b.json", writeBundle(bundle(2, PRICE)));
    const [first, second] = [await cheat(bundle(1, PRICE)), await cheat(bundle(2, PRICE))];
    const running = watch(folder, "--interval", "0.05");
    await until(async () => (await first()) + (await second()) === 2n * PRICE || undefined);
    await write("a.json", "nothing");
    await write("b.json", writeBundle(bundle(2, 2n * PRICE)));
    await until(async () => (await second()) === 2n * PRICE || undefined);
    expect(await first()).to.equal(PRICE);
    for (const name of ["a.json", "b.json"]) await write(name, []);
    const run = await running;
    expect(run.code, run.stderr).to.equal(0);
    expect(run.stderr).to.match(/a\.json: .*; trying again\n +Export the bundle again/);
  });

  it("is no folder in which the state is kept", async () => {
    await write("a.json", writeBundle(bundle(3, PRICE)));
    await symlink(folder, join(world.home, "link"));
    for (const state of [folder, join(folder, "tower.json"), join(world.home, "link")]) {
      const run = await world.runWith({ RMPS_STATE: state }, "watch", folder, "--once", ...GAS_PAYER);
      expect([run.code, run.stderr]).to.satisfy(([code]: unknown[]) => code === 2, run.stderr);
      expect(run.stderr).to.match(
        /bundles: the state is kept there.*\n +Name another folder for the state: RMPS_STATE/,
      );
    }
    expect((await watch(folder, "--once")).code).to.equal(0);
  });

  it("is no state of another sender", async () => {
    await write("a.json", writeBundle(bundle(4, PRICE)));
    const { url } = await world.seller();
    await world.runWith({ RMPS_STATE: folder }, "get", `${url}/a`, "--account", "2");
    const run = await watch(folder, "--once");
    expect(run.code, run.stderr).to.equal(2);
    expect(run.stderr).to.match(
      /book\.json: the state of a sender, no bundle\n +Keep bundles in a folder of their own/,
    );
  });

  it("is compared with the chain for many side by side", async () => {
    const TOGETHER = 20;
    /** A node that answers once it is asked by so many. */
    class Patient extends JsonRpcProvider {
      readonly #waiting: (() => void)[] = [];

      override async call(transaction: TransactionRequest): Promise<string> {
        await new Promise<void>((resolve) => {
          this.#waiting.push(resolve);
          if (this.#waiting.length === TOGETHER) for (const go of this.#waiting.splice(0)) go();
        });
        return super.call(transaction);
      }
    }
    const provider = new Patient(world.chain.url, 31337, { staticNetwork: true, cacheTimeout: -1 });
    const bundles = Array.from({ length: 3 * TOGETHER }, (_, number) => bundle(1000 + number, PRICE));
    const stream = new PassThrough();
    const context = new Context({ account: "6" }, { env: { RMPS_STATE: world.home }, stdout: stream, stderr: stream });
    const tower = new Watchtower({ chainId: 31337n, provider }, context, bundles);
    const failures: unknown[] = [];
    expect(await tower.round((error) => failures.push(error))).to.deep.equal({ left: true, sent: 0 });
    expect(failures).to.deep.equal([]);
    provider.destroy();
  });
});
