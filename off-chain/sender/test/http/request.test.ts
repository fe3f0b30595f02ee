import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect } from "chai";

import { prepare } from "../../src/http/request.ts";

describe("a request that can be sent more than once", () => {
  it("hears of its caller's abort, whatever is collected meanwhile", async () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    for (const wrap of [false, true]) {
      const caller = new AbortController();
      const { signal } = caller;
      const request = await (wrap ? prepare(new Request("http://x/", { signal })) : prepare("http://x/", { signal }));
      for (let turn = 0; turn < 3; turn++) {
        collect();
        await new Promise((resolve) => setImmediate(resolve));
      }
      caller.abort();
      expect(request.signal.aborted, wrap ? "in a Request" : "beside a URL").to.equal(true);
    }
  });
});
