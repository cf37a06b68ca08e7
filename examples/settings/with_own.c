/*
 * settings/with_own.c - with_talloc.c after the move to libown: what was a context with a lifetime
 * of its own, a file and a section, has a pool; all else is blocks of these.
 *
 *   with_own SECTION <FILE
 */
#include <own.h>
#include <stdio.h>
#include <string.h>

struct setting {
    char *name;
    char *value;
};

struct section {
    own_pool *pool;
    char *title;
    struct setting **settings;
    unsigned count;
};

struct file {
    own_pool *pool;
    struct section **sections;
    unsigned count;
};

static void section_close(void *argument)
{
    struct section *section = argument;
    printf("close %s\n", section->title);
}

static struct section *section_new(struct file *file, const char *title, size_t length)
{
    own_pool *pool = own_pool_new(file->pool);
    struct section *section = pool ? OWN_ALLOC(pool, struct section) : NULL;
    if (!section)
        return NULL;
    section->pool = pool;
    section->title = own_strndup(pool, title, length);
    struct section **sections =
        own_realloc(file->pool, file->sections, file->count + 1, sizeof(*sections));
    if (!section->title || !sections || own_defer(pool, section_close, section))
        return NULL;
    file->sections = sections;
    return file->sections[file->count++] = section;
}

static struct setting *setting_new(struct section *section, const char *line)
{
    const char *equals = strchr(line, '=');
    struct setting *setting = OWN_ALLOC(section->pool, struct setting);
    if (!setting)
        return NULL;
    setting->name = own_strndup(section->pool, line, (size_t)(equals - line));
    setting->value = own_strdup(section->pool, equals + 1);
    struct setting **settings =
        own_realloc(section->pool, section->settings, section->count + 1, sizeof(*settings));
    if (!setting->name || !setting->value || !settings)
        return NULL;
    section->settings = settings;
    return section->settings[section->count++] = setting;
}

static struct file *file_read(FILE *stream)
{
    own_pool *pool = own_pool_new(NULL);
    struct file *file = pool ? OWN_ALLOC(pool, struct file) : NULL;
    struct section *section = NULL;
    char line[256];
    if (file)
        file->pool = pool;
    while (file && fgets(line, sizeof(line), stream)) {
        size_t length = strcspn(line, "\n");
        line[length] = '\0';
        if (line[0] == '[' && line[length - 1] == ']')
            section = section_new(file, line + 1, length - 2);
        else if (!section || !strchr(line, '=') || !setting_new(section, line))
            continue;
        if (!section)
            file = NULL;
    }
    if (!file)
        own_decref(pool);
    return file;
}

int main(int count, char **arguments)
{
    struct file *file = file_read(stdin);
    if (!file || count < 2)
        return 1;
    struct section *kept = NULL;
    for (unsigned i = 0; i < file->count; i++)
        if (strcmp(file->sections[i]->title, arguments[1]) == 0)
            kept = file->sections[i];
    if (kept)
        own_incref(kept->pool);
    own_decref(file->pool);
    if (!kept)
        return 1;
    char *text = own_asprintf(kept->pool, "%s:", kept->title);
    for (unsigned i = 0; text && i < kept->count; i++)
        text = own_asprintf_append(kept->pool, text, " %s is %s;", kept->settings[i]->name,
                                   kept->settings[i]->value);
    puts(text ? text : "no memory");
    own_decref(kept->pool);
    return 0;
}
