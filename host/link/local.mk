# Of the programs with an event loop, each.
link_sources = host/link/frame_link.c host/link/frame_link.h
