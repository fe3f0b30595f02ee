import type { Terms } from "@rmps/proofs";
import { CLOSED } from "../../book/moves.ts";
import { spentOf, type ChannelRecord } from "../../book/record.ts";
import { factsOf, managerAt } from "../../channel/chain.ts";
import { findChannels } from "../../channel/find.ts";
import type { Context } from "../context.ts";
import { show } from "../money.ts";

interface Row {
  channel: string;
  receiver: string;
  status: "open" | "closing" | "closed" | "opening" | "missing";
  token: string;
  symbol: string;
  decimals: number;
  deposit: bigint;
  /** Paid to the receiver on chain. */
  settled: bigint;
  /** What the book counts as spent, and the highest balance signed; undefined where the book does not know it. */
  spent: bigint | undefined;
  balance: bigint | undefined;
  closesAt: bigint | undefined;
  origin: string | undefined;
}

async function row(
  id: ChannelRecord["id"],
  terms: Terms,
  record: ChannelRecord | undefined,
  context: Context,
): Promise<Row> {
  const chain = await context.chain();
  const { contract } = record ?? (await context.manager());
  const { deposit, settled, closesAt } = await factsOf(chain, contract, id);
  const token = await context.tokenAt(terms.token);
  const local = deposit === 0n ? (record?.status === "opening" ? "opening" : "missing") : undefined;
  const status = closesAt === CLOSED ? "closed" : closesAt > 0n ? "closing" : "open";
  return {
    channel: id,
    receiver: terms.receiver,
    status: local ?? (status === "open" && record?.status === "closing" ? "closing" : status),
    token: terms.token,
    symbol: token.symbol,
    decimals: token.decimals,
    deposit,
    settled,
    spent: record && spentOf(record),
    balance: record?.balance,
    closesAt: status === "closing" ? closesAt : undefined,
    origin: record?.origin,
  };
}

/** `rmps channels`: the chain's logs and the book side by side: where is my money? */
export async function channels(context: Context): Promise<void> {
  const own = await context.channels();
  const chain = await context.chain();
  const { address } = own.wallet;
  const records = (await own.list()).filter(({ chainId }) => chainId === chain.chainId);
  const logged = await findChannels(chain, await context.manager(), address);
  const rows: Row[] = [];
  for (const { id, terms } of logged) {
    const record = records.find((each) => each.id === id);
    rows.push(await row(id, terms, record, context));
  }
  for (const record of records) {
    if (!logged.some(({ id }) => id === record.id)) rows.push(await row(record.id, record.terms, record, context));
  }
  const header = ["CHANNEL", "STATUS", "RECEIVER", "DEPOSIT", "SPENT", "SIGNED", "SETTLED", "BACK", "AT"];
  const lines = await Promise.all(rows.map((each) => line(each, context)));
  context.output.table(rows, lines, header);
  if (rows.some(({ status }) => status === "missing")) context.output.note(MISSING);
  await debts(rows, context);
}

const MISSING =
  "missing: recorded here, unknown to this chain. A local chain forgets all when it stops: so does rmps forget. " +
  "Elsewhere, check --rpc.";

async function line(row: Row, context: Context): Promise<string[]> {
  const token = await context.tokenAt(row.token as Terms["token"]);
  const amount = (value: bigint | undefined) => (value === undefined ? "unknown" : show(value, token));
  const taken = row.spent === undefined || row.settled > row.spent ? row.settled : row.spent;
  const back = row.status === "closed" ? row.deposit - row.settled : row.deposit - taken;
  const due = row.closesAt === undefined ? "" : ` (${new Date(Number(row.closesAt) * 1000).toISOString()})`;
  return [
    `${row.channel.slice(0, 14)}…`,
    row.status + due,
    `${row.receiver.slice(0, 10)}…`,
    amount(row.deposit),
    amount(row.spent),
    amount(row.balance),
    amount(row.settled),
    amount(back < 0n ? 0n : back),
    row.origin ?? "",
  ];
}

/** What a token refused to pay out waits in the manager. */
async function debts(rows: Row[], context: Context): Promise<void> {
  const chain = await context.chain();
  const { contract } = await context.manager();
  const { address } = (await context.channels()).wallet;
  for (const tokenAddress of new Set(rows.map(({ token }) => token as Terms["token"]))) {
    const owed = await managerAt(contract, chain.provider).owed(tokenAddress, address);
    const token = await context.tokenAt(tokenAddress);
    if (owed > 0n)
      context.output.note(`${show(owed, token)} could not be paid out and waits: call collect of ${contract}`);
  }
}
