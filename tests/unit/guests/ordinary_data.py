"""Ordinary programs over numbers, containers, times and compression."""
import array, bisect, bz2, calendar, cmath, collections, collections.abc
import colorsys, contextlib, contextvars, copy, copyreg, dataclasses, datetime
import decimal, enum, errno, fractions, functools, graphlib, gzip, hashlib
import heapq, hmac, io, ipaddress, itertools, lzma, math, numbers, operator
import pickle, pickletools, plistlib, queue, random, sched, secrets
import statistics, struct, sys, tarfile, time, typing, uuid, weakref, zipfile
import zlib, zoneinfo, abc, types

items = array.array("i", [3, 1, 2])
assert sorted(items) == [1, 2, 3] and items.tobytes()
assert bisect.bisect([1, 2, 3], 2) == 2
data = b"hello world" * 500
for module in (bz2, lzma, zlib, gzip):
    assert module.decompress(module.compress(data)) == data
with gzip.open(io.BytesIO(gzip.compress(b"a\nb\n")), "rt") as lines:
    assert list(lines) == ["a\n", "b\n"]
with bz2.open(io.BytesIO(bz2.compress(data))) as stream:
    assert stream.read(5) == b"hello"
with lzma.open(io.BytesIO(lzma.compress(data))) as stream:
    assert stream.read(5) == b"hello"
assert calendar.month(2024, 2) and calendar.TextCalendar().formatyear(2024)
assert cmath.sqrt(-1) == 1j
Point = collections.namedtuple("Point", "x y", defaults=[0])
assert Point(1)._replace(y=5) == (1, 5)
assert collections.Counter("aab").most_common(1) == [("a", 2)]
assert collections.ChainMap({}, {"a": 1})["a"] == 1
assert collections.deque([1, 2], 2).maxlen == 2
assert collections.OrderedDict(a=1) and collections.defaultdict(list)["x"] == []


class Bag(collections.abc.MutableSet):
    def __init__(self, items=()):
        self.items = list(items)

    def __contains__(self, item):
        return item in self.items

    def __iter__(self):
        return iter(self.items)

    def __len__(self):
        return len(self.items)

    def add(self, item):
        self.items.append(item)

    def discard(self, item):
        self.items.remove(item)


assert Bag("ab") | Bag("c") and isinstance(Bag(), collections.abc.Set)


class Registered:
    pass


collections.abc.Sequence.register(Registered)
assert isinstance(Registered(), collections.abc.Sequence)
numbers.Integral.register(Registered)
assert colorsys.rgb_to_hsv(1, 0, 0) == (0, 1, 1)


@contextlib.contextmanager
def managed():
    yield 1


with managed() as value, contextlib.suppress(KeyError):
    {}[value]
with contextlib.redirect_stdout(io.StringIO()) as caught:
    print("x")
assert caught.getvalue() == "x\n"
with contextlib.ExitStack() as stack:
    stack.callback(print, end="")
variable = contextvars.ContextVar("v", default=1)
assert contextvars.copy_context().run(variable.get) == 1


@dataclasses.dataclass(order=True, frozen=True)
class Item:
    name: str
    sizes: list = dataclasses.field(default_factory=list, compare=False)


assert Item("a") < Item("b") and copy.deepcopy(Item("a", [1])).sizes == [1]
assert dataclasses.replace(Item("a"), name="c").name == "c"
assert dataclasses.asdict(Item("a")) == {"name": "a", "sizes": []}
made = dataclasses.make_dataclass("Made", ["x"])
assert made(1) == made(1)
now = datetime.datetime.now(datetime.timezone.utc)
assert datetime.datetime.fromisoformat(now.isoformat()) == now
assert datetime.datetime.strptime("2024-02-03", "%Y-%m-%d").month == 2
assert datetime.date.today() and datetime.datetime.now().strftime("%A")
assert datetime.datetime(2024, 7, 1, tzinfo=zoneinfo.ZoneInfo("UTC"))
assert decimal.Decimal(1) / 3
with decimal.localcontext() as context:
    context.prec = 5
    assert str(decimal.Decimal(1) / 3) == "0.33333"


class Color(enum.Enum):
    RED = enum.auto()
    BLUE = 2


class Flags(enum.IntFlag):
    A = 1
    B = 2


assert Color["RED"] is Color(1) and Flags.A | Flags.B == 3
assert enum.Enum("Made", "x y").x.value == 1
assert errno.ENOENT == 2 and fractions.Fraction(1, 3) + 1
assert functools.reduce(operator.add, [1, 2]) == 3


@functools.lru_cache(maxsize=None)
def fib(n):
    return n if n < 2 else fib(n - 1) + fib(n - 2)


assert fib(50) == 12586269025 and fib.cache_info().hits


@functools.singledispatch
def kind(x):
    return "any"


@kind.register
def _(x: int):
    return "int"


assert kind(1) == "int" and kind("") == "any"


@functools.total_ordering
class Ordered:
    def __init__(self, n):
        self.n = n

    def __eq__(self, other):
        return self.n == other.n

    def __lt__(self, other):
        return self.n < other.n


assert Ordered(1) >= Ordered(0)


class Cached:
    @functools.cached_property
    def x(self):
        return 1


assert Cached().x == 1 and functools.partial(max, 1)(2) == 2
assert list(graphlib.TopologicalSorter({"a": {"b"}}).static_order()) == \
    ["b", "a"]
for name in ("md5", "sha1", "sha256", "sha512", "sha3_256", "blake2b"):
    assert hashlib.new(name, b"x").hexdigest()
    assert getattr(hashlib, name)(b"x").digest()
assert hashlib.pbkdf2_hmac("sha256", b"p", b"s", 10)
assert hashlib.scrypt(b"p", salt=b"s", n=2, r=1, p=1)
assert hashlib.file_digest(io.BytesIO(b"x"), "sha256").hexdigest()
assert hmac.new(b"k", b"m", "sha256").hexdigest()
assert hmac.compare_digest(b"a", b"a") and hmac.digest(b"k", b"m", "sha1")
assert heapq.nlargest(2, [1, 3, 2]) == [3, 2]
assert list(heapq.merge([1, 3], [2])) == [1, 2, 3]
assert ipaddress.ip_address("127.0.0.1") in ipaddress.ip_network("127.0.0.0/8")
assert len(list(itertools.permutations(range(4)))) == 24
assert list(itertools.islice(itertools.count(), 2)) == [0, 1]
assert math.comb(5, 2) == 10 and math.isclose(math.pi, 3.14159265358979)
assert operator.itemgetter(1)([1, 2]) == 2
assert operator.attrgetter("real")(3) == 3
for protocol in range(6):
    for value in ({"a": (1, 2.5, b"x", None)}, Color.RED, now, Point(1, 2),
                  Item("a", [1]), collections.Counter("ab"), {1, 2}, Ordered):
        assert pickle.loads(pickle.dumps(value, protocol)) == value
pickletools.dis(pickle.dumps([1]), out=io.StringIO())
assert copy.copy([1]) == [1] and copyreg.dispatch_table is not None
assert plistlib.loads(plistlib.dumps({"a": 1})) == {"a": 1}
waiting = queue.Queue()
waiting.put(1)
assert waiting.get() == 1
simple = queue.SimpleQueue()
simple.put(2)
assert simple.get(timeout=1) == 2
ordered = queue.PriorityQueue()
ordered.put(2)
ordered.put(1)
assert ordered.get() == 1
try:
    waiting.get(timeout=0.01)
except queue.Empty:
    pass
random.seed(1)
assert random.randint(1, 6) and random.sample(range(9), 3)
assert random.SystemRandom().random() < 1 and random.gauss(0, 1)
runs = []
plan = sched.scheduler()
plan.enter(0.001, 1, runs.append, (1,))
plan.run()
assert runs == [1]
assert secrets.token_hex(4) and secrets.choice([1]) == 1
assert statistics.mean([1, 2, 3]) == 2 and statistics.stdev([1, 2, 3]) == 1
assert statistics.NormalDist(0, 1).cdf(0) == 0.5
assert struct.unpack("<IH", struct.pack("<IH", 1, 2)) == (1, 2)
assert sys.getsizeof([]) and sys.version_info >= (3, 11) and sys.maxsize
sys.setrecursionlimit(3000)
assert sys.getrecursionlimit() == 3000
made = io.BytesIO()
with tarfile.open(fileobj=made, mode="w:gz") as tar:
    info = tarfile.TarInfo("a")
    info.size = 3
    tar.addfile(info, io.BytesIO(b"abc"))
made.seek(0)
with tarfile.open(fileobj=made) as tar:
    assert tar.extractfile("a").read() == b"abc"
assert time.time() > 1e9 and time.strftime("%Y", time.gmtime(0)) == "1970"
assert time.strptime("1", "%d").tm_mday == 1 and time.localtime().tm_year
time.sleep(0.001)
assert time.monotonic() and time.perf_counter() and time.process_time() >= 0
assert time.ctime(0) and time.mktime(time.localtime(5)) == 5
assert time.get_clock_info("monotonic").monotonic


class Named(typing.NamedTuple):
    x: int
    y: str = ""


class Keys(typing.TypedDict, total=False):
    a: int


@typing.runtime_checkable
class HasX(typing.Protocol):
    x: int


T = typing.TypeVar("T")


class Box(typing.Generic[T]):
    def get(self) -> "typing.Optional[T]":
        return None


assert Named(1).y == "" and isinstance(Named(1), HasX)
assert typing.get_type_hints(Box.get) and Box[int]
assert typing.get_type_hints(Named) == {"x": int, "y": str}
assert typing.NewType("N", int)(1) == 1 and int | None
assert uuid.uuid4().version == 4 and uuid.uuid1() and uuid.uuid5(
    uuid.NAMESPACE_DNS, "a")
target = Registered()
reference = weakref.ref(target)
assert reference() is target
weakref.WeakValueDictionary()["a"] = target
weakref.finalize(target, print, end="")
del target
assert reference() is None
made = io.BytesIO()
with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
    archive.writestr("a.txt", "abc")
with zipfile.ZipFile(made) as archive:
    assert archive.read("a.txt") == b"abc" and archive.testzip() is None


class Shape(abc.ABC):
    @abc.abstractmethod
    def area(self):
        pass


try:
    Shape()
except TypeError:
    pass
assert types.SimpleNamespace(a=1).a == 1
assert types.MethodType(lambda self: self, 5)() == 5
assert types.MappingProxyType({"a": 1}) == {"a": 1}
assert types.MappingProxyType({"a": 1}) | {"b": 2} == {"a": 1, "b": 2}
assert int.__dict__ == int.__dict__ and vars(str) != {}
made = types.new_class("Made", (Ordered,), {}, lambda space: None)
assert type("Dyn", (), {"a": 1}).a == 1 and made(1) == made(1)
print("ok")
