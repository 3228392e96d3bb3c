# The packet filter at work: a phone, another program beside it, and a stranger on the same wire. Prints what got through, as JSON.
#
#   unshare --mount --net python3 firewall.py RULES
import contextlib
import json
import os
import select
import socket
import subprocess
import sys

PHONE, STRANGER = "192.0.2.1", "192.0.2.2"
PHONE6, STRANGER6 = "fd00::1", "fd00::2"
NAME = f"offhook-{os.getpid()}"
CGROUPS = "/sys/fs/cgroup"
# asm-generic/socket.h; Python has no name for it.
SO_RCVBUFFORCE = 33


def run(*command):
    subprocess.run(command, check=True)


def program(slice_name, udp, tcp):
    """A process of this slice that echoes what comes to these ports; returns when they are open."""
    ready, told = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            echo(f"{CGROUPS}/{slice_name}/{NAME}", udp, tcp, told)
        finally:
            os._exit(1)
    os.close(told)
    if os.read(ready, 1) == b"":
        raise RuntimeError(f"the program in {slice_name} did not start")
    return child


def echo(group, udp, tcp, told):
    with open(f"{group}/cgroup.procs", "w") as procs:
        procs.write(str(os.getpid()))
    sockets = []
    for port in udp:
        one = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
        one.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        one.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8_000_000)
        one.bind(("::", port))
        sockets.append(one)
    for port in tcp:
        sockets.append(socket.create_server(("::", port), family=socket.AF_INET6, dualstack_ipv6=True))
    os.write(told, b"!")
    while True:
        for one in select.select(sockets, [], [])[0]:
            if one.type == socket.SOCK_DGRAM:
                data, sender = one.recvfrom(65536)
                one.sendto(data, sender)
            else:
                connection, _ = one.accept()
                connection.sendall(connection.recv(4096))
                connection.close()


def ask_udp(address, port, data=b"x", source=0):
    one = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_DGRAM)
    one.bind(("", source))
    one.settimeout(0.5)
    try:
        one.sendto(data, (address, port))
        return one.recv(65536) == data
    except OSError:
        return False
    finally:
        one.close()


def ask_tcp(address, port):
    try:
        with socket.create_connection((address, port), 1) as one:
            one.sendall(b"x")
            return one.recv(10) == b"x"
    except OSError:
        return False


def ping(address, protocol, request, header, reply):
    """`header`: bytes before the answer's own; the kernel fills in the checksum of IPv6 only."""
    with socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET, socket.SOCK_RAW, protocol) as one:
        one.settimeout(1)
        one.sendto(request + bytes(4), (address, 0))
        try:
            while one.recv(100)[header] != reply:
                pass
            return True
        except OSError:
            return False


def flood(address, port, count):
    """How many of so many datagrams, sent at once, are answered."""
    one = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    one.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 8_000_000)
    one.settimeout(1)
    for _ in range(count):
        one.sendto(b"x", (address, port))
    answered = 0
    try:
        while True:
            one.recv(10)
            answered += 1
    except OSError:
        return answered


def stranger():
    json.dump(
        {
            "sip": ask_udp(PHONE, 5060),
            "sip over TCP": ask_tcp(PHONE, 5060),
            "sip over IPv6": ask_udp(PHONE6, 5060),
            "sip over TCP over IPv6": ask_tcp(PHONE6, 5060),
            "rtp": ask_udp(PHONE, 16384),
            "a datagram in parts": ask_udp(PHONE, 5060, b"x" * 4000),
            "a datagram in parts over IPv6": ask_udp(PHONE6, 5060, b"x" * 4000),
            "ping": ping(PHONE, socket.IPPROTO_ICMP, b"\x08\x00\xf7\xff", 20, 0),
            "ping over IPv6": ping(PHONE6, socket.IPPROTO_ICMPV6, b"\x80\x00\x00\x00", 0, 129),
            "another program": ask_udp(PHONE, 8888),
            "another program over IPv6": ask_udp(PHONE6, 8888),
            "another program over TCP": ask_tcp(PHONE, 8888),
            "another program, as a time server": ask_udp(PHONE, 8888, source=123),
            "another program, as any other": ask_udp(PHONE, 8888, source=1234),
            "of 5000 at once": flood(PHONE, 16384, 5000),
        },
        sys.stdout,
    )


def main(rules):
    run("mount", "-t", "cgroup2", "none", CGROUPS)
    children = []
    try:
        for name in "offhook.slice", "system.slice":
            os.makedirs(f"{CGROUPS}/{name}/{NAME}", exist_ok=True)
        run("mount", "-t", "tmpfs", "none", "/run/netns") if os.path.isdir("/run/netns") else None
        run("ip", "netns", "add", NAME)
        run("ip", "link", "add", "wire", "type", "veth", "peer", "name", "wire", "netns", NAME)
        for inside, address, address6 in ([], PHONE, PHONE6), (["-n", NAME], STRANGER, STRANGER6):
            run("ip", *inside, "address", "add", f"{address}/24", "dev", "wire")
            run("ip", *inside, "address", "add", f"{address6}/64", "dev", "wire", "nodad")
            run("ip", *inside, "link", "set", "wire", "up")
        run("nft", "-f", rules)
        children.append(program("offhook.slice", [5060, 16384], [5060]))
        children.append(program("system.slice", [8888], [8888]))
        run("ip", "netns", "exec", NAME, sys.executable, __file__)
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
        for name in "offhook.slice", "system.slice":
            os.rmdir(f"{CGROUPS}/{name}/{NAME}")
            with contextlib.suppress(OSError):
                os.rmdir(f"{CGROUPS}/{name}")


stranger() if len(sys.argv) == 1 else main(sys.argv[1])
