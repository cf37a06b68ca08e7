/*
 * settings/with_talloc.c - reads settings in sections; keeps one section and drops the rest.
 * Written for talloc. with_own.c is the same program after the move to libown.
 *
 *   with_talloc SECTION <FILE
 */
#include <own/compat/talloc.h>
#include <string.h>

struct setting {
    char *name;
    char *value;
};

struct section {
    char *title;
    struct setting **settings;
    unsigned count;
};

struct file {
    struct section **sections;
    unsigned count;
};

static int section_close(struct section *section)
{
    printf("close %s\n", section->title);
    return 0;
}

static struct section *section_new(struct file *file, const char *title, size_t length)
{
    struct section *section = talloc_zero(file, struct section);
    if (!section)
        return NULL;
    section->title = talloc_strndup(section, title, length);
    file->sections = talloc_realloc(file, file->sections, struct section *, file->count + 1);
    if (!section->title || !file->sections)
        return NULL;
    talloc_set_destructor(section, section_close);
    return file->sections[file->count++] = section;
}

static struct setting *setting_new(struct section *section, const char *line)
{
    const char *equals = strchr(line, '=');
    struct setting *setting = talloc(section, struct setting);
    if (!setting)
        return NULL;
    setting->name = talloc_strndup(setting, line, (size_t)(equals - line));
    setting->value = talloc_strdup(setting, equals + 1);
    section->settings =
        talloc_realloc(section, section->settings, struct setting *, section->count + 1);
    if (!setting->name || !setting->value || !section->settings)
        return NULL;
    return section->settings[section->count++] = setting;
}

static struct file *file_read(FILE *stream)
{
    struct file *file = talloc_zero(NULL, struct file);
    struct section *section = NULL;
    char line[256];
    while (file && fgets(line, sizeof(line), stream)) {
        size_t length = strcspn(line, "\n");
        line[length] = '\0';
        if (line[0] == '[' && line[length - 1] == ']')
            section = section_new(file, line + 1, length - 2);
        else if (!section || !strchr(line, '=') || !setting_new(section, line))
            continue;
        if (!section)
            TALLOC_FREE(file);
    }
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
            kept = talloc_steal(NULL, file->sections[i]);
    talloc_free(file);
    if (!kept)
        return 1;
    char *text = talloc_asprintf(kept, "%s:", kept->title);
    for (unsigned i = 0; text && i < kept->count; i++)
        text = talloc_asprintf_append(text, " %s is %s;", kept->settings[i]->name,
                                      kept->settings[i]->value);
    puts(text ? text : "no memory");
    talloc_free(kept);
    return 0;
}
