import { MicroToken__factory } from "@rmps/contracts";
import { fundAccounts } from "@rmps/contracts/deploy";
import { formatUnits, parseUnits } from "ethers";
import { addressOption, connect, sender } from "./lib/chain.ts";
import { OperatorError, main } from "./lib/command.ts";

function amount(option: string, text: string, decimals: bigint): bigint {
  if (!/^\d+(\.\d+)?$/.test(text)) throw new OperatorError(`--${option}: ${text} is no amount.`);
  try {
    return parseUnits(text, decimals);
  } catch {
    throw new OperatorError(`--${option}: ${text} has more than ${decimals} decimal places.`);
  }
}

await main({
  help: `Fills test accounts up, from the sender's own money; what they have already counts.

  npx node scripts/ops/fund.ts --tokens 10 --eth 0.1 ADDRESS...

  --tokens AMOUNT     tokens that each account is to have (default 0)
  --eth AMOUNT        coins that each account is to have (default 0)
  --token ADDRESS     which token (default: the chain's)`,
  options: { tokens: { type: "string" }, eth: { type: "string" }, token: { type: "string" } },
  async run({ values, words }) {
    if (words.length === 0) throw new OperatorError("Name the accounts to fund.");
    if (values.tokens === undefined && values.eth === undefined) throw new OperatorError("Give --tokens or --eth.");
    const chain = await connect(values);
    const token = values.token === undefined ? chain.token : addressOption("--token", values.token);
    if (token === undefined) throw new OperatorError("Name the token by --token.");
    const contract = MicroToken__factory.connect(token, chain.provider);
    const decimals = await contract.decimals().catch(() => {
      throw new OperatorError(`There is no token at ${token} on chain ${chain.chainId}.`);
    });
    const dryRun = values["dry-run"] === true;
    const funding = {
      token,
      accounts: words.map((word) => addressOption("account", word)),
      tokens: amount("tokens", values.tokens ?? "0", decimals),
      wei: amount("eth", values.eth ?? "0", 18n),
    };
    const transfers = await fundAccounts(await sender(chain, values), funding, dryRun);
    for (const { account, unit, amount: sent, hash } of transfers) {
      const what = unit === "token" ? `${formatUnits(sent, decimals)} tokens` : `${formatUnits(sent, 18)} coins`;
      console.log(`${account} ${dryRun ? "would get" : "got"} ${what}${hash === undefined ? "" : ` in ${hash}`}`);
    }
    if (transfers.length === 0) console.log("Everybody has enough.");
  },
});
