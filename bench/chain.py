"""How much the embedded chain carries: `python -m bench.chain [TRANSACTIONS]` prints a table.

Goals: getHealth within 1 s of start; 500 transfers a second one by one with preflight, 3,000 in batches without; memory
flat once its history is full. The chain is a process of its own, asked over HTTP on a connection that stays open.
"""

import base64
import http.client
import re
import subprocess
import sys
import time
from pathlib import Path

import msgspec
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import MessageV0
from solders.system_program import TransferParams, transfer
from solders.transaction import VersionedTransaction

SLOT_MS = 50
BATCH = 50
LAMPORTS = 10**6
SOL = 10**9


class Chain:
    """The chain process and one connection to it."""

    def __init__(self) -> None:
        self.started = time.perf_counter()
        argv = ["-m", "localnet", "chain", "--rpc-port", "0", "--pubsub-port", "0", "--slot-ms", str(SLOT_MS)]
        self.process = subprocess.Popen([sys.executable, "-u", *argv], stdout=subprocess.PIPE, text=True)
        assert self.process.stdout is not None
        port = re.search(r"127\.0\.0\.1:(\d+)", self.process.stdout.readline())
        assert port is not None
        self._http = http.client.HTTPConnection("127.0.0.1", int(port[1]))

    def post(self, body: bytes) -> object:
        """The reply to one body."""
        self._http.request("POST", "/", body=body, headers={"content-type": "application/json"})
        return msgspec.json.decode(self._http.getresponse().read())

    def ask(self, method: str, *params: object) -> object:
        """The result of one call."""
        reply = self.post(msgspec.json.encode(_call(method, *params)))
        assert isinstance(reply, dict)
        assert "result" in reply, reply
        return reply["result"]

    def memory_mb(self) -> float:
        """Resident memory of the process."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * 4096 / 2**20


def _call(method: str, *params: object) -> dict[str, object]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def balance(chain: Chain, wallet: Keypair) -> int:
    """Lamports at processed."""
    answer = chain.ask("getBalance", str(wallet.pubkey()), {"commitment": "processed"})
    assert isinstance(answer, dict)
    return int(answer["value"])


def transfers(chain: Chain, payer: Keypair, to: Keypair, count: int) -> list[str]:
    """So many different signed transfers in base64."""
    latest = chain.ask("getLatestBlockhash", {"commitment": "processed"})
    assert isinstance(latest, dict)
    blockhash = Hash.from_string(latest["value"]["blockhash"])
    made = []
    for number in range(count):
        move = transfer(TransferParams(from_pubkey=payer.pubkey(), to_pubkey=to.pubkey(), lamports=LAMPORTS + number))
        message = MessageV0.try_compile(payer.pubkey(), [move], [], blockhash)
        made.append(base64.b64encode(bytes(VersionedTransaction(message, [payer]))).decode())
    return made


def rate(chain: Chain, payer: Keypair, count: int, *, batch: int, skip: bool) -> float:
    """Transactions a second from the first byte sent until the last one has landed."""
    to = Keypair()
    wires = transfers(chain, payer, to, count)
    options = {"encoding": "base64", "skipPreflight": skip, "preflightCommitment": "processed"}
    calls = [_call("sendTransaction", wire, options) for wire in wires]
    bodies = [msgspec.json.encode(calls[at : at + batch] if batch > 1 else calls[at]) for at in range(0, count, batch)]
    wanted = sum(LAMPORTS + number for number in range(count))
    start = time.perf_counter()
    for body in bodies:
        chain.post(body)
    while balance(chain, to) != wanted:
        time.sleep(0.005)
    return count / (time.perf_counter() - start)


def main() -> None:
    """Print the figures."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 3_000
    chain = Chain()
    try:
        chain.ask("getHealth")
        print(f"{'start to getHealth':<34}{time.perf_counter() - chain.started:>8.2f} s      goal 1 s")
        payer = Keypair()
        chain.ask("requestAirdrop", str(payer.pubkey()), 100_000 * SOL)
        while not balance(chain, payer):
            time.sleep(0.01)
        for batch, skip, goal in ((1, False, 500), (1, True, 500), (BATCH, False, 1_500), (BATCH, True, 3_000)):
            name = f"{'one by one' if batch == 1 else f'batches of {batch}'}, {'no preflight' if skip else 'preflight'}"
            print(f"{name:<34}{rate(chain, payer, count, batch=batch, skip=skip):>8.0f} tx/s   goal {goal}")
        print(f"{'memory':<34}{chain.memory_mb():>8.0f} MB")
    finally:
        chain.process.terminate()
        chain.process.wait()


if __name__ == "__main__":
    main()
