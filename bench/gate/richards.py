"""Tasks of a small operating system pass packets, after Martin Richards'
benchmark: method calls, attributes and linked lists."""

IDLE, WORKER, HANDLER_A, HANDLER_B, DEVICE_A, DEVICE_B = range(6)


class Packet:
    __slots__ = ("link", "ident", "kind", "datum", "data")

    def __init__(self, link, ident, kind):
        self.link = link
        self.ident = ident
        self.kind = kind
        self.datum = 0
        self.data = [0] * 4

    def append_to(self, queue):
        self.link = None
        if queue is None:
            return self
        last = queue
        while last.link is not None:
            last = last.link
        last.link = self
        return queue


class Task:
    def __init__(self, system, ident, queue):
        self.system = system
        self.ident = ident
        self.queue = queue
        self.held = ident == IDLE
        system.tasks.append(self)

    def take(self):
        packet = self.queue
        if packet is not None:
            self.queue = packet.link
        return packet

    def runnable(self):
        return self.queue is not None and not self.held


class Idle(Task):
    count = 700
    control = 1

    def runnable(self):
        return self.count > 0

    def run(self):
        self.count -= 1
        if self.control & 1 == 0:
            self.control >>= 1
            self.system.release(DEVICE_A)
        else:
            self.control = (self.control >> 1) ^ 0xD008
            self.system.release(DEVICE_B)


class Worker(Task):
    turn = False
    letter = 0

    def run(self):
        packet = self.take()
        self.turn = not self.turn
        packet.ident = HANDLER_A if self.turn else HANDLER_B
        packet.datum = 0
        for i in range(4):
            self.letter = self.letter % 26 + 1
            packet.data[i] = 64 + self.letter
        self.system.send(packet.ident, packet, self.ident)


class Handler(Task):
    work = None
    device = None

    def run(self):
        packet = self.take()
        if packet.kind == "work":
            self.work = packet.append_to(self.work)
        else:
            self.device = packet.append_to(self.device)
        work, device = self.work, self.device
        if work is None:
            return
        if work.datum >= 4:
            self.work = work.link
            self.system.send(WORKER, work, self.ident)
        elif device is not None:
            self.device = device.link
            device.datum = work.data[work.datum]
            work.datum += 1
            self.system.send(device.ident, device, self.ident)


class Device(Task):
    def run(self):
        packet = self.take()
        self.held = True
        self.system.send(HANDLER_A if self.ident == DEVICE_A else HANDLER_B,
                         packet, self.ident)


class System:
    def __init__(self):
        self.tasks = []
        self.sent = self.released = 0
        Idle(self, IDLE, None)
        Worker(self, WORKER, self.packets(WORKER, "work", 2))
        for ident, device in ((HANDLER_A, DEVICE_A), (HANDLER_B, DEVICE_B)):
            Handler(self, ident, self.packets(device, "device", 3))
        for ident in (DEVICE_A, DEVICE_B):
            Device(self, ident, None)

    @staticmethod
    def packets(ident, kind, count):
        queue = None
        for _ in range(count):
            queue = Packet(queue, ident, kind)
        return queue

    def send(self, ident, packet, sender):
        self.sent += 1
        task = self.tasks[ident]
        if packet.kind == "device":
            packet.ident = ident if ident >= DEVICE_A else sender
        task.queue = packet.append_to(task.queue)

    def release(self, ident):
        self.released += 1
        self.tasks[ident].held = False

    def run(self):
        busy = True
        while busy:
            busy = False
            for task in reversed(self.tasks):
                if task.runnable():
                    task.run()
                    busy = True
        return self.sent, self.released


def work():
    return [System().run() for _ in range(1)]
