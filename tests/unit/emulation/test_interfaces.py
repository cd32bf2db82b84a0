"""Interfaces' messages, as the kernel reads them."""

from __future__ import annotations

import struct

from twin.emulation import interfaces
from twin.emulation.interfaces import Interface
from twin.emulation.netlink import attributes


def test_a_veth_pair_names_both_ends_and_places_the_far_one() -> None:
    far = Interface("eth0", 1001, 9000, "02:00:0a:01:00:01", namespace=7)
    message = interfaces.veth(Interface("s1-eth1", 1000, 9000), far)
    assert struct.unpack_from("=IH", message) == (len(message), interfaces.RTM_NEWLINK)
    assert struct.unpack_from("=BxHiII", message, 16) == (0, 0, 1000, 1, 1)
    near = dict(attributes(message, offset=32))
    assert near[interfaces.IFLA_IFNAME] == b"s1-eth1\0"
    assert interfaces.IFLA_ADDRESS not in near
    info = dict(attributes(near[interfaces.IFLA_LINKINFO]))
    assert info[interfaces.IFLA_INFO_KIND] == b"veth\0"
    described = dict(attributes(info[interfaces.IFLA_INFO_DATA]))[interfaces.VETH_INFO_PEER]
    assert struct.unpack_from("=BxHiII", described) == (0, 0, 1001, 0, 0)
    peer = dict(attributes(described, offset=16))
    assert peer == {
        interfaces.IFLA_IFNAME: b"eth0\0",
        interfaces.IFLA_MTU: struct.pack("=I", 9000),
        interfaces.IFLA_ADDRESS: bytes((2, 0, 10, 1, 0, 1)),
        interfaces.IFLA_NET_NS_FD: struct.pack("=I", 7),
    }


def test_an_address_comes_with_its_broadcast() -> None:
    message = interfaces.address(2, "10.1.0.7", 8)
    assert struct.unpack_from("=BBBBI", message, 16) == (2, 8, 0, 0, 2)
    assert dict(attributes(message, offset=24)) == {
        interfaces.IFA_LOCAL: bytes((10, 1, 0, 7)),
        interfaces.IFA_ADDRESS: bytes((10, 1, 0, 7)),
        interfaces.IFA_BROADCAST: bytes((10, 255, 255, 255)),
    }


def test_what_enters_is_redirected_to_the_target() -> None:
    options = dict(attributes(interfaces.redirect(5, 6), offset=36))[interfaces.TCA_OPTIONS]
    action = dict(attributes(dict(attributes(options))[interfaces.TCA_MATCHALL_ACT]))[1]
    mirred = dict(attributes(action))[interfaces.TCA_ACT_OPTIONS]
    parameters = dict(attributes(mirred))[interfaces.TCA_MIRRED_PARMS]
    assert struct.unpack("=IIiiiiI", parameters) == (0, 0, 4, 0, 0, 1, 6)
