/*
 * tools/ownstat/watch_keys.c - what keys do in `ownstat watch'.
 */
#include <ncurses.h>
#include <string.h>

#include "watch.h"

enum { KEY_ESCAPE = 27, KEY_DELETE = 127, KEY_CONTROL_L = 12 };

static void say(struct watch *watch, const char *what)
{
    snprintf(watch->message, sizeof watch->message, "%s", what);
}

/* Moves the selection by some rows; there is an end at both ends. */
static void move_by(struct view *view, size_t rows, bool down)
{
    size_t last = view->row_count > 0 ? view->row_count - 1 : 0;
    if (down)
        view->selected = rows < last - view->selected ? view->selected + rows : last;
    else
        view->selected = rows < view->selected ? view->selected - rows : 0;
}

static void search(struct watch *watch)
{
    if (watch->search[0] && !view_search(&watch->view, watch->search))
        snprintf(watch->message, sizeof watch->message, "No name has `%s' in it", watch->search);
}

static void take_search_key(struct watch *watch, int key)
{
    size_t length = strlen(watch->search);
    if (key == '\n' || key == '\r' || key == KEY_ENTER) {
        watch->mode = MODE_TREE;
        search(watch);
    } else if (key == KEY_ESCAPE) {
        watch->mode = MODE_TREE;
    } else if (key == KEY_BACKSPACE || key == KEY_DELETE || key == '\b') {
        /* All bytes of one character. */
        while (length > 0 && ((unsigned char)watch->search[length - 1] & 0xc0) == 0x80)
            length--;
        watch->search[length > 0 ? length - 1 : 0] = '\0';
    } else if (key >= ' ' && key <= 0xff && length + 1 < SEARCH_ROOM) {
        watch->search[length] = (char)key;
        watch->search[length + 1] = '\0';
    }
}

/* Space and Enter: the other way round than it is. */
static void toggle(struct view *view)
{
    if (view->row_count > 0)
        view_open(view, !view->is_open[view->rows[view->selected]]);
}

static void close_or_leave(struct view *view)
{
    if (view->row_count == 0)
        return;
    size_t node = view->rows[view->selected];
    if (view->is_open[node] && view->tree->nodes[node].children > 0)
        view_open(view, false);
    else
        view_select_parent(view);
}

static bool take_moving_key(struct watch *watch, int key)
{
    struct view *view = &watch->view;
    switch (key) {
    case KEY_UP:
    case 'k':
        move_by(view, 1, false);
        return true;
    case KEY_DOWN:
    case 'j':
        move_by(view, 1, true);
        return true;
    case KEY_PPAGE:
        move_by(view, watch->page, false);
        return true;
    case KEY_NPAGE:
        move_by(view, watch->page, true);
        return true;
    case KEY_HOME:
        move_by(view, view->row_count, false);
        return true;
    case KEY_END:
        move_by(view, view->row_count, true);
        return true;
    default:
        return false;
    }
}

static void take_tree_key(struct watch *watch, int key)
{
    struct view *view = &watch->view;
    say(watch, "");
    if (take_moving_key(watch, key))
        return;
    switch (key) {
    case ' ':
    case '\n':
    case '\r':
    case KEY_ENTER:
        toggle(view);
        break;
    case '+':
    case KEY_RIGHT:
        view_open(view, true);
        break;
    case '-':
        view_open(view, false);
        break;
    case KEY_LEFT:
        close_or_leave(view);
        break;
    case 's':
        view->sort = (view->sort + 1) % SORTS;
        view_update(view);
        break;
    case 'b':
        view_set_base(view);
        say(watch, "Growth is counted from this report on");
        break;
    case '/':
        watch->mode = MODE_SEARCH;
        watch->search[0] = '\0';
        break;
    case 'n':
        search(watch);
        break;
    case 'r':
        watch->asks_now = true;
        break;
    case 'h':
    case '?':
    case KEY_F(1):
        watch->mode = MODE_HELP;
        break;
    case 'q':
    case KEY_F(10):
        watch->ends = true;
        break;
    case KEY_CONTROL_L:
        clearok(curscr, TRUE);
        break;
    default:
        break;
    }
}

void watch_keys(struct watch *watch)
{
    int key;
    while ((key = getch()) != ERR) {
        if (key == KEY_RESIZE)
            continue;
        if (watch->mode == MODE_SEARCH)
            take_search_key(watch, key);
        else if (watch->mode == MODE_HELP)
            watch->mode = MODE_TREE;
        else
            take_tree_key(watch, key);
    }
}
