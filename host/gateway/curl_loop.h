/* Transfers of libcurl on the event loop. */
#ifndef IMMURE_GATEWAY_CURL_LOOP_H
#define IMMURE_GATEWAY_CURL_LOOP_H

#include <curl/curl.h>
#include <event2/event.h>

#include "host/err.h"

struct curl_loop {
    struct event_base *base;
    CURLM *multi; /* NULL: not begun */
    struct event *timer;
    void (*done)(CURL *easy, CURLcode code); /* after it was taken out */
};

int curl_loop_init(struct curl_loop *loop, struct event_base *base,
                   void (*done)(CURL *easy, CURLcode code), struct err *err);

/* No transfer is in it any more. */
void curl_loop_clear(struct curl_loop *loop);

/* done comes later, never from within this. */
int curl_loop_add(struct curl_loop *loop, CURL *easy);

/* done will not come any more. */
void curl_loop_remove(struct curl_loop *loop, CURL *easy);

#endif
