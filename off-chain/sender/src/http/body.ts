/**
 * The text of an answer that has to be short.
 * @param longest bytes that are read: who sends without end is not listened to any longer.
 * @returns undefined where it is longer.
 */
export async function shortText(response: Response, longest: number): Promise<string | undefined> {
  const body: ReadableStream<Uint8Array> | null = response.body;
  if (body === null) return "";
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  let bytes = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return text + decoder.decode();
    bytes += value.byteLength;
    if (bytes > longest) {
      void reader.cancel().catch(() => undefined); // of a clone, that ends only with the other one
      return undefined;
    }
    text += decoder.decode(value, { stream: true });
  }
}
