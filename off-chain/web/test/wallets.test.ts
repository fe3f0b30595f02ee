import { expect } from "chai";
import { announced, findWallets, type Choice } from "../src/wallets.ts";

const provider = { request: () => Promise.resolve(undefined) };
const info = { uuid: "1", rdns: "org.example", name: "Example", icon: "data:image/png;base64,AA==" };

/** A window, as far as wallets go. */
function fakeWindow(ethereum?: unknown): Window {
  return Object.assign(new EventTarget(), { ethereum }) as unknown as Window;
}

function announce(window: Window, detail: unknown): void {
  window.dispatchEvent(Object.assign(new Event("eip6963:announceProvider"), { detail }));
}

describe("finding wallets", () => {
  it("takes those that announce themselves, early or late, each once", () => {
    const window = fakeWindow(provider);
    window.addEventListener("eip6963:requestProvider", () => announce(window, { info, provider }));
    const told: (readonly Choice[])[] = [];
    findWallets(window, (choices) => told.push(choices));
    announce(window, { info, provider });
    announce(window, { info: { ...info, rdns: "org.other", name: "Other" }, provider });
    expect(told.map((choices) => choices.map(({ id }) => id))).to.deep.equal([
      ["org.example"],
      ["org.example", "org.other"],
    ]);
  });

  it("takes window.ethereum where nobody does", () => {
    const told: (readonly Choice[])[] = [];
    findWallets(fakeWindow(provider), (choices) => told.push(choices));
    expect(told).to.have.length(1);
    expect(told[0]![0]).to.include({ id: "window.ethereum", name: "Browser wallet", wallet: provider });
    findWallets(fakeWindow(), () => expect.fail("there is none"));
  });

  const odd: [string, unknown][] = [
    ["nothing", undefined],
    ["no provider", { info }],
    ["a provider that answers nothing", { info, provider: {} }],
    ["no name", { info: { ...info, name: undefined }, provider }],
    ["no rdns", { info: { ...info, rdns: 7 }, provider }],
  ];
  for (const [what, detail] of odd) {
    it(`passes over one with ${what}`, () => {
      expect(announced(detail)).to.equal(undefined);
    });
  }

  it("shows no icon that would have to be fetched, and no endless name", () => {
    const icon = "https://example.org/icon.png";
    expect(announced({ info: { ...info, icon }, provider })?.icon).to.equal(undefined);
    expect(announced({ info: { ...info, icon: "data:text/html,x" }, provider })?.icon).to.equal(undefined);
    expect(announced({ info: { ...info, name: "x".repeat(1000) }, provider })?.name).to.have.length(40);
  });
});
