import { fileNameOf, kindOf } from "./content.ts";
import { element, make } from "./dom.ts";

/**
 * Shows what was bought. Pictures, sound and text are shown as such; HTML runs in a frame that has no origin, so that it
 * sees neither this page nor the key; anything else is offered as a file.
 */
export class Stage {
  readonly #stage = element("stage", HTMLDivElement);
  readonly #save = element("save", HTMLAnchorElement);
  readonly #frameUrl: string;
  #blobUrl: string | undefined;

  /** @param frameUrl of the document that the sandbox begins with; its own policy sandboxes it once more. */
  constructor(frameUrl: string) {
    this.#frameUrl = frameUrl;
  }

  async show(response: Response, url: URL): Promise<void> {
    const type = response.headers.get("content-type");
    const blob = await response.blob();
    if (this.#blobUrl !== undefined) URL.revokeObjectURL(this.#blobUrl);
    // Never a type that a browser would run at this origin, wherever the address is opened.
    const kind = kindOf(type, blob.size);
    const inert = kind === "html" || kind === "text" || kind === "download" ? "application/octet-stream" : blob.type;
    const address = (this.#blobUrl = URL.createObjectURL(new Blob([blob], { type: inert })));
    const name = fileNameOf(url);
    Object.assign(this.#save, { href: address, download: name });

    switch (kind) {
      case "image":
        return this.#stage.replaceChildren(make("img", { src: address, alt: name }));
      case "audio":
        return this.#stage.replaceChildren(make("audio", { src: address, controls: true }));
      case "video":
        return this.#stage.replaceChildren(make("video", { src: address, controls: true }));
      case "text":
        return this.#stage.replaceChildren(make("pre", { tabIndex: 0 }, await blob.text()));
      case "html":
        return this.#frame(await blob.text(), url);
      case "download": {
        const size = `${blob.size.toLocaleString("en")} bytes`;
        const text = make("p", { className: "download" }, `${name}, ${size}. Save it to open it.`);
        return this.#stage.replaceChildren(text);
      }
    }
  }

  #frame(html: string, url: URL): void {
    const frame = make("iframe", { title: "The page that you bought", src: this.#frameUrl });
    frame.sandbox.add("allow-scripts", "allow-popups", "allow-top-navigation-by-user-activation");
    const hand = (event: MessageEvent) => {
      if (event.source !== frame.contentWindow) return;
      window.removeEventListener("message", hand);
      // Its origin is none, so it cannot be named; the frame may only ever hold a document of this server.
      frame.contentWindow?.postMessage({ html, url: url.href }, "*");
    };
    window.addEventListener("message", hand);
    this.#stage.replaceChildren(frame);
  }
}
