// Our IDL for @solana/kit: codecs of its types, and instructions with their accounts, made when the program starts.

import {
  AccountRole,
  address,
  fixCodecSize,
  getAddressCodec,
  getArrayCodec,
  getBooleanCodec,
  getBytesCodec,
  getI32Codec,
  getI64Codec,
  getStructCodec,
  getU16Codec,
  getU32Codec,
  getU64Codec,
  getU8Codec,
} from '@solana/kit';

const NUMBERS = {
  bool: getBooleanCodec,
  i32: getI32Codec,
  i64: getI64Codec,
  pubkey: getAddressCodec,
  u16: getU16Codec,
  u32: getU32Codec,
  u64: getU64Codec,
  u8: getU8Codec,
};
const DISCRIMINATOR = 8;

/** Codecs and instructions of one program. Names are those of the IDL. */
export class KitIdl {
  constructor(idl) {
    this.idl = idl;
    this.program = address(idl.address);
    this.types = new Map(idl.types.map((one) => [one.name, one.type]));
  }

  /** A codec of one of our types; its bytes are borsh, and zero-copy accounts have no padding. */
  codec(type) {
    if (typeof type === 'string') return NUMBERS[type]();
    if (type.vec) return getArrayCodec(this.codec(type.vec));
    if (type.array) {
      const [item, size] = type.array;
      if (item === 'u8') return fixCodecSize(getBytesCodec(), size);
      return getArrayCodec(this.codec(item), { size });
    }
    const { fields } = this.types.get(type.defined.name);
    return getStructCodec(fields.map((field) => [field.name, this.codec(field.type)]));
  }

  /** An account of ours, from its bytes. */
  account(name, data) {
    const { discriminator } = this.idl.accounts.find((one) => one.name === name);
    if (!starts(data, discriminator)) throw new Error(`not a ${name}`);
    return this.codec({ defined: { name } }).decode(data, DISCRIMINATOR);
  }

  /** An event as { name, data } from the bytes of the self-call that carries it; undefined of any other call. */
  event(data) {
    const body = data.subarray(DISCRIMINATOR);
    const found = this.idl.events.find((one) => starts(body, one.discriminator));
    return found && { name: found.name, data: this.codec({ defined: { name: found.name } }).decode(body, DISCRIMINATOR) };
  }

  /** An instruction. `accounts`: address or signer by the IDL's name; what has one address needs none. */
  instruction(name, accounts, args) {
    const found = this.idl.instructions.find((one) => one.name === name);
    const [given] = found.args;
    const encoded = given ? this.codec(given.type).encode(args) : new Uint8Array();
    return {
      programAddress: this.program,
      accounts: found.accounts.map((slot) => this.#meta(slot, accounts[slot.name])),
      data: new Uint8Array([...found.discriminator, ...encoded]),
    };
  }

  #meta(slot, given) {
    // An optional account that is left out is named by the program's own address.
    if (given === undefined && slot.optional) return { address: this.program, role: AccountRole.READONLY };
    const where = given ?? slot.address ?? WELL_KNOWN[slot.name];
    if (where === undefined) throw new Error(`account ${slot.name} is missing`);
    if (slot.signer) {
      const role = slot.writable ? AccountRole.WRITABLE_SIGNER : AccountRole.READONLY_SIGNER;
      return { address: where.address, role, signer: where };
    }
    return { address: where, role: slot.writable ? AccountRole.WRITABLE : AccountRole.READONLY };
  }
}

const WELL_KNOWN = { token_program: 'TokenkegQfeZyiNwAJbNbGKPFXCWuBvf9Ss623VQ5DA' };

function starts(data, prefix) {
  return prefix.every((byte, index) => data[index] === byte);
}
