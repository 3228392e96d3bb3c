#!/usr/bin/env python3
"""Calls somebody with the console, plays a tone for a second and hangs up:

    python3 firmware/examples/call.py ADDRESS TARGET [CONSOLE...]

ADDRESS is one of this machine, TARGET a SIP address. CONSOLE is the command that starts the console.
"""
import json
import subprocess
import sys


class Console:
    """A console as a child process: `do` sends a command, `wait` takes events until one has what is asked for."""

    def __init__(self, command):
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.events = []

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise EOFError("the console has left")
        return json.loads(line)

    def do(self, name, **keys):
        self.process.stdin.write(json.dumps({"id": name, "do": name, **keys}) + "\n")
        self.process.stdin.flush()
        while "ok" not in (line := self.read()):
            self.events.append(line)
        if not line["ok"]:
            raise RuntimeError(f"{name}: {line['error']}")
        return line

    def wait(self, event, **fields):
        while True:
            line = self.events.pop(0) if self.events else self.read()
            if line.get("event") == event and all(line.get(key) == value for key, value in fields.items()):
                return line

    def close(self):
        self.process.stdin.close()
        return self.process.wait()


def main():
    address, target, *command = sys.argv[1:]
    console = Console(command or ["npm", "run", "--silent", "console", "--", "--json"])
    at = console.do("start", address=address)
    console.do("account", account="me", aor=f"sip:script@{address}:{at['port']}")
    call = console.do("call", to=target)["call"]
    console.wait("call-state", call=call, state="confirmed")
    tone = console.do("tone", call=call, frequencies=[800], onMs=1000, repeat=1)["port"]
    console.wait("port", port=tone, state="ended")
    print("connected for", console.do("info", call=call)["info"]["connectedMs"], "ms")
    console.do("hangup", call=call)
    print(console.wait("call-state", call=call, state="disconnected")["state"])
    return console.close()


if __name__ == "__main__":
    sys.exit(main())
