import colorsys

h, s, v = colorsys.rgb_to_hsv(0.2, 0.4, 0.4)
assert all(abs(a - b) < 1e-9
           for a, b in zip(colorsys.hsv_to_rgb(h, s, v), (0.2, 0.4, 0.4)))
