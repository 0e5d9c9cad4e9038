from dataclasses import dataclass


@dataclass
class Point:
    x: int
    y: int

    def moved(self, dx, dy):
        return Point(self.x + dx, self.y + dy)


class Task:
    def __init__(self, priority):
        self.priority = priority
        self.links = {}

    def link(self, other):
        self.links[other.priority] = other


def work():
    total = 0
    for i in range(3000):
        p = Point(i, -i).moved(1, 2)
        a, b = Task(i), Task(p.x)
        a.link(b)
        b.link(a)
        total += len(a.links) + p.y
    return total
