// Our IDL for @solana/web3.js: borsh by hand with Buffer, and TransactionInstructions with their accounts.

import { PublicKey, TransactionInstruction } from '@solana/web3.js';
import { TOKEN_PROGRAM_ID } from '@solana/spl-token';

const BYTES = { bool: 1, i32: 4, i64: 8, u16: 2, u32: 4, u64: 8, u8: 1 };
const READ = {
  bool: (buffer, at) => buffer[at] === 1,
  i32: (buffer, at) => buffer.readInt32LE(at),
  i64: (buffer, at) => buffer.readBigInt64LE(at),
  u16: (buffer, at) => buffer.readUInt16LE(at),
  u32: (buffer, at) => buffer.readUInt32LE(at),
  u64: (buffer, at) => buffer.readBigUInt64LE(at),
  u8: (buffer, at) => buffer[at],
};
const DISCRIMINATOR = 8;

/** Instructions, accounts and events of one program. Names are those of the IDL. */
export class Web3Idl {
  constructor(idl) {
    this.idl = idl;
    this.program = new PublicKey(idl.address);
    this.types = new Map(idl.types.map((one) => [one.name, one.type]));
  }

  /** The address with these seeds. */
  find(...seeds) {
    const bytes = seeds.map((one) => (one instanceof PublicKey ? one.toBuffer() : Buffer.from(one)));
    return PublicKey.findProgramAddressSync(bytes, this.program)[0];
  }

  /** An instruction. `accounts`: public keys by the IDL's name; what has one address needs none. */
  instruction(name, accounts, args = {}) {
    const found = this.idl.instructions.find((one) => one.name === name);
    const known = { token_program: TOKEN_PROGRAM_ID, ...accounts };
    const keys = found.accounts.map((slot) => {
      // An optional account that is left out is named by the program's own address.
      const absent = slot.optional && !known[slot.name];
      const pubkey = absent ? this.program : new PublicKey(known[slot.name] ?? slot.address);
      return { pubkey, isSigner: Boolean(slot.signer), isWritable: Boolean(slot.writable) && !absent };
    });
    const data = found.args.map((one) => this.#encode(one.type, args));
    return new TransactionInstruction({
      programId: this.program,
      keys,
      data: Buffer.concat([Buffer.from(found.discriminator), ...data]),
    });
  }

  /** An account of ours, from its bytes. */
  account(name, data) {
    const { discriminator } = this.idl.accounts.find((one) => one.name === name);
    if (!data.subarray(0, DISCRIMINATOR).equals(Buffer.from(discriminator))) throw new Error(`not a ${name}`);
    return this.#decode({ defined: { name } }, data, DISCRIMINATOR)[0];
  }

  /** An event as { name, data } from the bytes of the self-call that carries it. */
  event(call) {
    const body = call.subarray(DISCRIMINATOR);
    const { name } = this.idl.events.find((one) => body.subarray(0, 8).equals(Buffer.from(one.discriminator)));
    return { name, data: this.#decode({ defined: { name } }, body, DISCRIMINATOR)[0] };
  }

  #encode(type, value) {
    if (type.defined) {
      const { fields } = this.types.get(type.defined.name);
      return Buffer.concat(fields.map((field) => this.#encode(field.type, value[field.name])));
    }
    if (type.array) return Buffer.from(value);
    const out = Buffer.alloc(BYTES[type]);
    if (BYTES[type] === 8) out.writeBigUInt64LE(BigInt.asUintN(64, BigInt(value)));
    else out.writeUIntLE(value, 0, BYTES[type]);
    return out;
  }

  /** The value at a place, and where the next one begins. */
  #decode(type, buffer, at) {
    if (type === 'pubkey') return [new PublicKey(buffer.subarray(at, at + 32)), at + 32];
    if (typeof type === 'string') return [READ[type](buffer, at), at + BYTES[type]];
    if (type.vec) return this.#decodeMany(type.vec, buffer.readUInt32LE(at), buffer, at + 4);
    if (type.array) return this.#decodeMany(type.array[0], type.array[1], buffer, at);
    const value = {};
    for (const field of this.types.get(type.defined.name).fields) {
      [value[field.name], at] = this.#decode(field.type, buffer, at);
    }
    return [value, at];
  }

  #decodeMany(item, count, buffer, at) {
    const values = [];
    for (let n = 0; n < count; n += 1) {
      let value;
      [value, at] = this.#decode(item, buffer, at);
      values.push(value);
    }
    return [values, at];
  }
}
