def work():
    bodies = [[0.1 * i, 0.2 * i, 0.3 * i, 0.01 * i, 0.02, 0.03, 1.0 + i]
              for i in range(5)]
    for _ in range(400):
        for i, a in enumerate(bodies):
            for b in bodies[i + 1:]:
                dx, dy, dz = a[0] - b[0], a[1] - b[1], a[2] - b[2]
                f = 0.001 / ((dx * dx + dy * dy + dz * dz + 0.01) ** 1.5)
                a[3] -= dx * b[6] * f
                a[4] -= dy * b[6] * f
                a[5] -= dz * b[6] * f
                b[3] += dx * a[6] * f
                b[4] += dy * a[6] * f
                b[5] += dz * a[6] * f
        for body in bodies:
            for k in range(3):
                body[k] += 0.001 * body[k + 3]
    return bodies
