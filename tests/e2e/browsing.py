"""A browser and a world for the tests of the pages: markets and stakes made behind the page's back, what it shows."""

from __future__ import annotations

import base64
import os
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait
from solders.hash import Hash
from solders.keypair import Keypair
from solders.message import Message
from solders.pubkey import Pubkey
from solders.transaction import Transaction

from idl.instructions import announce_void
from localnet import wallets
from tests.e2e.running import World

CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
WAIT_S = 30
SOL = 1_000_000_000
WSOL = "So11111111111111111111111111111111111111112"
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync",
    "--disable-background-networking", "--disable-component-update", "--no-proxy-server", "--window-size=1280,900",
)  # fmt: skip
PHONE = {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2}}
LANDED = ("EFFECTIVE", "SETTLED")


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running world: where its API and its chain's RPC answer, and the world itself."""

    api: str
    rpc: str
    world: World

    def airdrop(self, address: str, lamports: int) -> None:
        """Lamports from the chain's faucet, there when this returns."""
        self._rpc("requestAirdrop", address, lamports)
        until(lambda: self._rpc("getBalance", address, {"commitment": "confirmed"})["value"] > 0)

    def act(self, kind: str, key: Keypair, **body: object) -> dict:
        """Build, sign, relay, and wait until the relayer has seen the effect; what was built."""
        given = {"wallet": str(key.pubkey()), **body}
        built = until(lambda: self._built(kind, given))
        transaction = Transaction.from_bytes(base64.b64decode(built["transaction"]))
        transaction.sign([key], transaction.message.recent_blockhash)
        wire = base64.b64encode(bytes(transaction)).decode()
        headers = {"idempotency-key": built["message_hash"]}
        taken = httpx.post(f"{self.api}/v1/relay", json={"transaction": wire}, headers=headers, trust_env=False)
        assert taken.status_code == 202, taken.text
        path = f"{self.api}/v1/intents/{taken.json()['id']}"
        until(lambda: httpx.get(path, trust_env=False).json()["data"]["state"] in LANDED)
        return built

    def market(
        self, name: str, question: str, labels: list[str] | None = None, subsidy: int = 0, **terms: object
    ) -> str:
        """The address of a new open market of this wallet's, in SOL."""
        creator = wallets.wallet(name)
        now = self.config()["chain_time"]
        times = {"open": now, "lock": now + 3600, "event": now + 3660, "resolve_by": now + 7200}
        if labels is not None:
            kept = httpx.put(f"{self.api}/v1/metadata", json={"outcome_labels": labels}, trust_env=False).json()
            terms |= {"uri": kept["uri"], "metadata_sha256": kept["sha256"]}
        built = self.act(
            "create_market", creator, mint=WSOL, question=question, source=str(wallets.address("oracle")),
            times={**times, "void_after": now + 7200 + 4 * 86_400}, **terms,
        )  # fmt: skip
        self.act("activate", creator, market=built["market"], subsidy=str(subsidy))
        return built["market"]

    def call_off(self, market: str) -> None:
        """The admin announces that a market will be void; the relayer makes it so two seconds later."""
        admin = wallets.wallet(wallets.AUTHORITY)
        call = announce_void(market=Pubkey.from_string(market), admin=admin.pubkey())
        recent = Hash.from_string(self._rpc("getLatestBlockhash")["value"]["blockhash"])
        wire = Transaction([admin], Message.new_with_blockhash([call], admin.pubkey(), recent), recent)
        assert self._rpc("sendTransaction", base64.b64encode(bytes(wire)).decode(), {"encoding": "base64"})

    def config(self) -> dict:
        """Settings of the platform; empty while there are none."""
        return httpx.get(f"{self.api}/v1/config", trust_env=False).json().get("data", {})

    def _built(self, kind: str, body: dict) -> dict | None:
        answer = httpx.post(f"{self.api}/v1/transactions/{kind}", json=body, trust_env=False)
        if answer.status_code in (404, 503):
            return None  # the mirror is a block behind
        assert answer.status_code == 200, answer.text
        return answer.json() if answer.json()["error"] is None else None

    def _rpc(self, method: str, *params: object) -> dict:
        body = {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}
        return httpx.post(self.rpc, json=body, trust_env=False).json()["result"]


def until(look: Callable[[], object], within_s: float = WAIT_S) -> dict:
    """Look until there is something to see."""
    deadline = time.monotonic() + within_s
    while time.monotonic() < deadline:
        found = look()
        if found:
            return found  # type: ignore[return-value]
        time.sleep(0.1)
    raise AssertionError("nothing came")


def require_browser() -> None:
    """Skip without Chromium, or fail where REQUIRE_BROWSER=1."""
    missing = [str(path) for path in (CHROMIUM, DRIVER) if not path.exists()]
    if missing and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail(f"REQUIRE_BROWSER=1, but there is no {' and no '.join(missing)}")
    if missing:
        pytest.skip(f"no {' and no '.join(missing)}: install chromium and chromium-driver to test the pages")


def open_browser(*, phone: bool) -> WebDriver:
    """A browser with a fresh profile, desktop or phone."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tempfile.mkdtemp(prefix='pages-')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if phone:
        options.add_experimental_option("mobileEmulation", PHONE)
    return webdriver.Chrome(options=options, service=Service(str(DRIVER)))


def complaints(driver: WebDriver) -> list[str]:
    """What the console has complained of since it was last asked."""
    return [line["message"] for line in driver.get_log("browser") if line["level"] == "SEVERE"]  # type: ignore[attr-defined]


def see(driver: WebDriver, selector: str) -> str:
    """The text of an element, empty while there is none."""
    text = driver.execute_script("return document.querySelector(arguments[0])?.textContent.trim()", selector)
    return text or ""


def until_text(driver: WebDriver, selector: str, text: str) -> None:
    """Wait until an element says this."""
    wait_for(driver, lambda: text in see(driver, selector), lambda: f"{selector} says {see(driver, selector)!r}")


def until_chances(driver: WebDriver, expected: list[str]) -> None:
    """Wait until the market page shows these odds."""
    wait_for(driver, lambda: chances(driver) == expected, lambda: f"the odds are {chances(driver)}")


def wait_for(driver: WebDriver, look: Callable[[], bool], otherwise: Callable[[], str]) -> None:
    """Wait until it is so, or say how it is instead."""
    try:
        WebDriverWait(driver, WAIT_S, poll_frequency=0.1).until(lambda _: look())
    except Exception as error:
        raise AssertionError(f"{otherwise()}; the page says: {see(driver, 'body')[:2000]}") from error


def chances(driver: WebDriver) -> list[str]:
    """The odds that the market page shows."""
    return driver.execute_script("return [...document.querySelectorAll('#odds .chance')].map((one) => one.textContent)")


def fits(driver: WebDriver) -> bool:
    """Whether nothing sticks out to the side."""
    return driver.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def click(driver: WebDriver, selector: str) -> None:
    """Click as soon as it is there; it may have been drawn anew a moment ago."""
    press = "const found = document.querySelector(arguments[0]); found?.click(); return Boolean(found)"
    wait_for(driver, lambda: driver.execute_script(press, selector), lambda: f"there is no {selector}")


def connect(driver: WebDriver, wallet: str) -> None:
    """Connect the wallet of that name by the page's menu."""
    until_text(driver, "#connect", "Connect wallet")
    click(driver, "#connect")
    until_text(driver, ".menu", wallet)
    press = """const offered = [...document.querySelectorAll(".menu button")];
               offered.find((one) => one.textContent === arguments[0]).click()"""
    driver.execute_script(press, wallet)
    until_text(driver, "#connect", "…")
