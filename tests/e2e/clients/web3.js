// @solana/web3.js and @solana/spl-token with Sealbook: an optimistic market in a token. `node web3.js scene.json`
// Transactions are confirmed by web3.js over its subscription (PubSub is the RPC's port + 1), tokens are spl-token's.

import assert from 'node:assert/strict';

import { Connection, Keypair, PublicKey, SystemProgram, Transaction, sendAndConfirmTransaction } from '@solana/web3.js';
import bs58 from 'bs58';
import { getAccount, getOrCreateAssociatedTokenAccount, mintTo } from '@solana/spl-token';

import { bondOf, jump, readIdl, readScene } from './scene.js';
import { Web3Idl } from './web3_idl.js';

const AIRDROP = 10_000_000_000;
const FINALIZED = 6;
const WAIT_MS = 60_000;

const scene = readScene();
const program = new Web3Idl(readIdl(scene, 'market'));
const connection = new Connection(scene.rpc_url, {
  commitment: 'confirmed',
  confirmTransactionInitialTimeout: WAIT_MS,
});
const wallet = Keypair.fromSecretKey(new Uint8Array(scene.wallet));
const mintAuthority = Keypair.fromSecretKey(new Uint8Array(scene.mint_authority));
const owner = wallet.publicKey;
const market = new PublicKey(scene.market);
const mint = new PublicKey(scene.mint);
const vault = program.find('vault', market);
const bond_vault = program.find('bond', market);
const position = program.find('position', market, owner);
const resolution = program.find('resolution', market);
const system_program = SystemProgram.programId;

const send = (...instructions) =>
  sendAndConfirmTransaction(connection, new Transaction().add(...instructions), [wallet]);

/** An account of ours, decoded. */
async function read(name, where) {
  return program.account(name, (await connection.getAccountInfo(where)).data);
}

/** Chain time `to`, unix seconds: after each slot that a subscription tells of, look. */
async function reach(to) {
  await jump(scene, to);
  const reached = async () => (await connection.getBlockTime(await connection.getSlot())) >= to;
  let looking;
  await new Promise((done, failed) => {
    const id = connection.onSlotChange(() => {
      looking ??= reached()
        .then((there) => (there ? connection.removeSlotChangeListener(id).then(done) : (looking = undefined)))
        .catch(failed);
    });
  });
}

/** Events of a transaction: our program's calls of itself, among the inner instructions. */
async function told(signature) {
  const { meta, transaction } = await connection.getParsedTransaction(signature, { maxSupportedTransactionVersion: 0 });
  assert.equal(transaction.signatures[0], signature);
  return meta.innerInstructions
    .flatMap((group) => group.instructions)
    .filter((call) => call.programId.equals(program.program))
    .map((call) => program.event(Buffer.from(bs58.decode(call.data))));
}

/** Tokens for the stake and for the bond of a proposal, from who may mint them; the stake. */
async function stake() {
  const airdrop = await connection.requestAirdrop(owner, AIRDROP);
  await connection.confirmTransaction({ signature: airdrop, ...(await connection.getLatestBlockhash()) });
  assert.equal(await connection.getBalance(owner), AIRDROP);
  const { address: token } = await getOrCreateAssociatedTokenAccount(connection, wallet, mint, owner);
  const amount = BigInt(scene.stake);
  const { supply, bond_bps, min_bond } = await read('Market', market);
  const bond = bondOf({ supply, bondBps: BigInt(bond_bps), minBond: min_bond }, amount);
  await mintTo(connection, wallet, mint, token, mintAuthority, amount + bond);
  const accounts = { market, vault, position, owner, payer: owner, owner_token: token, mint, system_program };
  const valid_until = BigInt(await connection.getSlot()) + 1_500n;
  const terms = { outcome: 0, amount, min_rate_bps: 10_000n, nonce: 1n, valid_until };
  const signature = await send(program.instruction('stake', accounts, terms));
  assert.equal((await getAccount(connection, token)).amount, bond);
  assert.deepEqual((await read('Position', position)).shares, [amount, 0n]);
  return [signature, token];
}

/** Say that outcome 0 happened, and finalize once nobody can dispute any more. */
async function resolve(token) {
  await reach(scene.event);
  const who = { proposer: owner, payer: owner, proposer_token: token };
  const accounts = { market, resolution, bond_vault, ...who, mint, system_program };
  const proposal = { outcome: 0, evidence: new Uint8Array(32) };
  const proposed = await send(program.instruction('propose_outcome', accounts, proposal));
  await reach(Number((await read('Resolution', resolution)).window_end));
  const finalized = await send(program.instruction('finalize', { market, resolution }));
  assert.equal((await read('Market', market)).state, FINALIZED);
  return [proposed, finalized];
}

/** Take what was won, and the bond back: both into the wallet's account of the token. */
async function claim(token) {
  const { bond } = await read('Resolution', resolution);
  const accounts = { market, mint, owner, destination: token };
  const signature = await send(
    program.instruction('claim', { ...accounts, vault, position, payer: owner }),
    program.instruction('claim_bond', { ...accounts, resolution, bond_vault }),
  );
  const paid = (await getAccount(connection, token)).amount - bond;
  const [event] = (await told(signature)).filter((one) => one.name === 'PaidOut');
  assert.equal(event.data.items[0].amount, paid);
  assert.equal(await connection.getAccountInfo(position), null);
  return [signature, paid];
}

const [staked, token] = await stake();
const resolved = await resolve(token);
const [claimed, paid] = await claim(token);
const events = (await Promise.all([staked, ...resolved, claimed].map(told))).flat().map((one) => one.name);
console.log(JSON.stringify({ stake: staked, resolve: resolved, claim: claimed, paid: Number(paid), events }));
