import { followsTheChain } from "./chain.behaviour.ts";
import { endsChannels } from "./ends.behaviour.ts";
import { listsChannels } from "./lists.behaviour.ts";
import { agreesWithModel } from "./model.behaviour.ts";
import { opensOnlyItsOwn } from "./opening.behaviour.ts";
import { takesPayments } from "./payments.behaviour.ts";
import { distrustsOldChannels } from "./recovery.behaviour.ts";
import { chargesRepeatsOnce } from "./repeats.behaviour.ts";
import { keepsSponsorships } from "./sponsorships.behaviour.ts";
import { queuesTransactions } from "./transactions.behaviour.ts";
import { marksTheUnsettled } from "./unsettled.behaviour.ts";
import { sqlite } from "./stores.ts";

describe("The store on SQLite", () => {
  takesPayments(sqlite);
  distrustsOldChannels(sqlite);
  chargesRepeatsOnce(sqlite);
  endsChannels(sqlite);
  followsTheChain(sqlite);
  listsChannels(sqlite);
  queuesTransactions(sqlite);
  keepsSponsorships(sqlite);
  marksTheUnsettled(sqlite);
  opensOnlyItsOwn(sqlite);
  agreesWithModel(sqlite, 60);
});
