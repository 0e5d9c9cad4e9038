"""A sudoku by constraint propagation and search."""

import itertools

PUZZLE = """
8........
..36.....
.7..9.2..
.5...7...
....457..
...1...3.
..1....68
..85...1.
.9....4..
"""

CELLS = list(itertools.product(range(9), repeat=2))
PEERS = {
    (r, c): {(i, j) for i, j in CELLS
             if (i == r or j == c or (i // 3, j // 3) == (r // 3, c // 3))
             and (i, j) != (r, c)}
    for r, c in CELLS
}
steps = 0


def place(grid, cell, digit):
    """The grid with digit in cell and what follows from it, or None."""
    grid = dict(grid)
    todo = [(cell, digit)]
    while todo:
        cell, digit = todo.pop()
        if digit not in grid[cell]:
            return None
        grid[cell] = digit
        for peer in PEERS[cell]:
            if digit not in grid[peer]:
                continue
            grid[peer] = grid[peer].replace(digit, "")
            if not grid[peer]:
                return None
            if len(grid[peer]) == 1:
                todo.append((peer, grid[peer]))
    return grid


def solve(grid):
    global steps
    steps += 1
    open_cells = [c for c in CELLS if len(grid[c]) > 1]
    if not open_cells:
        return grid
    cell = min(open_cells, key=lambda c: len(grid[c]))
    for digit in grid[cell]:
        guess = place(grid, cell, digit)
        solved = guess and solve(guess)
        if solved:
            return solved
    return None


grid = {cell: "123456789" for cell in CELLS}
for cell, char in zip(CELLS, PUZZLE.replace("\n", "")):
    if char != ".":
        grid = place(grid, cell, char)
solution = solve(grid)
for r in range(9):
    row = [solution[r, c] for c in range(9)]
    print(" ".join(row[:3]), "|", " ".join(row[3:6]), "|", " ".join(row[6:]))
    if r in (2, 5):
        print("------+-------+------")
print("solved in", steps, "steps")
