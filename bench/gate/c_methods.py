"""Methods of C types, those that the gate has repaired among them."""
import array
import io


def work():
    total = 0
    numbers = array.array("l", range(16))
    for i in range(2500):
        data = bytearray(b"some bytes to look into")
        total += data.find(b"look") + data.count(b"o") + (b"by" in data)
        data[3] = i & 127
        items = [1, 2, 3, 4, 5]
        items[1:3] = (7, 8, 9)
        items.append(i)
        items.sort()
        table = {"a": i, "b": items}
        total += len(table.items()) + table.get("c", 2) + "x".join("abc").count("x")
        numbers[i & 15] = i
        numbers.append(i)
        numbers.pop()
        stream = io.StringIO()
        stream.write("%d %s" % (i, "text"))
        total += len(stream.getvalue())
    return total
