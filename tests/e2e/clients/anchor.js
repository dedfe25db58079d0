// Anchor's TypeScript client (@anchor-lang/core) with our IDL: an optimistic market in SOL. `node anchor.js scene.json`
// Methods, accounts and events are made from the IDL by Program; its provider confirms over web3.js' subscription.

import assert from 'node:assert/strict';

import anchor from '@anchor-lang/core';
import {
  createAssociatedTokenAccountIdempotentInstruction,
  createCloseAccountInstruction,
  createSyncNativeInstruction,
  getAccount,
  getAssociatedTokenAddressSync,
  TOKEN_PROGRAM_ID,
} from '@solana/spl-token';
import { Connection, Keypair, PublicKey, SystemProgram } from '@solana/web3.js';
import bs58 from 'bs58';

import { bondOf, jump, readIdl, readScene } from './scene.js';

const { AnchorProvider, BN, Program, Wallet } = anchor;
const AIRDROP = 10_000_000_000;
const FEE = 5_000;
const FINALIZED = 6;
const LOOK_MS = 100;
const WAIT_MS = 60_000;
const EVENT_TAG = 8;

const scene = readScene();
const connection = new Connection(scene.rpc_url, {
  commitment: 'confirmed',
  wsEndpoint: scene.pubsub_url,
  confirmTransactionInitialTimeout: WAIT_MS,
});
const wallet = new Wallet(Keypair.fromSecretKey(new Uint8Array(scene.wallet)));
const provider = new AnchorProvider(connection, wallet, { commitment: 'confirmed' });
const program = new Program(readIdl(scene, 'market'), provider);

const owner = wallet.publicKey;
const market = new PublicKey(scene.market);
const mint = new PublicKey(scene.mint);
const find = (name, ...keys) =>
  PublicKey.findProgramAddressSync([Buffer.from(name), ...keys.map((key) => key.toBuffer())], program.programId)[0];
const vault = find('vault', market);
const bondVault = find('bond', market);
const position = find('position', market, owner);
const resolution = find('resolution', market);
const token = getAssociatedTokenAddressSync(mint, owner);
const tokenProgram = TOKEN_PROGRAM_ID;

/** Chain time `to`, unix seconds. */
async function reach(to) {
  await jump(scene, to);
  while ((await connection.getBlockTime(await connection.getSlot())) < to) {
    await new Promise((done) => setTimeout(done, LOOK_MS));
  }
}

/** Events of a transaction, decoded by Anchor's coder: our program's calls of itself, among the inner instructions. */
async function told(signature) {
  const { meta, transaction } = await connection.getTransaction(signature, { maxSupportedTransactionVersion: 0 });
  const keys = transaction.message.staticAccountKeys;
  return meta.innerInstructions
    .flatMap((group) => group.instructions)
    .filter((call) => keys[call.programIdIndex].equals(program.programId))
    .map((call) => program.coder.events.decode(bs58.decode(call.data).subarray(EVENT_TAG).toString('base64')));
}

async function stake() {
  const airdrop = await connection.requestAirdrop(owner, AIRDROP);
  await connection.confirmTransaction({ signature: airdrop, ...(await connection.getLatestBlockhash()) });
  assert.equal(await connection.getBalance(owner), AIRDROP);
  const found = await program.account.market.fetch(market);
  assert.equal(found.source.toBase58(), owner.toBase58());
  const terms = {
    supply: found.supply.map((one) => BigInt(one.toString())),
    bondBps: BigInt(found.bondBps),
    minBond: BigInt(found.minBond.toString()),
  };
  const bond = bondOf(terms, BigInt(scene.stake));
  const validUntil = new BN((await connection.getSlot()) + 1_500);
  const amount = new BN(scene.stake);
  const signature = await program.methods
    .stake({ outcome: 0, amount, minRateBps: new BN(10_000), nonce: new BN(1), validUntil })
    .accountsPartial({ market, vault, position, owner, payer: owner, ownerToken: token, mint, tokenProgram })
    .preInstructions([
      createAssociatedTokenAccountIdempotentInstruction(owner, token, owner, mint),
      SystemProgram.transfer({ fromPubkey: owner, toPubkey: token, lamports: BigInt(scene.stake) + bond }),
      createSyncNativeInstruction(token),
    ])
    .rpc();
  assert.equal((await getAccount(connection, token)).amount, bond);
  const held = await program.account.position.fetch(position);
  assert.deepEqual(held.shares.map(String), [String(scene.stake), '0']);
  const all = await program.account.position.all([{ memcmp: { offset: 8, bytes: market.toBase58() } }]);
  assert.equal(all.length, 2, 'ours and the rival\'s');
  return signature;
}

/** Say that outcome 0 happened, and finalize once nobody can dispute any more. */
async function resolve() {
  await reach(scene.event);
  const who = { proposer: owner, payer: owner, proposerToken: token };
  const proposed = await program.methods
    .proposeOutcome({ outcome: 0, evidence: new Array(32).fill(0) })
    .accountsPartial({ market, resolution, bondVault, ...who, mint, tokenProgram })
    .rpc();
  await reach((await program.account.resolution.fetch(resolution)).windowEnd.toNumber());
  const changes = program.account.market.subscribe(market, 'confirmed');
  const changed = new Promise((done) => changes.once('change', done));
  const finalized = await program.methods.finalize().accountsPartial({ market, resolution }).rpc();
  assert.equal((await changed).state, FINALIZED);
  await program.account.market.unsubscribe(market);
  return [proposed, finalized];
}

/** Take what was won and the bond, and unwrap it. */
async function claim() {
  const before = await connection.getBalance(owner);
  const rents = (await connection.getBalance(position)) + (await connection.getBalance(token));
  const { bond } = await program.account.resolution.fetch(resolution);
  const accounts = { market, resolution, bondVault, mint, owner, destination: token, tokenProgram };
  const bondBack = await program.methods.claimBond().accountsPartial(accounts).instruction();
  const signature = await program.methods
    .claim()
    .accountsPartial({ market, vault, mint, position, owner, destination: owner, payer: owner, book: null, tokenProgram })
    .postInstructions([bondBack, createCloseAccountInstruction(token, owner, owner)])
    .rpc();
  const paid = (await connection.getBalance(owner)) - before - rents - bond.toNumber() + FEE;
  const [event] = (await told(signature)).filter((one) => one.name === 'paidOut');
  assert.equal(event.data.items[0].amount.toNumber(), paid);
  assert.equal(await program.account.position.fetchNullable(position), null);
  return [signature, paid];
}

const staked = await stake();
const resolved = await resolve();
const [claimed, paid] = await claim();
const names = (await Promise.all([staked, ...resolved, claimed].map(told))).flat().map((one) => one.name);
const events = names.map((name) => name[0].toUpperCase() + name.slice(1));
console.log(JSON.stringify({ stake: staked, resolve: resolved, claim: claimed, paid, events }));
