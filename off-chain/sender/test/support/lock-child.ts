// A process that shares a state file. Arguments: path, what to do.
//   work  does work of the name "opening": says "inside", and ends it when told to on its input
//   book  opens the book to change it: stops itself before it writes, adds one to the first channel's balance
import { fileStore } from "../../src/book/file-store.ts";

const [path, what] = process.argv.slice(2);
const store = fileStore(path);
if (what === "book") {
  await store.update((state) => {
    process.kill(process.pid, "SIGSTOP");
    [...state.channels.values()][0]!.balance += 1n;
  });
} else {
  await store.exclusive("opening", async () => {
    process.stdout.write("inside\n");
    await new Promise((resolve) => process.stdin.once("data", resolve));
  });
}
process.stdout.write("done\n");
process.exit();
