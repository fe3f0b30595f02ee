// A process that shares a state file: reserves balances and prints each once it is durable. Arguments: path, how many.
import { reserve } from "../../src/book/moves.ts";
import { fileStore } from "../../src/book/file-store.ts";

const [path, count] = process.argv.slice(2);
const store = fileStore(path);
const one = async () => {
  const balance = await store.update((state) => {
    const reservation = reserve([...state.channels.values()][0]!, 1n);
    return reservation.kind === "reserved" ? reservation.balance : -1n;
  });
  process.stdout.write(`${balance}\n`);
};
for (let i = 0; i < Number(count); i += 4) await Promise.all([one(), one(), one(), one()]);
