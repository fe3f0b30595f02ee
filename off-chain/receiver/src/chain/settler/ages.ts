import type { Hex } from "@rmps/proofs";
import type { ChannelRecord } from "../../store/channel.ts";
import type { UnsettledMark, UnsettledStore } from "../../store/unsettled.ts";

/** Since when something has been unsettled on each channel, kept in the store: no restart begins anew. */
export class Ages {
  readonly #store: UnsettledStore;
  #marks: Map<Hex, UnsettledMark> | undefined;

  constructor(store: UnsettledStore) {
    this.#store = store;
  }

  /** Forgets what is in memory: another node may have settled meanwhile. */
  forget(): void {
    this.#marks = undefined;
  }

  /**
   * Takes note of what is unsettled now. Whatever a settlement left, or came after it, is as old as this look.
   * @param unsettled all channels that have something unsettled.
   * @param time Unix seconds on the chain's clock.
   * @returns since when, by channel. @throws StoreUnavailable
   */
  async note(unsettled: readonly Pick<ChannelRecord, "id" | "settled">[], time: number): Promise<Map<Hex, number>> {
    const before = (this.#marks ??= new Map((await this.#store.all()).map((mark) => [mark.channelId, mark])));
    const after = new Map(
      unsettled.map(({ id, settled }) => {
        const known = before.get(id);
        return [id, known?.settled === settled ? known : { channelId: id, settled, since: time }] as const;
      }),
    );
    const marks = [...after.values()].filter((mark) => before.get(mark.channelId) !== mark);
    const gone = [...before.keys()].filter((id) => !after.has(id));
    if (marks.length > 0 || gone.length > 0) await this.#store.change(marks, gone);
    this.#marks = after;
    return new Map([...after].map(([id, { since }]) => [id, since]));
  }
}
