/*
 * tools/ownstat/watch.h - `ownstat watch': what its parts share. watch.c asks the monitor and
 * waits, watch_view.c knows which lines there are, watch_draw.c draws them, watch_keys.c obeys.
 */
#ifndef OWNSTAT_WATCH_H
#define OWNSTAT_WATCH_H

#include "source.h"
#include "tree.h"

enum watch_sort { SORT_TOTAL, SORT_OWN, SORT_BLOCKS, SORT_GROWTH, SORTS };

/* The tree of the newest report, and what the user has done to it. */
struct view {
    struct report *report;
    struct tree *tree;
    enum naming naming;
    bool *is_open;   /* by node: what is below it is shown */
    size_t *at_base; /* by node: the same path in the base line; NONE: it is new since then */
    /* The base line: a report of before, which may be the newest one too, and its tree. */
    struct report *base_report;
    struct tree *base_tree;
    enum watch_sort sort;
    size_t *rows; /* nodes, as they are shown from the top */
    size_t row_count;
    size_t selected; /* a row */
    size_t first;    /* the row at the top of the screen */
};

/* Takes a new report: what was open stays open, what was selected stays selected. */
void view_take(struct view *view, struct report *report);
void view_release(struct view *view);
/* After `sort` or what is open has changed. */
void view_update(struct view *view);
/* From now on growth is counted from the newest report. */
void view_set_base(struct view *view);
/* What a node had with all below it in the base line. */
uint64_t view_base_total(const struct view *view, size_t node);
/* Opens or closes the selected row. */
void view_open(struct view *view, bool is_open);
/* Selects the parent of the selected row. */
void view_select_parent(struct view *view);
/* Selects the next node with a text in its name, after the selected one; false: there is none. */
bool view_search(struct view *view, const char *text);

enum watch_mode { MODE_TREE, MODE_SEARCH, MODE_HELP };

enum { SEARCH_ROOM = 100 };

struct watch {
    const char *name; /* what the user has called the monitor */
    struct monitor_address address;
    struct reading reading;
    double delay;
    bool exact;
    bool is_lost;      /* the monitor does not answer now */
    bool asks_now;     /* the user does not want to wait */
    bool ends;         /* the user has had enough */
    char state[700];   /* in words: how it stands with the monitor */
    char message[200]; /* what the last key has done, or why not */
    struct view view;
    enum watch_mode mode;
    char search[SEARCH_ROOM];
    size_t page; /* how many rows the screen has */
};

void watch_draw(struct watch *watch);
/* Takes all keys that wait. */
void watch_keys(struct watch *watch);

#endif
