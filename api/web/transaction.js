// Just enough of Solana's wire format: signatures in front, then the message that they sign.

import { encode } from "./base58.js";

export const fromBase64 = (text) => Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
export const toBase64 = (bytes) => btoa(String.fromCharCode(...bytes));

function shortLength(bytes, at) {
  let value = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = bytes[at++];
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) return [value, at];
  }
}

// {message, signers, slots}: the bytes to sign, who must (base58), and where each signature lies. Legacy and v0.
export function parse(bytes) {
  const [count, first] = shortLength(bytes, 0);
  const message = bytes.subarray(first + 64 * count);
  let at = message[0] & 0x80 ? 1 : 0;
  const required = message[at];
  const [, keys] = shortLength(message, at + 3);
  const signers = Array.from({ length: required }, (_, n) => encode(message.subarray(keys + 32 * n, keys + 32 * n + 32)));
  return { message, signers, slots: signers.map((_, n) => first + 64 * n) };
}

export function withSignature(bytes, signer, signature) {
  const { signers, slots } = parse(bytes);
  const index = signers.indexOf(signer);
  if (index < 0) throw new Error("this wallet is not a signer of the transaction");
  const signed = bytes.slice();
  signed.set(signature, slots[index]);
  return signed;
}

export const firstSignature = (bytes) => encode(bytes.subarray(parse(bytes).slots[0], parse(bytes).slots[0] + 64));
