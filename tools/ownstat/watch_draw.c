/*
 * tools/ownstat/watch_draw.c - the screen of `ownstat watch'.
 */
#include <ncurses.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

#include "text.h"
#include "watch.h"

/* Lines above the rows, and below them. */
enum { LINES_ABOVE = 4, LINES_BELOW = 1, LINE_ROOM = 1000 };

/* Deeper levels are not indented further. */
static const size_t deepest_indent = 30;

static const char *const sort_names[SORTS] = {"total", "own", "blocks", "growth"};

static const char keys[] =
    " Up Down PgUp PgDn  Space + - open, close  s sort  b base line  / search  h help  q quit";

static const char *const help_lines[] = {
    "Up Down PgUp PgDn Home End   select a line",
    "Space, Enter                 open or close what is below it",
    "+  Right                     open",
    "-  Left                      close; of a closed one, go to its parent",
    "s                            sort by total, own, blocks, growth",
    "b                            growth is counted from now on",
    "/                            search in names; n: the next one",
    "r                            ask the program now",
    "q                            quit",
    "",
    "TOTAL and BLOCKS are with all pools below, OWN is of the pools alone, POOLS counts",
    "them and all below. GROWTH is what TOTAL has grown by since the base line, which is",
    "the first report, or the last press of b. Pools of one name below one parent are one",
    "line; digits in names are written as #, unless --exact-names is given.",
    "",
    "Any key goes back.",
};

/* Writes a text into one line, from its beginning, cut at the right edge; the rest is blank. */
static void put_line(int line, attr_t attributes, const char *text)
{
    wchar_t wide[LINE_ROOM];
    size_t length = mbstowcs(wide, text, LINE_ROOM);
    int columns = 0;
    size_t fits = 0;
    if (line < 0 || line >= LINES)
        return;
    attrset((int)attributes);
    move(line, 0);
    if (length == (size_t)-1) {
        /* The locale has no such characters: then bytes, those that are no ASCII as `?'. */
        for (; *text && columns < COLS; text++, columns++)
            addch((unsigned char)*text < 0x80 ? (unsigned char)*text : '?');
    } else {
        for (; fits < length && fits < LINE_ROOM; fits++) {
            int width = wcwidth(wide[fits]);
            if (columns + (width > 0 ? width : 0) > COLS)
                break;
            columns += width > 0 ? width : 0;
        }
        addnwstr(wide, (int)fits);
    }
    for (; columns < COLS; columns++)
        addch(' ');
    attrset(A_NORMAL);
}

static void put_format(int line, attr_t attributes, const char *format, ...) OWN_PRINTF(3, 4);

static void put_format(int line, attr_t attributes, const char *format, ...)
{
    char text[LINE_ROOM];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    put_line(line, attributes, text);
}

static void write_time(char *text, size_t size, double seconds)
{
    time_t whole = (time_t)seconds;
    struct tm parts;
    if (!localtime_r(&whole, &parts) || strftime(text, size, "%H:%M:%S", &parts) == 0)
        snprintf(text, size, "?");
}

static void draw_head(const struct watch *watch)
{
    const struct view *view = &watch->view;
    const struct report *report = view->report;
    char program[200], bytes[TEXT_ROOM], reserved[TEXT_ROOM], growth[TEXT_ROOM];
    char now[16], base[16];
    make_visible(program, sizeof program, report->program);
    write_time(now, sizeof now, report->time);
    write_time(base, sizeof base, view->base_report->time);
    put_format(0, A_BOLD, " %s[%llu]  %s  every %.3g s  sorted by %s", program,
               (unsigned long long)report->process, now, watch->delay, sort_names[view->sort]);
    put_format(
        1, A_NORMAL, " %zu pools  %llu blocks  %s in blocks  %s reserved  %s since %s",
        report->pool_count, (unsigned long long)report->total_blocks,
        text_bytes(bytes, report->total_bytes, watch->exact),
        text_bytes(reserved, report->total_reserved, watch->exact),
        text_growth(growth, view->base_report->total_bytes, report->total_bytes, watch->exact),
        base);
    if (watch->mode == MODE_SEARCH)
        put_format(2, A_BOLD, " Search: %s_", watch->search);
    else if (watch->is_lost)
        put_format(2, A_BOLD | A_STANDOUT, " %s", watch->state);
    else
        put_format(2, A_NORMAL, " %s", watch->message);
}

static void draw_titles(const struct watch *watch)
{
    static const char *const titles[SORTS] = {"TOTAL", "OWN", "BLOCKS", "GROWTH"};
    char marked[SORTS][TEXT_ROOM];
    for (size_t i = 0; i < SORTS; i++)
        snprintf(marked[i], sizeof marked[i], "%s%s", i == watch->view.sort ? "*" : "", titles[i]);
    put_format(3, A_REVERSE, "%11s %11s %10s %8s %12s   NAME", marked[SORT_TOTAL], marked[SORT_OWN],
               marked[SORT_BLOCKS], "POOLS", marked[SORT_GROWTH]);
}

static void draw_row(const struct watch *watch, int line, size_t row)
{
    const struct view *view = &watch->view;
    size_t number = view->rows[row];
    const struct node *node = &view->tree->nodes[number];
    char total[TEXT_ROOM], own[TEXT_ROOM], growth[TEXT_ROOM], name[400], number_text[40] = "";
    size_t indent = node->depth < deepest_indent ? node->depth : deepest_indent;
    char marker = node->children == 0 ? ' ' : view->is_open[number] ? '-' : '+';
    make_visible(name, sizeof name, tree_text(view->tree, number));
    if (node->pools > 1)
        snprintf(number_text, sizeof number_text, " x%zu", node->pools);
    put_format(line, row == view->selected ? A_REVERSE : A_NORMAL,
               "%11s %11s %10llu %8zu %12s %*s%c %s%s%s",
               text_bytes(total, node->total_bytes, watch->exact),
               text_bytes(own, node->bytes, watch->exact), (unsigned long long)node->total_blocks,
               node->total_pools,
               text_growth(growth, view_base_total(view, number), node->total_bytes, watch->exact),
               (int)(2 * indent), "", marker, name, number_text,
               node->apart    ? "  [another thread's]"
               : node->shared ? "  [shared]"
                              : "");
}

static void draw_help(void)
{
    int line = 0;
    put_line(line++, A_BOLD, " ownstat watch " OWN_VERSION);
    put_line(line++, A_NORMAL, "");
    for (size_t i = 0; i < sizeof help_lines / sizeof help_lines[0]; i++)
        put_format(line++, A_NORMAL, " %s", help_lines[i]);
}

/* Keeps the selected row on the screen. */
static void scroll_rows(struct watch *watch)
{
    struct view *view = &watch->view;
    int page = LINES - LINES_ABOVE - LINES_BELOW;
    watch->page = page > 0 ? (size_t)page : 1;
    if (view->selected < view->first)
        view->first = view->selected;
    if (view->selected >= view->first + watch->page)
        view->first = view->selected - watch->page + 1;
    if (view->first + watch->page > view->row_count)
        view->first = view->row_count > watch->page ? view->row_count - watch->page : 0;
}

void watch_draw(struct watch *watch)
{
    erase();
    if (watch->mode == MODE_HELP) {
        draw_help();
        refresh();
        return;
    }
    scroll_rows(watch);
    draw_head(watch);
    draw_titles(watch);
    for (size_t i = 0; i < watch->page && watch->view.first + i < watch->view.row_count; i++)
        draw_row(watch, LINES_ABOVE + (int)i, watch->view.first + i);
    put_line(LINES - 1, A_REVERSE, keys);
    refresh();
}
