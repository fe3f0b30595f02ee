import { expect } from "chai";

import { readRefusal } from "../../src/http/dialect.ts";
import { shortText } from "../../src/http/body.ts";

describe("answers that have to be short", () => {
  /** An answer that sends as long as somebody listens. */
  function endless(type = "text/plain", status = 200) {
    let sent = 0;
    let cancelled = false;
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => {
        if (sent > 10_000_000) throw new Error("it went on listening");
        controller.enqueue(new Uint8Array(1000).fill(0x20));
        sent += 1000;
      },
      cancel: () => void (cancelled = true),
    });
    const response = new Response(body, { status, headers: { "content-type": type } });
    return { response, sent: () => sent, cancelled: () => cancelled };
  }

  it("are read whole, whatever pieces they come in", async () => {
    const bytes = new TextEncoder().encode("für 5 €");
    const body = new ReadableStream<Uint8Array>({
      start: (controller) => {
        for (const byte of bytes) controller.enqueue(Uint8Array.of(byte));
        controller.close();
      },
    });
    expect(await shortText(new Response(body), bytes.length)).to.equal("für 5 €");
    expect(await shortText(new Response(null), 0)).to.equal("");
    expect(await shortText(new Response("four"), 3)).to.equal(undefined);
    expect(await shortText(new Response("€€"), 5), "bytes, not letters").to.equal(undefined);
    expect(await shortText(new Response(bytes.slice(0, -1)), bytes.length), "cut off").to.equal("für 5 \ufffd");
  });

  it("are not listened to for ever", async () => {
    const { response, sent, cancelled } = endless();
    expect(await shortText(response, 5_000)).to.equal(undefined);
    expect(sent()).to.be.lessThan(10_000);
    expect(cancelled()).to.equal(true);
  });

  it("may refuse to be cancelled", async () => {
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(1000)),
      cancel: () => Promise.reject(new Error("it is too late")),
    });
    const uncaught: unknown[] = [];
    const note = (error: unknown): number => uncaught.push(error);
    process.on("unhandledRejection", note);
    try {
      expect(await shortText(new Response(body), 10)).to.equal(undefined);
      await new Promise((resolve) => setImmediate(resolve)); // Node has told of rejections that nobody caught by then.
    } finally {
      process.off("unhandledRejection", note);
    }
    expect(uncaught).to.deep.equal([]);
  });

  it("make no refusal of a problem document without end", async () => {
    const { response, sent } = endless("application/problem+json", 503);
    const refusal = await readRefusal(response);
    expect(refusal?.code, "by its status").to.equal("busy");
    expect(sent()).to.be.lessThan(50_000);
    await response.body?.cancel();
  });
});
