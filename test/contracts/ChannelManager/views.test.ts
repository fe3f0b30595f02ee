import { expect } from "chai";
import { ZeroAddress, ZeroHash, keccak256 } from "ethers";

import { ChannelManager__factory, IChannelManager__factory } from "../../../typechain-types/index.ts";
import { claimOf } from "../../fixtures/claims.ts";
import { ethers, nextBlockAt, now } from "../../fixtures/chain.ts";
import { PERIOD, dirtyCalls, encodePreimage, encodeTerms, type Terms } from "../../fixtures/terms.ts";
import { DEPOSIT, NEVER, freshWorld, type World } from "../../fixtures/world.ts";

const CLOSED = 2n ** 32n - 1n;
const NOTHING = { deposit: 0n, settled: 0n, closesAt: 0n };

describe("ChannelManager views", () => {
  let world: World;
  let terms: Terms;

  beforeEach(async () => {
    world = await freshWorld();
    terms = await world.signedTerms();
  });

  describe("channelId", () => {
    it("is the hash of chain id, manager and terms", async () => {
      const { chainId } = await ethers.provider.getNetwork();
      expect(await world.id(terms)).to.equal(keccak256(encodePreimage(chainId, world.address, terms)));
    });

    it("differs for every field of the terms", async () => {
      const other = world.stranger.address;
      const variants: Partial<Terms>[] = [
        {},
        { sender: other },
        { senderSigner: other },
        { receiver: other },
        { receiverSigner: other },
        { token: other },
        { challengePeriod: PERIOD + 1n },
        { salt: ZeroHash },
        { sender: terms.receiver, receiver: terms.sender },
      ];
      const ids = await Promise.all(variants.map((variant) => world.id({ ...terms, ...variant })));
      expect(new Set(ids).size).to.equal(variants.length);
    });

    it("differs for another manager", async () => {
      const twin = await new ChannelManager__factory(world.deployer).deploy(world.token);
      expect(await twin.channelId(terms)).not.to.equal(await world.id(terms));
    });

    it("exists whether or not the channel does", async () => {
      const before = await world.id(terms);
      await world.open(terms);
      expect(await world.id(terms)).to.equal(before);
    });

    it("is not an existing channel's for terms with dirty bits", async () => {
      const { address: to, stranger, manager } = world;
      const call = manager.interface.encodeFunctionData("channelId", [terms]);
      const id = await stranger.call({ to, data: call });
      for (const data of dirtyCalls(call)) expect(await stranger.call({ to, data })).not.to.equal(id);
    });
  });

  describe("stateOf", () => {
    it("is all zero for an unknown id", async () => {
      expect(await world.state(terms)).to.deep.equal(NOTHING);
      const { deposit, settled, closesAt } = await world.manager.stateOf(ZeroHash);
      expect({ deposit, settled, closesAt }).to.deep.equal(NOTHING);
    });

    it("shows deposit, what is settled and closesAt through a channel's life", async () => {
      await world.open(terms);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT, settled: 0n, closesAt: 0n });
      await world.open(terms, 5n);
      await world.settle(terms, 3n);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT + 5n, settled: 3n, closesAt: 0n });
      await world.manager.connect(world.sender).requestClose(terms, 4n, 0n, "0x");
      const closesAt = (await now()) + PERIOD;
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT + 5n, settled: 4n, closesAt });
      await nextBlockAt(closesAt);
      await world.manager.finalize(terms);
      expect(await world.state(terms)).to.deep.equal({ deposit: DEPOSIT + 5n, settled: 4n, closesAt: CLOSED });
    });
  });

  describe("owed", () => {
    it("is zero for accounts that nothing was refused to", async () => {
      await world.open(terms);
      await world.settle(terms, 3n);
      expect(await world.manager.owed(world.token, world.receiver)).to.equal(0n);
      expect(await world.manager.owed(ZeroAddress, ZeroAddress)).to.equal(0n);
    });
  });

  describe("constants", () => {
    it("tells the callback token", async () => {
      expect(await world.manager.CALLBACK_TOKEN()).to.equal(await world.token.getAddress());
    });

    it("tells that there is none", async () => {
      const deaf = await new ChannelManager__factory(world.deployer).deploy(ZeroAddress);
      expect(await deaf.CALLBACK_TOKEN()).to.equal(ZeroAddress);
    });

    it("bounds the challenge period by 15 minutes and 30 days", async () => {
      expect(await world.manager.MIN_CHALLENGE_PERIOD()).to.equal(900n);
      expect(await world.manager.MAX_CHALLENGE_PERIOD()).to.equal(2_592_000n);
    });
  });

  describe("eip712Domain", () => {
    it("tells name, version, chain, contract and nothing else", async () => {
      const { chainId } = await ethers.provider.getNetwork();
      const domain = await world.manager.eip712Domain();
      expect([...domain]).to.deep.equal(["0x0f", "RMPS Channel Manager", "1", chainId, world.address, ZeroHash, []]);
    });
  });

  describe("events", () => {
    it("rebuilds every channel from them alone", async () => {
      const { manager, sender, receiver, stranger } = world;
      const channels = [
        await world.open(),
        await world.open(terms),
        await world.open(),
        await world.open(),
        await world.openClosing(),
        await world.open(),
      ];
      const [open, settled, closed, closing, final, batched] = channels as [Terms, Terms, Terms, Terms, Terms, Terms];
      await world.open(open, 7n);
      await world.settle(settled, 3n);
      await world.settle(settled, DEPOSIT + 1n);
      await world.settle(closed, 2n);
      const proof = await world.proof(closed, 9n);
      await manager.connect(receiver).close(closed, 9n, 9n, proof, 0n, "0x");
      await manager.connect(stranger).requestClose(closing, 5n, NEVER, await world.request(closing, 5n));
      const shared = [batched.receiver, batched.receiverSigner, batched.token, batched.challengePeriod] as const;
      const claims = [await claimOf(world, closing, 8n), await claimOf(world, batched, 4n)];
      await manager.settleMany(...shared, claims);
      await world.passPeriod(final);
      await manager.connect(sender).finalize(final);

      const rebuilt = new Map<string, typeof NOTHING & { terms?: string }>();
      for (const log of await ethers.provider.getLogs({ address: world.address, fromBlock: 0 })) {
        const { name, args } = manager.interface.parseLog(log)!;
        const id = String(args["id"]);
        const state = rebuilt.get(id) ?? { ...NOTHING };
        const values = args.toObject() as Partial<typeof NOTHING>;
        state.deposit = values.deposit ?? state.deposit;
        state.settled = values.settled ?? state.settled;
        if (name === "CloseRequested") state.closesAt = args["closesAt"] as bigint;
        if (name === "ChannelClosed") state.closesAt = CLOSED;
        if (name === "ChannelOpened") {
          state.terms = encodeTerms(args.toObject() as Terms);
        }
        rebuilt.set(id, state);
      }
      expect(rebuilt.size).to.equal(channels.length);
      for (const channel of channels) {
        const { terms: logged = "", ...state } = rebuilt.get(await world.id(channel))!;
        expect(state).to.deep.equal(await world.state(channel));
        expect(logged).to.equal(encodeTerms(channel));
      }
    });
  });

  describe("interface", () => {
    const CHANNEL =
      "(address sender, address senderSigner, address receiver, address receiverSigner, address token, uint32 challengePeriod, bytes32 salt)";
    const CLAIM = "(address sender, address senderSigner, bytes32 salt, uint256 amount, uint256 balance, bytes proof)";
    /** Names included: other software is built against them too. */
    const declarations = (type: string) =>
      ChannelManager__factory.createInterface()
        .fragments.filter((fragment) => fragment.type === type)
        .map((fragment) => fragment.format("full"));

    it("has the functions of the specification and no others", () => {
      expect(declarations("function")).to.have.members([
        `function deposit(${CHANNEL} channel, uint256 amount) returns (bytes32 id)`,
        "function tokenReceived(address from, uint256 amount, bytes data) returns (bytes4)",
        `function depositWithAuthorization(${CHANNEL} channel, uint256 amount, uint256 validAfter, uint256 validBefore, bytes32 nonceSalt, bytes signature) returns (bytes32 id)`,
        `function depositWithPermit2(${CHANNEL} channel, uint256 amount, uint256 nonce, uint256 deadline, bytes signature) returns (bytes32 id)`,
        `function settle(${CHANNEL} channel, uint256 amount, uint256 balance, bytes proof)`,
        `function settleMany(address receiver, address receiverSigner, address token, uint32 challengePeriod, ${CLAIM}[] claims)`,
        `function close(${CHANNEL} channel, uint256 amount, uint256 balance, bytes proof, uint256 deadline, bytes agreement)`,
        `function requestClose(${CHANNEL} channel, uint256 amount, uint256 deadline, bytes request)`,
        `function finalize(${CHANNEL} channel)`,
        "function collect(address token, address account) returns (uint256 amount)",
        `function channelId(${CHANNEL} channel) view returns (bytes32)`,
        "function stateOf(bytes32 id) view returns ((uint112 deposit, uint112 settled, uint32 closesAt))",
        "function owed(address token, address account) view returns (uint256)",
        "function CALLBACK_TOKEN() view returns (address)",
        "function MIN_CHALLENGE_PERIOD() view returns (uint32)",
        "function MAX_CHALLENGE_PERIOD() view returns (uint32)",
        "function eip712Domain() view returns (bytes1 fields, string name, string version, uint256 chainId, address verifyingContract, bytes32 salt, uint256[] extensions)",
      ]);
    });

    it("has the events of the specification and no others", () => {
      expect(declarations("event")).to.have.members([
        "event ChannelOpened(bytes32 indexed id, address indexed sender, address indexed receiver, address senderSigner, address receiverSigner, address token, uint32 challengePeriod, bytes32 salt, uint256 deposit)",
        "event ChannelToppedUp(bytes32 indexed id, uint256 amount, uint256 deposit)",
        "event ChannelSettled(bytes32 indexed id, uint256 paid, uint256 settled)",
        "event CloseRequested(bytes32 indexed id, uint256 settled, uint256 closesAt)",
        "event ChannelClosed(bytes32 indexed id, uint256 settled, uint256 refund)",
        "event PayoutOwed(address indexed token, address indexed account, uint256 amount)",
        "event Collected(address indexed token, address indexed account, uint256 amount)",
        "event EIP712DomainChanged()", // ERC-5267's, never emitted
      ]);
    });

    it("has the errors of the specification and OpenZeppelin's", () => {
      const ours = [
        "UnknownToken()",
        "ZeroAmount()",
        "ChannelNotOpen()",
        "DepositOverflow()",
        "InvalidTerms()",
        "TransferMismatch()",
        "ChannelNotFound()",
        "ChannelIsClosed()",
        "CloseNotRequested()",
        "ChallengePeriodRunning(uint256 closesAt)",
        "AmountExceedsBalance()",
        "InvalidProof()",
        "SignatureExpired(uint256 deadline)",
        "InvalidAgreement()",
        "InvalidRequest()",
        "NothingToSettle()",
        "NothingOwed()",
      ];
      const openZeppelin = [
        "ReentrancyGuardReentrantCall()",
        "SafeERC20FailedOperation(address token)",
        "InvalidShortString()", // these two are the signing domain's, for names too long to keep in a word: never raised
        "StringTooLong(string str)",
      ];
      expect(declarations("error")).to.have.members([...ours, ...openZeppelin].map((error) => `error ${error}`));
    });

    it("agrees with the interface that carries the manual", () => {
      const manual = IChannelManager__factory.createInterface();
      const manager = ChannelManager__factory.createInterface();
      for (const fragment of manual.fragments) {
        expect(manager.fragments.map((own) => own.format("full"))).to.include(fragment.format("full"));
      }
    });
  });
});
