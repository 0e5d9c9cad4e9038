/* Generated from grade/report.css. */
#ifndef IMMURE_GRADE_PAGE_H
#define IMMURE_GRADE_PAGE_H

extern const char grade_page_style[];

#endif
