// Plays each user story once and reports the gas of its whole transaction. Keys, salts and deadlines are fixed, so that
// the same contracts always give the same figures: a zero byte more or less in calldata would already show.
import { ethers as lib, type ContractTransactionResponse, type Signer, Wallet } from "ethers";
import hre from "hardhat";

import { ChannelManager__factory, MicroToken__factory, PlainToken__factory } from "../../typechain-types/index.ts";
import { depositNonce, signAuthorization } from "../fixtures/authorization.ts";
import { domainOf, signMessage, type MessageType } from "../fixtures/messages.ts";
import { encodeTerms, makeTerms, PERIOD, type Terms } from "../fixtures/terms.ts";

const DEPOSIT = lib.parseEther("50");
const AMOUNT = lib.parseEther("20");
const DEADLINE = 4_000_000_000n;
const ROWS = 100;

async function gasOf(transaction: Promise<ContractTransactionResponse>): Promise<number> {
  const receipt = await (await transaction).wait();
  return Number(receipt?.gasUsed);
}

/** Whole-transaction gas of every user story, by its name, in the order of docs/gas.md. */
export async function measure(): Promise<Record<string, number>> {
  const { ethers, networkHelpers } = await hre.network.connect();
  const [deployer, receiver, relayer] = await ethers.getSigners();
  if (deployer === undefined || receiver === undefined || relayer === undefined) throw new Error("no accounts");
  const wallet = (name: string): Wallet => new Wallet(lib.id(name), ethers.provider);
  const sender = wallet("sender");
  await networkHelpers.setBalance(sender.address, lib.parseEther("100"));

  const plain = await new PlainToken__factory(deployer).deploy();
  const micro = await new MicroToken__factory(deployer).deploy("Micro", "MIC", 18, lib.parseEther("1000000"), sender);
  const manager = await new ChannelManager__factory(deployer).deploy(micro);
  const domain = await domainOf(manager);
  for (const account of [sender.address, receiver.address, deployer.address]) {
    await plain.mint(account, lib.parseEther("1000000"));
  }
  for (const owner of [sender, deployer]) await plain.connect(owner).approve(manager, lib.MaxUint256);
  await micro.connect(sender).approve(manager, lib.MaxUint256);
  await micro.connect(sender)["transfer(address,uint256)"](receiver, 1n);

  let salts = 0;
  const termsOf = async (from: string, token: { getAddress(): Promise<string> } = plain): Promise<Terms> =>
    makeTerms({
      sender: from,
      receiver: receiver.address,
      token: await token.getAddress(),
      salt: lib.id(`salt ${++salts}`),
    });
  const open = async (from: Signer = sender, terms?: Terms): Promise<Terms> => {
    const channel = terms ?? (await termsOf(await from.getAddress()));
    await (await manager.connect(from).deposit(channel, DEPOSIT)).wait();
    return channel;
  };
  const sign = async (type: MessageType, by: Signer, terms: Terms, amount: bigint): Promise<string> =>
    signMessage(by, domain, type, { channelId: await manager.channelId(terms), amount, deadline: DEADLINE });
  await open(); // so that the manager's balances are not zero
  await manager.connect(sender).deposit(await termsOf(sender.address, micro), DEPOSIT);

  const gas: Record<string, number> = {};

  // ---- deposits
  let channel = await termsOf(sender.address);
  gas["open by deposit"] = await gasOf(manager.connect(sender).deposit(channel, DEPOSIT));
  gas["top-up by deposit"] = await gasOf(manager.connect(sender).deposit(channel, DEPOSIT));
  channel = await termsOf(sender.address, micro);
  const notifying = micro.connect(sender)["transfer(address,uint256,bytes)"];
  gas["open by ERC-223 transfer"] = await gasOf(notifying(manager, DEPOSIT, encodeTerms(channel)));
  gas["top-up by ERC-223 transfer"] = await gasOf(notifying(manager, DEPOSIT, encodeTerms(channel)));
  channel = await termsOf(sender.address, micro);
  const authorization = await signAuthorization(sender, await domainOf(micro), {
    from: sender.address,
    to: await manager.getAddress(),
    value: DEPOSIT,
    validAfter: 0n,
    validBefore: DEADLINE,
    nonce: depositNonce(await manager.channelId(channel), lib.ZeroHash),
  });
  gas["open by ERC-3009 authorization, sponsored"] = await gasOf(
    manager.connect(relayer).depositWithAuthorization(channel, DEPOSIT, 0n, DEADLINE, lib.ZeroHash, authorization),
  );

  // ---- settling
  channel = await open();
  const proof = await sign("BalanceProof", sender, channel, AMOUNT);
  gas["settle"] = await gasOf(manager.connect(receiver).settle(channel, AMOUNT, AMOUNT, proof));
  const proof2 = await sign("BalanceProof", sender, channel, 2n * AMOUNT);
  gas["settle again"] = await gasOf(manager.connect(receiver).settle(channel, 2n * AMOUNT, 2n * AMOUNT, proof2));
  for (const rows of [ROWS, 10, 1]) {
    const claims = [];
    for (let i = 0; i < rows; i++) {
      const payer = wallet(`payer ${i}`);
      const terms = await open(deployer, await termsOf(payer.address));
      const { senderSigner, salt } = terms;
      const claim = { sender: payer.address, senderSigner, salt, amount: AMOUNT, balance: AMOUNT };
      claims.push({ ...claim, proof: await sign("BalanceProof", payer, terms, AMOUNT) });
    }
    const token = await plain.getAddress();
    const settling = manager.connect(receiver).settleMany(receiver, lib.ZeroAddress, token, PERIOD, claims);
    const each = (await gasOf(settling)) / rows;
    gas[`settleMany, ${rows} channel${rows === 1 ? "" : "s"}, each`] = Math.ceil(each);
  }

  // ---- closing
  channel = await open();
  let balance = await sign("BalanceProof", sender, channel, AMOUNT);
  gas["close by the receiver"] = await gasOf(
    manager.connect(receiver).close(channel, AMOUNT, AMOUNT, balance, 0n, "0x"),
  );
  channel = await open();
  let agreement = await sign("ClosingAgreement", receiver, channel, AMOUNT);
  gas["close by the sender with the agreement"] = await gasOf(
    manager.connect(sender).close(channel, AMOUNT, 0n, "0x", DEADLINE, agreement),
  );
  channel = await open();
  balance = await sign("BalanceProof", sender, channel, AMOUNT);
  agreement = await sign("ClosingAgreement", receiver, channel, AMOUNT);
  gas["close by anyone, with proof and agreement"] = await gasOf(
    manager.connect(relayer).close(channel, AMOUNT, AMOUNT, balance, DEADLINE, agreement),
  );
  channel = await open();
  gas["requestClose conceding nothing new"] = await gasOf(manager.connect(sender).requestClose(channel, 0n, 0n, "0x"));
  await networkHelpers.time.increase(PERIOD);
  gas["finalize"] = await gasOf(manager.connect(sender).finalize(channel));
  channel = await open();
  gas["requestClose conceding and paying"] = await gasOf(
    manager.connect(sender).requestClose(channel, AMOUNT, 0n, "0x"),
  );
  channel = await open();
  const request = await sign("CloseRequest", sender, channel, AMOUNT);
  gas["requestClose by anyone, with the request"] = await gasOf(
    manager.connect(relayer).requestClose(channel, AMOUNT, DEADLINE, request),
  );
  return gas;
}
