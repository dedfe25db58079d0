"""The pages in a real browser on a real world: list, market, stakes by wallets, live odds, failures and recovery.

Everything behind the page runs as `make up` starts it: chain, indexer, relayer, API. Without Chromium the tests are
skipped and say so; with REQUIRE_BROWSER=1 that is a failure.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest
from selenium.webdriver.common.by import By
from selenium.webdriver.common.keys import Keys
from selenium.webdriver.remote.webdriver import WebDriver

from localnet import wallets
from tests.e2e.browsing import (
    SOL,
    Place,
    chances,
    click,
    complaints,
    connect,
    fits,
    open_browser,
    require_browser,
    see,
    until,
    until_chances,
    until_text,
    wait_for,
)
from tests.e2e.running import world

pytestmark = pytest.mark.e2e
AMOUNT = "#stake input[name=amount]"
FOREIGN_WALLET = (Path(__file__).parent / "foreign_wallet.js").read_text()
# What a browser itself says of a service that is away, or back and not ready.
AWAY = re.compile(r"net::ERR|WebSocket connection to|responded with a status of 503")
HOSTILE = (
    '<img src=x onerror="window.hit=1"><script>window.hit=2</script> \u202e& "Averyveryveryveryverylongword' + "x" * 80
)
LABELS = ["<script>window.hit=3</script>", "</span><img src=x onerror=window.hit=4>", *"CDEFGH"]
MARKETS = {
    "desktop": ("alice", "Does the page carry a stake through, on a desk?", {}),
    "phone": ("bob", "Does the page carry a stake through, in a hand?", {}),
    "others": ("carol", "Do the stakes of others show by themselves?", {}),
    "quiet": ("dave", "Is nothing ever staked on this one?", {}),
    "foreign": ("erin", "Does a wallet from elsewhere stake here?", {}),
    "hostile": ("alice", HOSTILE, {"labels": LABELS, "n": 8}),
    "maker": ("dave", "Is there a price where nobody has to answer?", {"engine": "lmsr", "subsidy": 5 * SOL}),
    "book": ("erin", "Do two orders meet on this one?", {"engine": "book", "lot_k": "100000"}),
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A world with open markets by short names."""

    place: Place
    markets: dict[str, str]

    def url(self, name: str) -> str:
        """Where the page of a market is."""
        return f"{self.place.api}/m/{self.markets[name]}"


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    """A world without a story, with funded wallets and open markets."""
    require_browser()
    with world(tmp_path_factory.mktemp("pages") / "world", "--story", "none", "--fast") as one:
        assert one.until_line("PubSub", 60), one.text
        place = Place(api=one.url("pages").rstrip("/"), rpc=one.url("RPC").rstrip("/"), world=one)
        until(lambda: place.config().get("config"))
        with ThreadPoolExecutor(len(MARKETS)) as pool:
            names = ("alice", "bob", "carol", "dave", "erin")
            list(pool.map(lambda name: place.airdrop(str(wallets.address(name)), 100 * SOL), names))
            made = pool.map(lambda item: place.market(item[0], item[1], **item[2]), MARKETS.values())
            yield Scene(place, dict(zip(MARKETS, made, strict=True)))


@pytest.fixture(scope="module")
def browsers() -> Iterator[dict[str, WebDriver]]:
    """One browser of each size, opened when a test first needs it."""
    opened: dict[str, WebDriver] = {}
    yield opened
    for driver in opened.values():
        driver.quit()


def _fresh(browsers: dict[str, WebDriver], scene: Scene, size: str) -> Iterator[WebDriver]:
    driver = browsers.get(size) or browsers.setdefault(size, open_browser(phone=size == "phone"))
    driver.get("about:blank")
    clear = {"origin": scene.place.api, "storageTypes": "local_storage"}
    driver.execute_cdp_cmd("Storage.clearDataForOrigin", clear)  # type: ignore[attr-defined]
    complaints(driver)
    yield driver
    assert complaints(driver) == []


@pytest.fixture
def desktop(browsers: dict[str, WebDriver], scene: Scene) -> Iterator[WebDriver]:
    """A desktop's browser that knows nothing, and must end without a complaint on its console."""
    yield from _fresh(browsers, scene, "desktop")


@pytest.fixture
def phone(browsers: dict[str, WebDriver], scene: Scene) -> Iterator[WebDriver]:
    """A phone's browser that knows nothing, and must end without a complaint on its console."""
    yield from _fresh(browsers, scene, "phone")


@pytest.mark.parametrize("size", ["desktop", "phone"])
def test_from_list_to_stake(scene: Scene, size: str, request: pytest.FixtureRequest) -> None:
    """A newcomer finds a market, gets a wallet and play money, stakes, and sees the odds and the position move."""
    browser: WebDriver = request.getfixturevalue(size)
    market, question = scene.markets[size], MARKETS[size][1]
    scene.place.act("stake", wallets.wallet("bob"), market=market, outcome=1, amount=str(3 * SOL))

    browser.get(scene.place.api)
    row = f'[data-market="{market}"]'
    until_text(browser, row, question)
    until_text(browser, f"{row} .chance", "100%")
    assert fits(browser)
    click(browser, f"{row} h2 a")

    until_text(browser, "#head h1", question)
    until_chances(browser, ["0%", "100%"])
    connect(browser, "Dev wallet")
    click(browser, "#connect")
    click(browser, "#airdrop")
    until_text(browser, "#balance", "10 SOL")
    until_text(browser, "#have", "You have 10 SOL")
    browser.find_element(By.CSS_SELECTOR, AMOUNT).send_keys("1")
    until_text(browser, "#stake .quote", "If Yes wins")
    until_text(browser, "#place", "Stake 1 SOL")
    click(browser, "#place:not(:disabled)")

    until_chances(browser, ["25%", "75%"])
    until_text(browser, "#mine", "Your position")
    until_text(browser, "#say", "Your stake is final.")
    until_text(browser, "#activity li", "1 SOL on Yes")
    until_text(browser, "#balance", "8.99")
    assert fits(browser)
    assert _origins(browser) <= {scene.place.api, scene.place.rpc}


def test_a_foreign_wallet_signs(scene: Scene, desktop: WebDriver) -> None:
    """A wallet that registers by the Wallet Standard is offered, connected, and it is what signs the stake."""
    erin = wallets.wallet("erin")
    key = f"const SEED = {list(erin.secret())}, KEY = {list(bytes(erin.pubkey()))}, ADDRESS = '{erin.pubkey()}';\n"
    script = {"source": f"(() => {{ {key} {FOREIGN_WALLET} }})()"}
    added = desktop.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)  # type: ignore[attr-defined]
    try:
        desktop.get(scene.url("foreign"))
        connect(desktop, "Foreign wallet")
        until_text(desktop, "#connect", str(erin.pubkey())[:4])
        desktop.find_element(By.CSS_SELECTOR, AMOUNT).send_keys("2.5")
        click(desktop, "#place:not(:disabled)")
        until_text(desktop, "#say", "Your stake is final.")
        until_text(desktop, "#mine", "2.5 SOL")
        calls = desktop.execute_script("return window.walletCalls")
        desktop.refresh()
        until_text(desktop, "#connect", str(erin.pubkey())[:4])
        until_text(desktop, "#mine", "Your position")
        again = desktop.execute_script("return window.walletCalls")
    finally:
        desktop.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)  # type: ignore[attr-defined]

    assert calls == [
        {"call": "connect", "silent": False},
        {"call": "signTransaction", "chain": "solana:localnet", "account": str(erin.pubkey())},
    ]
    assert again == [{"call": "connect", "silent": True}]
    path = f"{scene.place.api}/v1/users/{erin.pubkey()}/positions"
    (held,) = httpx.get(path, trust_env=False).json()["data"]
    assert (held["market"], held["staked"]) == (scene.markets["foreign"], str(5 * SOL // 2))


def test_odds_of_others_come_by_themselves(scene: Scene, desktop: WebDriver, phone: WebDriver) -> None:
    """Stakes of somebody else move an open market page and an open list without a reload."""
    market = scene.markets["others"]
    row = f'[data-market="{market}"]'
    desktop.get(scene.url("others"))
    phone.get(scene.place.api)
    until_chances(desktop, ["–", "–"])
    until_text(phone, f"{row} .name", "No stakes yet")
    until_text(desktop, "#fresh", "Live")
    until_text(phone, "#fresh", "Live")

    scene.place.act("stake", wallets.wallet("bob"), market=market, outcome=0, amount=str(SOL))
    scene.place.act("stake", wallets.wallet("alice"), market=market, outcome=1, amount=str(3 * SOL))

    until_chances(desktop, ["25%", "75%"])
    until_text(desktop, "#head", "4 SOL staked")
    until_text(desktop, "#stake .pick:last-of-type b", "75%")
    until_text(phone, f"{row} .chance", "75%")
    until_text(phone, f"{row} .pool", "4")


def test_hostile_text_is_only_text(scene: Scene, desktop: WebDriver, phone: WebDriver) -> None:
    """Markup in a question or a label is shown as written, runs nothing, and breaks neither page on a phone."""
    for browser in (phone, desktop):
        browser.get(scene.url("hostile"))
        until_text(browser, "#head h1", HOSTILE)
        until_text(browser, "#stake", LABELS[1])
        assert len(chances(browser)) == 8
        assert fits(browser)
        browser.get(scene.place.api)
        until_text(browser, f'[data-market="{scene.markets["hostile"]}"]', HOSTILE)
        assert fits(browser)
        assert browser.execute_script("return [window.hit, document.querySelectorAll('main img').length]") == [None, 0]


def test_refusals_are_said(scene: Scene, desktop: WebDriver) -> None:
    """An amount that cannot be staked, or that is unclear, is refused in words before anything is asked or signed."""
    desktop.get(scene.url("quiet"))
    until_text(desktop, "#stake", "Which outcome?")
    field = desktop.find_element(By.CSS_SELECTOR, AMOUNT)
    for typed, said in (
        ("0.0000001", "The least stake is 0.001 SOL."),
        ("1,0,0", "That is no amount"),
        ("1e3", "That is no amount"),
        ("-1", "That is no amount"),
        ("1,000", "without a comma"),
        ("0.0000000001", "at most 9 decimals"),
        ("1000.000000001", "The most that one stake may be is 1,000 SOL."),
        ("9" * 20, "The most that one stake may be"),
        ("9" * 40, "more than there is"),
    ):
        field.send_keys(Keys.CONTROL, "a")
        field.send_keys(typed)
        until_text(desktop, "#say", said)
        assert see(desktop, "#stake .quote") == ""
    assert see(desktop, "#place") == "Connect a wallet to stake"


def test_by_keyboard(scene: Scene, desktop: WebDriver) -> None:
    """Outcome and amount are reached and set by keys alone."""
    desktop.get(scene.url("quiet"))
    until_text(desktop, "#stake", "Which outcome?")

    desktop.find_element(By.CSS_SELECTOR, "#stake input[type=radio]").send_keys(Keys.ARROW_DOWN)
    picked = desktop.switch_to.active_element
    assert picked.get_attribute("value") == "1"
    picked.send_keys(Keys.TAB)
    amount = desktop.switch_to.active_element
    assert amount.get_attribute("name") == "amount"
    amount.send_keys("2")
    until_text(desktop, "#stake .quote", "If No wins")

    desktop.find_element(By.ID, "connect").send_keys(Keys.ENTER)
    wait_for(desktop, lambda: desktop.switch_to.active_element.text == "Dev wallet", lambda: "the menu has no focus")
    desktop.switch_to.active_element.send_keys(Keys.ESCAPE)
    assert desktop.switch_to.active_element.get_attribute("id") == "connect"


def test_back_finds_the_same_list(scene: Scene, desktop: WebDriver) -> None:
    """Filter and search are in the address: going back from a market shows the list as it was left, and live."""
    desktop.get(scene.place.api)
    until_text(desktop, "#markets", MARKETS["quiet"][1])
    click(desktop, "input[value=settled]")
    until_text(desktop, "#empty", "No market is settled yet.")
    click(desktop, "#empty button")
    desktop.find_element(By.ID, "q").send_keys("ever staked")
    wait_for(desktop, lambda: len(_rows(desktop)) == 1, lambda: f"the list has {_rows(desktop)}")
    click(desktop, "#markets h2 a")
    until_text(desktop, "#head h1", MARKETS["quiet"][1])

    desktop.back()

    wait_for(desktop, lambda: len(_rows(desktop)) == 1, lambda: f"the list has {_rows(desktop)}")
    assert desktop.find_element(By.ID, "q").get_attribute("value") == "ever staked"
    assert desktop.find_element(By.CSS_SELECTOR, "input[value=all]").is_selected()
    until_text(desktop, "#fresh", "Live")
    desktop.forward()
    until_text(desktop, "#head h1", MARKETS["quiet"][1])


def test_market_maker_page(scene: Scene, desktop: WebDriver) -> None:
    """A market maker's market shows its prices before anybody trades, then trades as they land; none can stake."""
    desktop.get(scene.url("maker"))
    until_chances(desktop, ["50%", "50%"])
    until_text(desktop, "#stake", "market maker")
    assert not desktop.find_elements(By.CSS_SELECTOR, AMOUNT)
    until_text(desktop, "#terms", "Subsidy5 SOL")

    carol, market = wallets.wallet("carol"), scene.markets["maker"]
    built = scene.place.act("buy", carol, market=market, outcome=0, amount=str(SOL))

    until_text(desktop, "#activity", "Traded Yes")
    until_text(desktop, "#head", "SOL traded")
    shares = int(built["expected"]["shares"])
    assert see(desktop, "#odds .pool") == f"{shares // 10**6 / 1000:g} shares"
    assert "staked" not in see(desktop, "main")


def test_book_page(scene: Scene, desktop: WebDriver) -> None:
    """An order book's market has no odds before an order, then orders as they rest and match; none can stake."""
    market = scene.markets["book"]
    desktop.get(scene.url("book"))
    until_chances(desktop, ["–", "–"])
    until_text(desktop, "#stake", "No order rests")
    orders = (("carol", 0, 40, 100), ("bob", 1, 30, 50), ("alice", 0, 70, 20))
    for who, outcome, tick, lots in orders:
        body = {"side": "buy", "outcome": outcome, "tick": tick, "lots": str(lots)}
        scene.place.act("order", wallets.wallet(who), market=market, **body)

    until_text(desktop, "#depth", "sell70 %30 lots")
    until_text(desktop, "#depth", "buy40 %100 lots")
    until_chances(desktop, ["55%", "45%"])
    until_text(desktop, "#activity", "Order for Yes, 0.14 SOL traded at once")
    assert not desktop.find_elements(By.CSS_SELECTOR, AMOUNT)

    scene.place.call_off(market)
    until_text(desktop, "#stake", "each share of any outcome pays 1/2")
    until_text(desktop, "#stake", "Trading is closed")
    desktop.refresh()
    until_chances(desktop, ["55%", "45%"])
    assert "stake" not in see(desktop, "#main").lower()


def test_unknown_market_page(scene: Scene, desktop: WebDriver) -> None:
    """A market that does not exist is said to be just that, and nothing else is shown."""
    desktop.get(f"{scene.place.api}/m/11111111111111111111111111111111")
    until_text(desktop, "#head h1", "There is no such market")
    assert desktop.find_element(By.ID, "stake").is_displayed() is False
    (complaint,) = complaints(desktop)
    assert "status of 404" in complaint


def test_the_api_comes_back(scene: Scene, desktop: WebDriver) -> None:
    """An open page says that the connection is lost, and without a reload shows what happened since it is back."""
    market = scene.markets["foreign"]
    desktop.get(scene.url("foreign"))
    until_text(desktop, "#activity", "2.5 SOL on Yes")
    until_text(desktop, "#fresh", "Live")
    before = chances(desktop)

    scene.place.world.kill("api")
    until_text(desktop, "#fresh", "Connection lost")
    desktop.find_element(By.CSS_SELECTOR, AMOUNT).send_keys("1")
    until(lambda: _answers(scene.place))
    scene.place.act("stake", wallets.wallet("bob"), market=market, outcome=1, amount=str(20 * SOL))

    until_text(desktop, "#fresh", "Live")
    wait_for(desktop, lambda: chances(desktop) not in (before, []), lambda: f"the odds stand at {before}")
    until_text(desktop, "#activity li", "20 SOL on No")
    until_text(desktop, "#stake .quote", "If Yes wins")
    assert [complaint for complaint in complaints(desktop) if not AWAY.search(complaint)] == []


def _answers(place: Place) -> bool:
    try:
        return bool(place.config())
    except httpx.TransportError:
        return False


def _rows(driver: WebDriver) -> list[str]:
    return driver.execute_script(
        "return [...document.querySelectorAll('.market-row')].map((one) => one.dataset.market)"
    )


def _origins(driver: WebDriver) -> set[str]:
    """Where everything that the page loaded came from."""
    names = driver.execute_script("return performance.getEntriesByType('resource').map((entry) => entry.name)")
    return {f"{url.scheme}://{url.netloc}" for url in map(urlsplit, names) if url.scheme != "data"}
