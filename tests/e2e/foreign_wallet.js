// A Wallet Standard wallet as an extension would inject it; SEED, KEY and ADDRESS stand before it. It keeps a list of
// what was asked of it in window.walletCalls.
const PKCS8 = [0x30, 0x2e, 2, 1, 0, 0x30, 5, 6, 3, 0x2b, 0x65, 0x70, 4, 0x22, 4, 0x20];
window.walletCalls = [];
const account = {
  address: ADDRESS, publicKey: Uint8Array.from(KEY), chains: ["solana:localnet"], features: ["solana:signTransaction"],
};
const elsewhere = { ...account, address: "0x00", chains: ["eip155:1"], features: [] };
const version = "1.0.0";
const features = {
  "standard:connect": {
    version,
    async connect({ silent = false } = {}) {
      window.walletCalls.push({ call: "connect", silent });
      return { accounts: [elsewhere, account] };
    },
  },
  "standard:events": { version, on: () => () => {} },
  "solana:signTransaction": {
    version,
    supportedTransactionVersions: ["legacy", 0],
    async signTransaction({ transaction, account: by, chain }) {
      window.walletCalls.push({ call: "signTransaction", chain, account: by.address });
      const key = await crypto.subtle.importKey("pkcs8", Uint8Array.from([...PKCS8, ...SEED]), "Ed25519", false, ["sign"]);
      const signedTransaction = transaction.slice();
      const message = transaction.subarray(1 + 64 * transaction[0]);
      signedTransaction.set(new Uint8Array(await crypto.subtle.sign("Ed25519", key, message)), 1);
      return [{ signedTransaction }];
    },
  },
};
const icon = "data:image/svg+xml;base64," + btoa('<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 8 8"><path d="M0 0h8v8H0z"/></svg>');
const wallet = { version, name: "Foreign wallet", icon, chains: ["solana:localnet", "eip155:1"], features, accounts: [account] };
const unusable = { version, name: "Other chain", icon, chains: ["eip155:1"], features, accounts: [] };
const register = ({ register: add }) => add(wallet, unusable);
window.addEventListener("wallet-standard:app-ready", (event) => register(event.detail));
window.dispatchEvent(new CustomEvent("wallet-standard:register-wallet", { detail: register }));
