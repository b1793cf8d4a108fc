#!/usr/bin/env python3
"""The network of the test bed: a switch in user space, because the kernel may lack sch_netem.

It runs in the runner's own network namespace and keeps that namespace, and the mount namespace of the bed, alive.
One command a line on stdin, one answer a line on stdout ("ok" or "error ..."); the end of stdin ends the switch.

  plug NAME PID ADDRESS   give the network namespace of PID an eth0 with that address, and join it to the switch
  unplug NAME             forget the port (its device went with its namespace)
  delay NAME MS           hold every frame from and to NAME that long: RTT(a, b) = 2 * (delay a + delay b)
  cut NAME, join NAME     drop every frame from and to NAME; carry them again
"""
import fcntl, heapq, os, select, struct, subprocess, sys, time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 2, 0x1000
FRAME_BYTES, FRAMES_PER_TURN = 65536, 64


class Port:
    def __init__(self, name, pid, address):
        self.name, self.delay, self.cut = name, 0.0, False
        self.fd = os.open("/dev/net/tun", os.O_RDWR | os.O_NONBLOCK)
        try:
            device = "ops%d" % self.fd
            fcntl.ioctl(self.fd, TUNSETIFF, struct.pack("16sH22s", device.encode(), IFF_TAP | IFF_NO_PI, b""))
            # The hardware address follows from the IP address, so that a host that comes back is found at once.
            mac = "02:00:" + ":".join("%02x" % int(n) for n in address.split("."))
            run("ip", "link", "set", device, "address", mac, "netns", pid)
            inside = ["nsenter", "-t", pid, "-n", "ip"]
            run(*inside, "link", "set", device, "name", "eth0")
            run(*inside, "link", "set", "lo", "up")
            run(*inside, "addr", "add", address + "/24", "dev", "eth0")
            run(*inside, "link", "set", "eth0", "up")
        except BaseException:
            os.close(self.fd)
            raise


def run(*argv):
    done = subprocess.run(argv, stdin=subprocess.DEVNULL, capture_output=True, text=True)
    if done.returncode != 0:
        raise RuntimeError("%s: %s" % (" ".join(argv), done.stderr.strip()))


class Switch:
    def __init__(self):
        self.by_fd, self.by_name, self.by_mac = {}, {}, {}
        self.delays = {}  # by name, since a host that was off comes back with a new port
        self.queue, self.sequence = [], 0
        self.poll = select.poll()

    def plug(self, name, pid, address):
        if name in self.by_name:
            raise RuntimeError("%s is plugged in already" % name)
        port = Port(name, pid, address)
        port.delay = self.delays.get(name, 0.0)
        self.by_fd[port.fd] = self.by_name[name] = port
        self.poll.register(port.fd, select.POLLIN)

    def unplug(self, name):
        port = self.by_name.pop(name, None)
        if port is None:
            return
        self.poll.unregister(port.fd)
        del self.by_fd[port.fd]
        self.by_mac = {mac: p for mac, p in self.by_mac.items() if p is not port}
        port.cut = True  # what is still queued for it is dropped
        os.close(port.fd)

    def find(self, name):
        if name not in self.by_name:
            raise RuntimeError("nothing called %s is plugged in" % name)
        return self.by_name[name]

    def command(self, line):
        verb, name, *rest = line.split()
        if verb == "plug":
            self.plug(name, *rest)
        elif verb == "unplug":
            self.unplug(name)
        elif verb == "delay":
            self.delays[name] = self.find(name).delay = float(rest[0]) / 1000
        elif verb in ("cut", "join"):
            self.find(name).cut = verb == "cut"
        else:
            raise RuntimeError("no such command: " + verb)

    def emit(self, port, frame):
        if port.cut:
            return
        try:
            os.write(port.fd, frame)
        except OSError:
            pass  # device down or its queue full: a lost frame, as on a wire

    def receive(self, source):
        for _ in range(FRAMES_PER_TURN):
            try:
                frame = os.read(source.fd, FRAME_BYTES)
            except BlockingIOError:
                return
            except OSError:
                self.unplug(source.name)  # its namespace is gone
                return
            self.by_mac[frame[6:12]] = source
            if not source.cut:
                self.forward(source, frame)

    def forward(self, source, frame):
        known = self.by_mac.get(frame[0:6])
        targets = [known] if known else [p for p in self.by_fd.values() if p is not source]
        for target in targets:
            delay = source.delay + target.delay
            if delay == 0:
                self.emit(target, frame)
            else:
                self.sequence += 1
                heapq.heappush(self.queue, (time.monotonic() + delay, self.sequence, target, frame))

    def drain(self):
        now = time.monotonic()
        while self.queue and self.queue[0][0] <= now:
            _, _, target, frame = heapq.heappop(self.queue)
            self.emit(target, frame)

    def answer(self, line):
        try:
            self.command(line)
            print("ok", flush=True)
        except Exception as error:
            print("error %s: %s" % (line, str(error).replace("\n", " ")), flush=True)

    def serve(self):
        pending = b""
        self.poll.register(0, select.POLLIN)
        while True:
            wait = None if not self.queue else max(0, (self.queue[0][0] - time.monotonic()) * 1000)
            for fd, _ in self.poll.poll(wait):
                if fd == 0:
                    chunk = os.read(0, 4096)
                    if not chunk:
                        return
                    *lines, pending = (pending + chunk).split(b"\n")
                    for line in lines:
                        self.answer(line.decode())
                elif fd in self.by_fd:
                    self.receive(self.by_fd[fd])
            self.drain()


if __name__ == "__main__":
    print("ready", flush=True)
    Switch().serve()
