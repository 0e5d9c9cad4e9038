import heapq

h = [5, 1, 4]
heapq.heapify(h)
heapq.heappush(h, 0)
assert [heapq.heappop(h) for _ in range(4)] == [0, 1, 4, 5]
assert heapq.nlargest(2, [1, 9, 3]) == [9, 3]
assert list(heapq.merge([1, 4], [2, 3])) == [1, 2, 3, 4]
