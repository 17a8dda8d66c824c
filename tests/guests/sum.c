// Adds up the numbers below one, at a pace that a debugger can follow.
__attribute__((export_name("sum"))) int sum(int below) {
    int total = 0;
    for (int number = 0; number < below; number++)
        total += number;
    return total;
}
