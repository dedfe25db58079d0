"""The pages in a real browser on a real world: list, market, a stake by the development wallet, live odds.

Everything behind the page runs as `make up` starts it: chain, indexer, relayer, API. Without Chromium the tests are
skipped and say so; with REQUIRE_BROWSER=1 that is a failure.
"""

from __future__ import annotations

import base64
import os
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver
from selenium.webdriver.support.wait import WebDriverWait
from solders.keypair import Keypair
from solders.transaction import Transaction

from localnet import wallets
from tests.e2e.running import world

pytestmark = pytest.mark.e2e
CHROMIUM, DRIVER = Path("/usr/bin/chromium"), Path("/usr/bin/chromedriver")
WAIT_S = 30
SOL = 1_000_000_000
FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync", "--no-proxy-server",
)  # fmt: skip
PHONE = {"deviceMetrics": {"width": 390, "height": 844, "pixelRatio": 2}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A running world: where its API and its chain's RPC answer."""

    api: str
    rpc: str

    def airdrop(self, address: str, lamports: int) -> None:
        """Lamports from the chain's faucet, there when this returns."""
        self._rpc("requestAirdrop", address, lamports)
        until(lambda: self._rpc("getBalance", address, {"commitment": "confirmed"})["value"] > 0)

    def act(self, kind: str, key: Keypair, **body: object) -> dict:
        """Build, sign, relay, and wait until the relayer calls it settled; what was built."""
        given = {"wallet": str(key.pubkey()), **body}
        built = until(lambda: self._built(kind, given))
        transaction = Transaction.from_bytes(base64.b64decode(built["transaction"]))
        transaction.sign([key], transaction.message.recent_blockhash)
        wire = base64.b64encode(bytes(transaction)).decode()
        headers = {"idempotency-key": built["message_hash"]}
        taken = httpx.post(f"{self.api}/v1/relay", json={"transaction": wire}, headers=headers, trust_env=False)
        assert taken.status_code == 202, taken.text
        path = f"{self.api}/v1/intents/{taken.json()['id']}"
        until(lambda: httpx.get(path, trust_env=False).json()["data"]["state"] == "SETTLED")
        return built

    def market(self, question: str) -> str:
        """The address of a new open market of alice's, in SOL, of two outcomes."""
        alice = wallets.wallet("alice")
        now = self.config()["chain_time"]
        times = {"open": now, "lock": now + 3600, "event": now + 3660, "resolve_by": now + 7200}
        built = self.act(
            "create_market", alice, mint="So11111111111111111111111111111111111111112", question=question,
            times={**times, "void_after": now + 7200 + 4 * 86_400}, source=str(wallets.address("oracle")),
        )  # fmt: skip
        self.act("activate", alice, market=built["market"])
        return built["market"]

    def config(self) -> dict:
        return httpx.get(f"{self.api}/v1/config", trust_env=False).json()["data"]

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


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """A world without a story, with two funded wallets."""
    missing = [str(path) for path in (CHROMIUM, DRIVER) if not path.exists()]
    if missing:
        if os.environ.get("REQUIRE_BROWSER") == "1":
            pytest.fail(f"REQUIRE_BROWSER=1, but there is no {' and no '.join(missing)}")
        pytest.skip(f"no {' and no '.join(missing)}: install chromium and chromium-driver to test the pages")
    with world(tmp_path_factory.mktemp("pages") / "world", "--story", "none", "--fast") as one:
        assert one.until_line("PubSub", 60), one.text
        found = Place(api=one.url("pages").rstrip("/"), rpc=one.url("RPC").rstrip("/"))
        until(lambda: httpx.get(f"{found.api}/v1/config", trust_env=False).json().get("data", {}).get("config"))
        for name in ("alice", "bob"):
            found.airdrop(str(wallets.address(name)), 100 * SOL)
        yield found


def open_browser(*, phone: bool) -> WebDriver:
    """A browser with a fresh profile, desktop or phone."""
    options = webdriver.ChromeOptions()
    options.binary_location = str(CHROMIUM)
    for flag in (*FLAGS, f"--user-data-dir={tempfile.mkdtemp(prefix='pages-')}", "--window-size=1280,900"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    if phone:
        options.add_experimental_option("mobileEmulation", PHONE)
    return webdriver.Chrome(options=options, service=Service(str(DRIVER)))


@pytest.fixture(params=["desktop", "phone"])
def browser(request: pytest.FixtureRequest, place: Place) -> Iterator[WebDriver]:
    """A browser that must end without a complaint on its console."""
    driver = open_browser(phone=request.param == "phone")
    try:
        yield driver
        complaints = [line["message"] for line in driver.get_log("browser") if line["level"] == "SEVERE"]
        assert complaints == []
    finally:
        driver.quit()


def see(driver: WebDriver, selector: str) -> str:
    """The text of an element, once it has one."""
    return WebDriverWait(driver, WAIT_S).until(lambda d: d.execute_script(
        "const found = document.querySelector(arguments[0]); return found && found.textContent.trim()",
        selector,
    ))  # fmt: skip


def until_text(driver: WebDriver, selector: str, text: str) -> None:
    """Wait until an element says this."""
    WebDriverWait(driver, WAIT_S).until(lambda d: text in see(d, selector), f"{selector} never said {text!r}")


def chances(driver: WebDriver) -> list[str]:
    """The odds that the market page shows."""
    return driver.execute_script("return [...document.querySelectorAll('#odds .chance')].map((one) => one.textContent)")


def fits(driver: WebDriver) -> bool:
    """Whether nothing sticks out to the side."""
    return driver.execute_script("return document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_from_list_to_stake(place: Place, browser: WebDriver) -> None:
    """A newcomer finds a market, gets a wallet and play money, stakes, and sees the odds move and the position."""
    question = f"Does the page carry a stake through ({browser.session_id[:6]})?"
    market = place.market(question)
    place.act("stake", wallets.wallet("bob"), market=market, outcome=1, amount=str(3 * SOL))

    browser.get(place.api)
    row = f'[data-market="{market}"]'
    until_text(browser, row, question)
    until_text(browser, f"{row} .chance", "100%")
    assert fits(browser)
    browser.find_element(By.CSS_SELECTOR, f"{row} h2 a").click()

    until_text(browser, "#head h1", question)
    WebDriverWait(browser, WAIT_S).until(lambda d: chances(d) == ["0%", "100%"])
    connect_wallet(browser)
    browser.find_element(By.CSS_SELECTOR, "#stake input[name=amount]").send_keys("1")
    until_text(browser, "#stake .quote", "If Yes wins")
    until_text(browser, "#place", "Stake 1 SOL")
    click(browser, "#place:not(:disabled)")

    WebDriverWait(browser, WAIT_S).until(lambda d: chances(d) == ["25%", "75%"], "the odds did not move")
    until_text(browser, "#mine", "Your position")
    until_text(browser, "#say", "final")
    until_text(browser, "#activity li", "1 SOL on Yes")
    assert fits(browser)


def test_odds_of_others_come_by_themselves(place: Place, browser: WebDriver) -> None:
    """A stake of somebody else moves market page and list without a reload."""
    market = place.market(f"Do others' stakes show ({browser.session_id[:6]})?")
    place.act("stake", wallets.wallet("bob"), market=market, outcome=0, amount=str(SOL))
    browser.get(f"{place.api}/m/{market}")
    WebDriverWait(browser, WAIT_S).until(lambda d: chances(d) == ["100%", "0%"])
    until_text(browser, "#fresh", "Live")

    place.act("stake", wallets.wallet("alice"), market=market, outcome=1, amount=str(3 * SOL))
    WebDriverWait(browser, WAIT_S).until(lambda d: chances(d) == ["25%", "75%"], "the market page stood still")
    until_text(browser, "#head", "4 SOL staked")

    browser.get(place.api)
    row = f'[data-market="{market}"] .chance'
    until_text(browser, row, "75%")
    until_text(browser, "#fresh", "Live")
    place.act("stake", wallets.wallet("alice"), market=market, outcome=1, amount=str(4 * SOL))
    until_text(browser, row, "87.5%")


def test_refusals_are_said(place: Place, browser: WebDriver) -> None:
    """An amount that cannot be staked is refused in words before anything is signed."""
    market = place.market(f"Are refusals said plainly ({browser.session_id[:6]})?")
    browser.get(f"{place.api}/m/{market}")
    until_text(browser, "#stake", "Which outcome?")
    field = browser.find_element(By.CSS_SELECTOR, "#stake input[name=amount]")

    field.send_keys("0.0000001")
    until_text(browser, "#say", "least stake")
    field.send_keys(Keys.CONTROL, "a")
    field.send_keys("1,0,0")
    until_text(browser, "#say", "decimals")
    assert see(browser, "#place") == "Connect a wallet to stake"


def test_by_keyboard(place: Place, browser: WebDriver) -> None:
    """Outcome and amount are reached and set by keys alone."""
    market = place.market(f"Does the keyboard suffice ({browser.session_id[:6]})?")
    browser.get(f"{place.api}/m/{market}")
    until_text(browser, "#stake", "Which outcome?")

    first = browser.find_element(By.CSS_SELECTOR, "#stake input[type=radio]")
    first.send_keys(Keys.ARROW_DOWN)
    chosen = browser.switch_to.active_element
    assert chosen.get_attribute("value") == "1"
    chosen.send_keys(Keys.TAB)
    amount = browser.switch_to.active_element
    assert amount.get_attribute("name") == "amount"
    amount.send_keys("2")
    until_text(browser, "#stake .quote", "If No wins")


def test_unknown_market_page(place: Place) -> None:
    """A market that does not exist is said to be just that, and nothing else is shown."""
    driver = open_browser(phone=False)
    try:
        driver.get(f"{place.api}/m/11111111111111111111111111111111")
        until_text(driver, "#head h1", "There is no such market")
        assert driver.find_element(By.ID, "stake").is_displayed() is False
    finally:
        driver.quit()


def connect_wallet(driver: WebDriver) -> None:
    """Connect the development wallet and ask the chain for play money."""
    until_text(driver, "#connect", "Connect wallet")
    click(driver, "#connect")
    until_text(driver, ".menu button", "Dev wallet")
    click(driver, ".menu button")
    until_text(driver, "#connect", "…")
    click(driver, "#connect")
    click(driver, "#airdrop")
    until_text(driver, "#balance", "10 SOL")


def click(driver: WebDriver, selector: str) -> None:
    """Click what may have been drawn anew a moment ago."""
    WebDriverWait(driver, WAIT_S).until(lambda d: d.execute_script(
        "const found = document.querySelector(arguments[0]); found?.click(); return Boolean(found)",
        selector,
    ))  # fmt: skip
