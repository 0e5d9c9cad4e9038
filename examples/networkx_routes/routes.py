"""Graphs: shortest routes, spanning trees, flows, order of tasks."""
import io

import networkx as nx

roads = nx.Graph()
roads.add_weighted_edges_from([
    ("Bern", "Basel", 97), ("Bern", "Thun", 27), ("Basel", "Zug", 95),
    ("Thun", "Zug", 118), ("Zug", "Chur", 118)], weight="km")
print(nx.shortest_path(roads, "Bern", "Chur", weight="km"),
      nx.shortest_path_length(roads, "Bern", "Chur", weight="km"))
tree = nx.minimum_spanning_tree(roads, weight="km")
print(sorted(tree.edges), tree.size(weight="km"))
print(nx.is_planar(nx.complete_graph(5)), nx.diameter(roads),
      sorted(nx.articulation_points(roads)))

tasks = nx.DiGraph([("dig", "build"), ("plan", "dig"), ("build", "paint")])
print(list(nx.topological_sort(tasks)), list(nx.simple_cycles(tasks)))

pipes = nx.DiGraph()
pipes.add_edge("a", "b", capacity=4)
pipes.add_edge("a", "c", capacity=2)
pipes.add_edge("b", "d", capacity=3)
pipes.add_edge("c", "d", capacity=5)
print(nx.maximum_flow_value(pipes, "a", "d"))
print(sorted(map(sorted, nx.find_cliques(nx.gnp_random_graph(6, 0.6,
                                                             seed=2)))))

# Its readers and writers take streams.
memory = io.BytesIO()
nx.write_graphml(tasks, memory)
memory.seek(0)
print(sorted(nx.read_graphml(memory).edges))
try:
    nx.read_edgelist("/etc/passwd")
except OSError as error:
    print(type(error).__name__)
