// What the three programs beside this file share: the scene they play in, and the way to move its clock.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The scene that `python -m tests.e2e.clients.scene` printed into the file named on the command line. */
export function readScene() {
  return JSON.parse(readFileSync(process.argv[2], 'utf8'));
}

/** Our IDL of a program: market or poster. */
export function readIdl(scene, name) {
  return JSON.parse(readFileSync(join(scene.idl, `${name}.json`), 'utf8'));
}

/** Ask the embedded chain to jump to `to`, unix seconds. A validator has no such method: there one waits. */
export async function jump(scene, to) {
  const body = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'localnet_advanceClock', params: [{ to }] });
  await fetch(scene.rpc_url, { method: 'POST', headers: { 'content-type': 'application/json' }, body });
}

/** What a proposal will put up once the stake is in: a part of all that is staked, base units. `market`: bigints. */
export function bondOf(market, stake) {
  const all = market.supply.reduce((sum, one) => sum + one, stake);
  const part = (all * market.bondBps) / 10_000n;
  return part > market.minBond ? part : market.minBond;
}
