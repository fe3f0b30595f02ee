import { expect } from "chai";
import { RECEIVER_VARIABLES, SENDER_VARIABLES, unreadVariables } from "../src/index.ts";

describe("variables that nobody reads", () => {
  const meant = (name: string) => /Did you mean (\w+)\?$/.exec(unreadVariables({ [name]: "x" })[0] ?? "")?.[1];

  it("are told of with the one that was meant", () => {
    for (const [name, known] of [
      ["RMPS_STROE", "RMPS_STORE"],
      ["RMPS_RCP", "RMPS_RPC"],
      ["RMPS_RPCS", "RMPS_RPC"],
      ["RMPS_RPC_URL", "RMPS_RPC"],
      ["RMPS_LOG_LEVEL", "RMPS_LOG"],
      ["RMPS_GAS_KEY", "RMPS_GAS_KEY_FILE"],
      ["RMPS_API_TOKENFILE", "RMPS_API_TOKEN_FILE"],
      ["RMPS_CONFIRMATION", "RMPS_CONFIRMATIONS"],
      ["RMPS_KEYFILE", "RMPS_KEY_FILE"],
      ["RMPS_PASSWORD_FIEL", "RMPS_PASSWORD_FILE"],
      ["RMPS_PORT", "PORT"],
    ] as const) {
      expect(meant(name), name).to.equal(known);
    }
    expect(unreadVariables({ RMPS_WEATHER: "x" })).to.deep.equal(["The variable RMPS_WEATHER is read by nobody."]);
  });

  it("are none where either command reads them, and where they are empty or of another program", () => {
    const read = Object.fromEntries([...RECEIVER_VARIABLES, ...SENDER_VARIABLES].map((name) => [name, "x"]));
    expect(unreadVariables({ ...read, PORT: "1", RMPS_STROE: "", RMPS_RCP: undefined, XRMPS_RPC: "x" })).to.be.empty;
  });

  it("are told of without their values", () => {
    expect(unreadVariables({ RMPS_GAS_KEY: "5ec4e7" }).join()).to.not.contain("5ec4e7");
  });

  it("are told of once, with the remedy, where Kubernetes put them there", () => {
    const links = {
      RMPS_PORT: "tcp://10.0.0.1:80",
      RMPS_PORT_80_TCP: "tcp://10.0.0.1:80",
      RMPS_PORT_80_TCP_ADDR: "10.0.0.1",
      RMPS_PORT_80_TCP_PORT: "80",
      RMPS_PORT_80_TCP_PROTO: "tcp",
      RMPS_SERVICE_HOST: "10.0.0.1",
      RMPS_SERVICE_PORT: "80",
      RMPS_SERVICE_PORT_HTTP: "80",
      RMPS_RECEIVER_PORT: "tcp://10.0.0.2:80",
      RMPS_RECEIVER_SERVICE_HOST: "10.0.0.2",
    };
    const told = unreadVariables({ ...links, RMPS_STROE: "x" });
    expect(told).to.have.length(2);
    expect(told[0]).to.contain("RMPS_STORE");
    expect(told[1]).to.match(/RMPS_PORT and 9 more.*enableServiceLinks: false/);
  });
});
