/* Generated from repl_state.py and repl_complete.py: see there. */
#ifndef IMMURE_REPL_QUESTIONS_H
#define IMMURE_REPL_QUESTIONS_H

extern const char repl_state[];
extern const char repl_complete[];

#endif
