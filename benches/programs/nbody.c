// Bodies that attract each other, in steps of time.
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

enum { BODIES = 5 };

struct body {
    double x, y, z, vx, vy, vz, mass;
};

int main(int argc, char **argv) {
    int steps = argc > 1 ? atoi(argv[1]) : 12000000;
    struct body bodies[BODIES];
    for (int i = 0; i < BODIES; i++) {
        double angle = 1.3 * i, radius = 4.0 * i;
        bodies[i] = (struct body){radius * cos(angle), radius * sin(angle), 0.1 * i,
                                  -0.9 * sin(angle),   0.9 * cos(angle),    0.01 * i,
                                  i ? 0.001 * i : 10.0};
    }
    for (int step = 0; step < steps; step++) {
        for (int i = 0; i < BODIES; i++) {
            for (int j = i + 1; j < BODIES; j++) {
                struct body *a = &bodies[i], *b = &bodies[j];
                double dx = a->x - b->x, dy = a->y - b->y, dz = a->z - b->z;
                double square = dx * dx + dy * dy + dz * dz;
                double pull = 0.001 / (square * sqrt(square));
                a->vx -= dx * b->mass * pull;
                a->vy -= dy * b->mass * pull;
                a->vz -= dz * b->mass * pull;
                b->vx += dx * a->mass * pull;
                b->vy += dy * a->mass * pull;
                b->vz += dz * a->mass * pull;
            }
        }
        for (int i = 0; i < BODIES; i++) {
            bodies[i].x += 0.001 * bodies[i].vx;
            bodies[i].y += 0.001 * bodies[i].vy;
            bodies[i].z += 0.001 * bodies[i].vz;
        }
    }
    double energy = 0;
    for (int i = 0; i < BODIES; i++) {
        struct body *b = &bodies[i];
        energy += b->mass * (b->vx * b->vx + b->vy * b->vy + b->vz * b->vz) / 2;
    }
    printf("%.9f\n", energy);
    return 0;
}
