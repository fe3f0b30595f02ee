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
  readonly #port: number;
  #socket: Socket | undefined;
  #requests: readonly Buffer[] = [];
  #listener: Listener | undefined;
  #sent = 0;
  #sentAt = 0;
  #underWay = false;
  #pending: Buffer | undefined;
  #atRest: (() => void) | undefined;

  constructor(port: number) {
    this.#port = port;
  }

  /** Begins to send. @param requests whole HTTP/1.1 requests; each is sent once. */
  begin(requests: readonly Buffer[], listener: Listener): void {
    this.#requests = requests;
    this.#listener = listener;
    this.#sent = 0;
    if (this.#socket === undefined) this.#connect();
    else this.#send();
  }

  /** Sends nothing more. @returns what was not sent, once the last answer is there. */
  async end(): Promise<Buffer[]> {
    if (this.#underWay) await new Promise<void>((resolve) => (this.#atRest = resolve));
    const rest = this.#requests.slice(this.#sent);
    this.#listener = undefined;
    this.#requests = [];
    return rest;
  }

  /** Hangs up. */
  close(): void {
    this.#listener = undefined;
    this.#socket?.destroy();
  }

  #connect(): void {
    const socket = connect({ port: this.#port, host: "127.0.0.1", noDelay: true }, () => this.#send());
    socket.on("data", (chunk) => this.#receive(chunk));
    socket.on("error", (error) => this.#listener?.onError(error));
    socket.on("close", () => {
      this.#socket = undefined;
      this.#listener?.onError(new Error("the server closed a connection"));
    });
    this.#socket = socket;
  }

  #send(): void {
    const request = this.#requests[this.#sent];
    if (request === undefined) return this.#listener?.onExhausted();
    this.#sent++;
    this.#underWay = true;
    this.#sentAt = performance.now();
    this.#socket?.write(request);
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#pending === undefined ? chunk : Buffer.concat([this.#pending, chunk]);
    if (!isWhole(bytes)) {
      this.#pending = bytes;
      return;
    }
    this.#pending = undefined;
    this.#underWay = false;
    const status = Number(bytes.toString("latin1", 9, 12));
    this.#listener?.onAnswer(status, performance.now() - this.#sentAt);
    if (status !== 200 && process.env["BENCH_SHOW"] !== undefined) console.error(bytes.toString());
    if (this.#atRest === undefined) return this.#send();
    this.#atRest();
    this.#atRest = undefined;
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
