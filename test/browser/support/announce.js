// Runs in each page before its own scripts: a wallet extension that hands everything to the test.
{
  const icon =
    "data:image/svg+xml," +
    encodeURIComponent(
      '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="8" fill="#e2761b"/><path d="M8 20 16 8l8 12-8 5z" fill="#fff"/></svg>',
    );
  const info = { uuid: "8f2d8a2e-7f0f-4a9f-9d53-6f1d5b0c2a11", rdns: "org.example.wallet", name: "Test wallet", icon };
  const listeners = {};
  const provider = {
    async request({ method, params = [] }) {
      const { result, error } = await window.testWallet(method, params);
      if (error !== undefined) throw Object.assign(new Error(error.message), { code: error.code });
      return result;
    },
    on(event, listener) {
      (listeners[event] ??= []).push(listener);
    },
  };
  const detail = Object.freeze({ info, provider });
  const tell = () => window.dispatchEvent(new CustomEvent("eip6963:announceProvider", { detail }));
  window.addEventListener("eip6963:requestProvider", tell);
  window.addEventListener("test-wallet", ({ detail: { event, value } }) => {
    for (const listener of listeners[event] ?? []) listener(value);
  });
  tell();
}
