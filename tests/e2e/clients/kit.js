// @solana/kit with Sealbook: a market in SOL that a price decides. `node kit.js scene.json`
// Transactions are built by kit's pipe, confirmed by its sendAndConfirm over subscriptions; layouts come from our IDL.

import assert from 'node:assert/strict';

import {
  address,
  airdropFactory,
  appendTransactionMessageInstructions,
  createKeyPairSignerFromBytes,
  createSolanaRpc,
  createSolanaRpcSubscriptions,
  createTransactionMessage,
  getAddressEncoder,
  getBase58Encoder,
  getBase64Encoder,
  getI64Encoder,
  getProgramDerivedAddress,
  getSignatureFromTransaction,
  lamports,
  pipe,
  sendAndConfirmTransactionFactory,
  setTransactionMessageFeePayerSigner,
  setTransactionMessageLifetimeUsingBlockhash,
  signTransactionMessageWithSigners,
} from '@solana/kit';
import { getTransferSolInstruction } from '@solana-program/system';
import {
  findAssociatedTokenPda,
  getCloseAccountInstruction,
  getCreateAssociatedTokenIdempotentInstructionAsync,
  getSyncNativeInstruction,
  TOKEN_PROGRAM_ADDRESS,
} from '@solana-program/token';

import { KitIdl } from './kit_idl.js';
import { jump, readIdl, readScene } from './scene.js';

const AIRDROP = 10_000_000_000n;
const STRIKE = 64_000_00000000n;
const FINALIZED = 6;
const FEE = 5_000n;
const commitment = 'confirmed';

const scene = readScene();
const program = new KitIdl(readIdl(scene, 'market'));
const poster = new KitIdl(readIdl(scene, 'poster'));
const rpc = createSolanaRpc(scene.rpc_url);
const rpcSubscriptions = createSolanaRpcSubscriptions(scene.pubsub_url);
const sendAndConfirm = sendAndConfirmTransactionFactory({ rpc, rpcSubscriptions });

const wallet = await createKeyPairSignerFromBytes(new Uint8Array(scene.wallet));
const owner = wallet.address;
const market = address(scene.market);
const mint = address(scene.mint);
const key = (one) => getAddressEncoder().encode(one);
const find = async (idl, ...seeds) => (await getProgramDerivedAddress({ programAddress: idl.program, seeds }))[0];
const vault = await find(program, 'vault', key(market));
const position = await find(program, 'position', key(market), key(owner));
const [token] = await findAssociatedTokenPda({ mint, owner, tokenProgram: TOKEN_PROGRAM_ADDRESS });

/** Sign with the newest blockhash, send, and wait for the subscriptions to say that it is confirmed. */
async function send(...instructions) {
  const { value: recent } = await rpc.getLatestBlockhash({ commitment }).send();
  const message = pipe(
    createTransactionMessage({ version: 0 }),
    (made) => setTransactionMessageFeePayerSigner(wallet, made),
    (made) => setTransactionMessageLifetimeUsingBlockhash(recent, made),
    (made) => appendTransactionMessageInstructions(instructions, made),
  );
  const signed = await signTransactionMessageWithSigners(message);
  await sendAndConfirm(signed, { commitment });
  return getSignatureFromTransaction(signed);
}

/** An account of ours, decoded. */
async function read(name, where) {
  const { value } = await rpc.getAccountInfo(where, { commitment, encoding: 'base64' }).send();
  return program.account(name, getBase64Encoder().encode(value.data[0]));
}

async function balance() {
  return (await rpc.getBalance(owner, { commitment }).send()).value;
}

/** Chain time `to`, unix seconds: after each slot that a subscription tells of, look. */
async function reach(to) {
  await jump(scene, to);
  const stop = new AbortController();
  for await (const _ of await rpcSubscriptions.slotNotifications().subscribe({ abortSignal: stop.signal })) {
    const slot = await rpc.getSlot({ commitment }).send();
    if ((await rpc.getBlockTime(slot).send()) >= BigInt(to)) break;
  }
  stop.abort();
}

/** Events of a transaction: our program's calls of itself, among the inner instructions. */
async function told(signature) {
  const options = { commitment, encoding: 'json', maxSupportedTransactionVersion: 0 };
  const { meta, transaction } = await rpc.getTransaction(signature, options).send();
  const keys = transaction.message.accountKeys;
  return meta.innerInstructions
    .flatMap((group) => group.instructions)
    .filter((call) => keys[call.programIdIndex] === program.program)
    .map((call) => program.event(getBase58Encoder().encode(call.data)));
}

async function stake() {
  await airdropFactory({ rpc, rpcSubscriptions })({ recipientAddress: owner, lamports: lamports(AIRDROP), commitment });
  assert.equal(await balance(), AIRDROP);
  const terms = {
    outcome: 0,
    amount: BigInt(scene.stake),
    min_rate_bps: 10_000n,
    nonce: 1n,
    valid_until: (await rpc.getSlot({ commitment }).send()) + 1_500n,
  };
  const accounts = { market, vault, position, owner: wallet, payer: wallet, owner_token: token, mint };
  const signature = await send(
    await getCreateAssociatedTokenIdempotentInstructionAsync({ payer: wallet, owner, mint }),
    getTransferSolInstruction({ source: wallet, destination: token, amount: terms.amount }),
    getSyncNativeInstruction({ account: token }),
    program.instruction('stake', accounts, terms),
    getCloseAccountInstruction({ account: token, destination: owner, owner: wallet }),
  );
  const held = await read('Position', position);
  assert.deepEqual([held.owner, held.shares], [owner, [terms.amount, 0n]]);
  return signature;
}

async function resolve() {
  await reach(scene.event + 1);
  const publish = BigInt(scene.event);
  const feed = new Uint8Array(Buffer.from(scene.feed, 'hex'));
  const price = await find(poster, 'price', feed, getI64Encoder().encode(publish));
  const terms = { feed, price: STRIKE, conf: 0n, expo: -8, publish, prev: publish - 1n };
  const system_program = '11111111111111111111111111111111';
  const resolution = await find(program, 'resolution', key(market));
  const stop = new AbortController();
  const logs = await rpcSubscriptions
    .logsNotifications({ mentions: [market] }, { commitment })
    .subscribe({ abortSignal: stop.signal });
  const first = logs[Symbol.asyncIterator]().next(); // asked for before it can come: kit keeps nothing for later
  const signature = await send(
    poster.instruction('post', { price, authority: wallet, payer: wallet, system_program }, terms),
    program.instruction('resolve_by_price', { market, resolution, price_update: price, caller: wallet, payer: wallet }),
  );
  const { value: notice } = await first;
  assert.deepEqual([notice.value.signature, notice.value.err], [signature, null]);
  stop.abort();
  assert.equal((await read('Market', market)).state, FINALIZED);
  return signature;
}

async function claim() {
  const before = await balance();
  const { value: held } = await rpc.getAccountInfo(position, { commitment, encoding: 'base64' }).send();
  const accounts = { market, vault, mint, position, owner: wallet, destination: owner, payer: owner };
  const signature = await send(program.instruction('claim', accounts));
  const paid = (await balance()) - before - held.lamports + FEE;
  const [event] = (await told(signature)).filter((one) => one.name === 'PaidOut');
  assert.deepEqual([event.data.items[0].owner, event.data.items[0].amount], [owner, paid]);
  assert.equal((await rpc.getAccountInfo(position, { commitment, encoding: 'base64' }).send()).value, null);
  return [signature, paid];
}

const staked = await stake();
const resolved = await resolve();
const [claimed, paid] = await claim();
const events = (await Promise.all([staked, resolved, claimed].map(told))).flat().map((one) => one.name);
console.log(JSON.stringify({ stake: staked, resolve: [resolved], claim: claimed, paid: Number(paid), events }));
