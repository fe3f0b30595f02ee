import { connect, type Socket } from "node:net";

const HEAD_END = Buffer.from("\r\n\r\n");
const LAST_CHUNK = Buffer.from("0\r\n\r\n");

/** Who hears of what a connection does. */
export interface Listener {
  /** Of every complete answer. */
  onAnswer(status: number, milliseconds: number): void;
  /** That there is nothing left to send. */
  onExhausted(): void;
  onError(error: Error): void;
}

/** One keep-alive connection that sends prepared requests one after the other, each when the last is answered. */
export class Connection {
  #sent = 0;
  readonly #requests: readonly Buffer[];
  readonly #socket: Socket;
  readonly #listener: Listener;
  #pending: Buffer | undefined;
  #sentAt = 0;
  #stopped = false;

  /** @param requests whole HTTP/1.1 requests; each is sent once. */
  constructor(port: number, requests: readonly Buffer[], listener: Listener) {
    this.#requests = requests;
    this.#listener = listener;
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true }, () => this.#send());
    this.#socket.on("data", (chunk) => this.#receive(chunk));
    this.#socket.on("error", (error) => this.#stopped || listener.onError(error));
    this.#socket.on("close", () => this.#stopped || listener.onError(new Error("the server closed a connection")));
  }

  /** What was not sent. */
  get rest(): Buffer[] {
    return this.#requests.slice(this.#sent);
  }

  /** Sends nothing more and hangs up. */
  stop(): void {
    this.#stopped = true;
    this.#socket.destroy();
  }

  #send(): void {
    const request = this.#requests[this.#sent];
    if (request === undefined) return this.#listener.onExhausted();
    this.#sent++;
    this.#sentAt = performance.now();
    this.#socket.write(request);
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!isWhole(bytes)) {
      this.#pending = bytes;
      return;
    }
    this.#pending = undefined;
    const status = Number(bytes.toString("latin1", 9, 12));
    this.#listener.onAnswer(status, performance.now() - this.#sentAt);
    if (status !== 200 && process.env["BENCH_SHOW"] !== undefined) console.error(bytes.toString());
    if (!this.#stopped) this.#send();
  }
}

const LENGTH = /\ncontent-length: *(\d+)/i;

/** Whether an answer is complete: by its length, or by its last chunk. */
function isWhole(bytes: Buffer): boolean {
  const headEnd = bytes.indexOf(HEAD_END);
  if (headEnd < 0) return false;
  const length = LENGTH.exec(bytes.toString("latin1", 0, headEnd))?.[1];
  if (length !== undefined) return bytes.length >= headEnd + 4 + Number(length);
  return bytes.subarray(-5).equals(LAST_CHUNK);
}
