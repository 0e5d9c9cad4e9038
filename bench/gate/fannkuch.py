def work():
    n = 7
    count = list(range(1, n + 1))
    perm1 = list(range(n))
    best = checksum = sign = 0
    r = n
    while True:
        while r != 1:
            count[r - 1] = r
            r -= 1
        perm = perm1[:]
        flips = 0
        while (k := perm[0]) != 0:
            perm[:k + 1] = perm[k::-1]
            flips += 1
        best = max(best, flips)
        checksum += flips if sign % 2 == 0 else -flips
        while True:
            if r == n:
                return best, checksum
            perm1.insert(r, perm1.pop(0))
            count[r] -= 1
            if count[r] > 0:
                break
            r += 1
        sign += 1
