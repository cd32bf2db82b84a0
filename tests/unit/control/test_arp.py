from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from twin.control.arp import ArpProxy, parse_request
from twin.plan.model import Plan

REQUEST = bytes.fromhex(
    "ffffffffffff 02000a010001 0806 0001 0800 06 04 0001 02000a010001 0a010001 000000000000 0a020001"
)


def test_request_is_parsed() -> None:
    assert parse_request(REQUEST) == ("02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")


def test_padding_after_the_request_is_ignored() -> None:
    assert parse_request(REQUEST + bytes(18)) == ("02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")


def test_reply_is_not_a_request() -> None:
    assert parse_request(REQUEST[:21] + b"\x02" + REQUEST[22:]) is None


@given(st.binary(max_size=60))
def test_no_frame_breaks_the_parser(frame: bytes) -> None:
    parsed = parse_request(frame)
    assert parsed is None or frame[12:14] == b"\x08\x06"


def test_proxy_answers_with_the_plans_mac(triangle: Plan) -> None:
    reply = ArpProxy(triangle).reply("02:00:0a:01:00:01", "10.1.0.1", "10.2.0.1")
    assert reply == bytes.fromhex(
        "02000a010001 02000a020001 0806 0001 0800 06 04 0002 02000a020001 0a020001 02000a010001 0a010001"
    )


def test_proxy_is_silent_about_strangers_and_about_the_asker(triangle: Plan) -> None:
    proxy = ArpProxy(triangle)
    assert proxy.reply("02:00:0a:01:00:01", "10.1.0.1", "10.9.0.1") is None
    assert proxy.reply("02:00:0a:01:00:01", "10.1.0.1", "10.1.0.1") is None
