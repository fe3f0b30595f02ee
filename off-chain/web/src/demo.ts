/** What remembers that the demo wallet was chosen. */
export const DEMO_ID = "demo";

/**
 * The demo wallet: account #9 of Hardhat's well-known development mnemonic, which `npm start` gives coins and tokens.
 * Its key is public: whatever is sent to it on a real chain is gone.
 */
export const DEMO_KEY = "0x2a871d0798f97d79848a013d4936a73bf4cc922c825d33c1cf7073dff6d409c6";
