import { ChannelManager__factory, MicroToken__factory, readRevert } from "@rmps/contracts";
import { deploymentOf } from "@rmps/contracts/deployments";
import { ZERO_ADDRESS, addressOf, channelId, encodeTerms, signBalanceProof } from "@rmps/proofs";
import { JsonRpcProvider, NonceManager, Wallet, hexlify, randomBytes } from "ethers";

// Hardhat's well-known account #0, which here pays itself.
const KEY = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";

const provider = new JsonRpcProvider(process.argv[2], undefined, { pollingInterval: 50 });
const { chainId } = await provider.getNetwork();
const { manager: contract, token } = deploymentOf(chainId);
const wallet = new NonceManager(new Wallet(KEY, provider));
const manager = ChannelManager__factory.connect(contract, wallet);
const self = addressOf(KEY);
const terms = {
  sender: self,
  senderSigner: ZERO_ADDRESS,
  receiver: self,
  receiverSigner: ZERO_ADDRESS,
  token,
  challengePeriod: 900,
  salt: hexlify(randomBytes(32)),
};
const id = channelId(terms, { chainId, contract });
const mic = MicroToken__factory.connect(token, wallet);
await (await mic["transfer(address,uint256,bytes)"](contract, 1000n, encodeTerms(terms))).wait();
const proof = signBalanceProof({ chainId, contract, channelId: id, balance: 250n }, KEY);
const reverted = await manager.finalize.staticCall(terms).catch((error) => readRevert(error)?.name);
if (reverted !== "CloseNotRequested") throw new Error(`reverted with ${reverted}`);
await (await manager.settle(terms, 250n, 250n, proof)).wait();
const [settled] = await manager.queryFilter(manager.filters.ChannelSettled(id));
console.log(`paid ${settled.args.paid} of ${(await manager.stateOf(id)).deposit}`);
provider.destroy();
