// Writes a document, parses it into a tree, and adds up what it holds, again and again.
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum kind { NIL, TRUE, FALSE, NUMBER, STRING, ARRAY, OBJECT };

struct value {
    enum kind kind;
    double number;
    char *text;
    char *key;
    struct value *first, *next;
};

static const char *at;

static void space(void) {
    while (isspace((unsigned char)*at)) at++;
}

static char *string(void) {
    const char *start = ++at;
    size_t escapes = 0;
    for (; *at != '"'; at++)
        if (*at == '\\') at++, escapes++;
    char *text = malloc((size_t)(at - start) - escapes + 1), *end = text;
    for (const char *from = start; from < at; from++) {
        if (*from == '\\') from++;
        *end++ = *from;
    }
    *end = 0;
    at++;
    return text;
}

static struct value *parse(void) {
    struct value *value = calloc(1, sizeof *value);
    space();
    if (*at == '{' || *at == '[') {
        char close = *at == '{' ? '}' : ']';
        value->kind = *at == '{' ? OBJECT : ARRAY;
        struct value **last = &value->first;
        at++;
        for (space(); *at != close; space()) {
            char *key = NULL;
            if (close == '}') {
                key = string();
                space();
                at++;
            }
            *last = parse();
            (*last)->key = key;
            last = &(*last)->next;
            space();
            if (*at == ',') at++;
        }
        at++;
    } else if (*at == '"') {
        value->kind = STRING;
        value->text = string();
    } else if (*at == 't' || *at == 'f' || *at == 'n') {
        value->kind = *at == 't' ? TRUE : *at == 'f' ? FALSE : NIL;
        while (isalpha((unsigned char)*at)) at++;
    } else {
        char *end;
        value->kind = NUMBER;
        value->number = strtod(at, &end);
        at = end;
    }
    return value;
}

static double total(const struct value *value) {
    double sum = value->kind == NUMBER ? value->number : 0;
    if (value->text) sum += (double)strlen(value->text);
    if (value->key) sum += (double)strlen(value->key);
    for (const struct value *child = value->first; child; child = child->next) sum += total(child);
    return sum;
}

static void discard(struct value *value) {
    for (struct value *child = value->first, *next; child; child = next) {
        next = child->next;
        discard(child);
    }
    free(value->text);
    free(value->key);
    free(value);
}

int main(int argc, char **argv) {
    int rounds = argc > 1 ? atoi(argv[1]) : 160, entries = 10000;
    char *document = malloc((size_t)entries * 160), *end = document;
    *end++ = '[';
    for (int i = 0; i < entries; i++)
        end += sprintf(end, "%s{\"id\": %d, \"name\": \"entry \\\"%d\\\"\", \"ratio\": %d.%03d, \"tags\": [\"a\", \"bc\", null, true], "
                            "\"inner\": {\"x\": -%d, \"y\": 1.5e%d}}",
                       i ? ",\n " : "", i, i * 7, i % 50, i % 1000, i % 9, i % 5);
    *end++ = ']';
    *end = 0;
    double sum = 0;
    for (int round = 0; round < rounds; round++) {
        at = document;
        struct value *tree = parse();
        sum += total(tree);
        discard(tree);
    }
    printf("%.3f\n", sum);
    return 0;
}
