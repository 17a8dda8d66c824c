/* Counts the words of standard input, and says hello to who is named. */
#include <ctype.h>
#include <stdio.h>

int main(int argc, char **argv) {
    int words = 0, within = 0, c;
    while ((c = getchar()) != EOF) {
        if (!isspace(c) && !within) words++;
        within = !isspace(c);
    }
    printf("%s: %d words\n", argc > 1 ? argv[1] : "stdin", words);
    return words == 0;
}
