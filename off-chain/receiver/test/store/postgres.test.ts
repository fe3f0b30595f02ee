import { followsTheChain } from "./chain.behaviour.ts";
import { endsChannels } from "./ends.behaviour.ts";
import { listsChannels } from "./lists.behaviour.ts";
import { agreesWithModel } from "./model.behaviour.ts";
import { opensOnlyItsOwn } from "./opening.behaviour.ts";
import { takesPayments } from "./payments.behaviour.ts";
import { distrustsOldChannels } from "./recovery.behaviour.ts";
import { chargesRepeatsOnce } from "./repeats.behaviour.ts";
import { startPostgres } from "./postgres.ts";
import { sharesPayments } from "./shared.behaviour.ts";
import type { Kind } from "./stores.ts";
import { keepsSponsorships } from "./sponsorships.behaviour.ts";
import { queuesTransactions } from "./transactions.behaviour.ts";
import { marksTheUnsettled } from "./unsettled.behaviour.ts";

describe("The store on PostgreSQL", () => {
  let started: Kind | undefined;
  const kind: Kind = {
    name: "PostgreSQL",
    shared: true,
    place: () => started!.place(),
    stop: async () => started?.stop(),
  };
  before(async () => {
    started = await startPostgres();
  });
  after(() => kind.stop());

  takesPayments(kind);
  distrustsOldChannels(kind);
  chargesRepeatsOnce(kind);
  endsChannels(kind);
  followsTheChain(kind);
  listsChannels(kind);
  queuesTransactions(kind);
  keepsSponsorships(kind);
  marksTheUnsettled(kind);
  opensOnlyItsOwn(kind);
  agreesWithModel(kind, 25);
  sharesPayments(kind);
});
