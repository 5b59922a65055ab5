import ctypes
import subprocess
import time


def parse_price(text: str) -> int:
    price = int(text)
    if price < 0:
        raise ValueError(f"a price is not negative: {price}")
    return price


def total(texts: list[str]) -> int:
    return sum(parse_price(text) for text in texts)


def wait_for_payment() -> None:
    while True:
        time.sleep(0.05)


def read_barcode() -> bytes:
    print("reading the barcode")
    return ctypes.string_at(0)


def start_mailer() -> None:
    subprocess.Popen(["sleep", "1000"], start_new_session=True)
